"""At which shares of a budget whom to remind, and how: as the policy says for the ticket's priority.

The shares are made with a clock and follow an edit of the policy (reminders.follow_rules); recipients and channels
are looked up at the moment of reminding. The share of 100 % is always there, because a breach is written down
whether or not somebody is told.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk import clock
from helpdesk.models import Clock, Ticket, User
from helpdesk.models.codes import Channel, Priority, ReminderRecipient, RoleName
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.people import address_of, people_with
from helpdesk.sla.promises import policy_for
from helpdesk.tickets.tell import notices_of

BREACH = 100
SHARES = (50, 75, 90, BREACH)  # per cent of the business budget, where a policy has no rules
# Nobody is called for a reminder: that is what alerts are for.
WAYS = (Channel.EMAIL, Channel.SMS)


@dataclass(frozen=True)
class Rule:
    """`channels` empty: over what the person hears of such tickets."""

    recipients: tuple[ReminderRecipient, ...]
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True)
class Pace:
    after: timedelta
    at_most: int


_HOLDER = Rule((ReminderRecipient.HOLDER,))
_PLAIN = dict.fromkeys(SHARES, _HOLDER) | {
    BREACH: Rule((ReminderRecipient.HOLDER, ReminderRecipient.MANAGERS)),
}
_NO_POLICY = {Priority.URGENT: Pace(timedelta(hours=2), 10), Priority.NORMAL: Pace(timedelta(days=1), 10)}


@dataclass(frozen=True)
class Said:
    """A share of a clock that people are told of now, as `rule` says. `due_at`: when it was to be told."""

    clock: Clock
    share: int
    due_at: datetime
    again: int
    rule: Rule

    @property
    def is_breach(self) -> bool:
        return self.share >= BREACH

    @property
    def key(self) -> str:
        return f"{self.clock.kind}:{self.share}:{self.due_at.timestamp():.0f}"


def rules_for(ticket: Ticket) -> dict[int, Rule]:
    """By share, for the ticket's priority as it is now."""
    policy = policy_for(ticket)
    own = [rule for rule in (policy.reminder_rules if policy else ()) if rule.priority == ticket.priority]
    return {rule.share: _rule(rule.recipients, rule.channels) for rule in own} or _PLAIN


def shares_for(ticket: Ticket) -> list[int]:
    return sorted({*rules_for(ticket), BREACH})


def whom(ticket: Ticket, rule: Rule) -> list[User]:
    """Each once, in the order in which the rule names them."""
    found = (user for code in rule.recipients for user in _PEOPLE[code](ticket))
    return list(dict.fromkeys(found))


def ways_to(user: User, ticket: Ticket, rule: Rule) -> list[Channel]:
    """Over the rule's channels; of a normal ticket over those of them that the person wants, if there are any.
    Whoever cannot be reached so is told over any other way."""
    wanted = rule.channels or WAYS
    if not ticket.is_urgent:
        chosen = notices_of(user)
        wanted = tuple(channel for channel in wanted if channel in chosen) or wanted
    return _reached(user, wanted) or _reached(user, WAYS)


def pace_of(ticket: Ticket) -> Pace:
    """How a breach is said again."""
    policy = policy_for(ticket)
    if policy is None:
        return _NO_POLICY[ticket.priority]
    minutes = policy.again_urgent if ticket.is_urgent else policy.again_normal
    return Pace(timedelta(minutes=minutes), policy.again_at_most)


def _rule(recipients: Iterable[str], channels: Iterable[str]) -> Rule:
    people = tuple(ReminderRecipient(code) for code in recipients) or _HOLDER.recipients
    return Rule(people, tuple(way for way in WAYS if way in channels))


def _reached(user: User, channels: Iterable[Channel]) -> list[Channel]:
    return [channel for channel in channels if address_of(user, channel)]


def _holder(ticket: Ticket) -> list[User]:
    """Whoever has the ticket, else whoever is on duty, else the managers."""
    holder = ticket.assignee
    return [holder] if holder is not None and holder.active else _on_call(ticket)


def _on_call(_ticket: Ticket) -> list[User]:
    schedule = duty.main_schedule()
    on_duty = duty.on_call(schedule, clock.now()) if schedule else []
    return on_duty or people_with(RoleName.MANAGER)


def _administrators(_ticket: Ticket) -> list[User]:
    return people_with(RoleName.ADMINISTRATOR) or people_with(RoleName.MANAGER)


def _managers(_ticket: Ticket) -> list[User]:
    return people_with(RoleName.MANAGER)


_PEOPLE: dict[ReminderRecipient, Callable[[Ticket], list[User]]] = {
    ReminderRecipient.HOLDER: _holder,
    ReminderRecipient.ON_CALL: _on_call,
    ReminderRecipient.ADMINISTRATORS: _administrators,
    ReminderRecipient.MANAGERS: _managers,
}
