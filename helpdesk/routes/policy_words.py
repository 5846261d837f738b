"""Escalation policies and their previews in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import format_datetime, ngettext

from helpdesk.extensions import db
from helpdesk.labels import label
from helpdesk.models import EscalationPolicy, Group, Municipality, Schedule, User
from helpdesk.models.codes import Channel, StepTarget
from helpdesk.oncall.policies import named_by, people_of, unreachable
from helpdesk.oncall.preview import Previewed, replaced, schedule_that_decides
from helpdesk.oncall.sending import Sending
from helpdesk.oncall.steps import Plan, Scope, with_last_resort
from helpdesk.phone import hide_middle
from helpdesk.sentences import _


@dataclass(frozen=True)
class StepWords:
    """What a step does; `is_added`: nobody wrote it, it is the last resort."""

    text: str
    is_added: bool = False


@dataclass(frozen=True)
class Row:
    """One message of a preview, or an empty step (without `person`)."""

    at: str
    step: str
    person: str = ""
    channel: str = ""
    address: str = ""
    why: str = ""
    is_again: bool = False


def scope_words(scope: Scope) -> str:
    """Which tickets a policy is for."""
    group = db.session.get(Group, scope.group_id) if scope.group_id else None
    place = db.session.get(Municipality, scope.municipality_id) if scope.municipality_id else None
    named = [
        _("group %(name)s", name=group.name) if group else "",
        _("municipality %(name)s", name=place.name) if place else "",
        str(label(scope.category)) if scope.category else "",
    ]
    return ", ".join(filter(None, named)) or _("all tickets that no other policy names")


def step_words(steps: Sequence[Plan]) -> list[StepWords]:
    """Every step in one sentence, with the last resort."""
    once = [replace(step, repeats=1) for step in steps]
    effective = with_last_resort(once)
    found, minutes = [], 0
    for number, plan in enumerate(effective):
        repeats = steps[number].repeats if number < len(steps) else 1
        is_added = number >= len(steps)
        text = _step(plan, minutes, repeats)
        if not is_added and plan.channels != steps[number].channels:
            text += " " + _("The e-mail comes by itself, should SMS and calls both fail.")
        found.append(StepWords(text, is_added))
        minutes += plan.minutes * repeats
    return found


def round_words(steps: Sequence[Plan]) -> str:
    """How long one round takes."""
    minutes = sum(plan.minutes for plan in with_last_resort(steps))
    return _("After %(minutes)s min it begins again, until somebody takes the ticket.", minutes=minutes)


def warnings(steps: Sequence[Plan]) -> list[str]:
    """Of people whom a step names and nothing would reach; it is no error: their phone may work again."""
    found = [(number, user.name) for number, plan in enumerate(steps, start=1) for user in unreachable(plan)]
    return [
        _("Step %(step)s: nothing reaches %(name)s over these channels now.", step=step, name=name)
        for step, name in found
    ]


def taking_words(policy: EscalationPolicy) -> list[str]:
    """What it wants besides its steps."""
    words = []
    if policy.acks_wanted > 1:
        count = policy.acks_wanted
        words.append(ngettext("%(num)s person must take it.", "%(num)s people must take it.", count))
    if policy.ack_minutes:
        words.append(_("Asks again after %(minutes)s min without a word.", minutes=policy.ack_minutes))
    return [str(each) for each in words]


def why_this_policy(policy: EscalationPolicy | None) -> str:
    if policy is None:
        return _("There is no policy: whoever is on duty is alerted, then all administrators and the managers.")
    return _(
        "The policy “%(name)s” counts, because it is for: %(scope)s.",
        name=policy.name,
        scope=scope_words(named_by(policy)),
    )


def preview_rows(lines: Sequence[Previewed]) -> list[Row]:
    """In the order in which the messages go out."""
    rows = []
    for line in lines:
        step = _step_name(line)
        if not line.sendings:
            rows.append((line.at, Row(_second(line.at), step, why=_why_empty(line), is_again=line.round > 0)))
        rows += [(each.due_at, _row(line, each, step)) for each in line.sendings]
    return [row for _at, row in sorted(rows, key=lambda found: found[0])]


def _row(line: Previewed, sending: Sending, step: str) -> Row:
    address = sending.address
    return Row(
        _second(sending.due_at),
        step,
        sending.user.name,
        str(label(sending.channel)),
        hide_middle(address) if sending.channel is not Channel.EMAIL else _masked_mail(address),
        _why(line, sending.user),
        line.round > 0,
    )


def _why(line: Previewed, user: User) -> str:
    schedule = schedule_that_decides(line.step)
    if schedule is None:
        return str(label(line.step.target))
    if line.step.target is StepTarget.NEXT_ON_CALL:
        return _("on duty next (%(schedule)s)", schedule=schedule.name)
    if (absent := replaced(schedule, user, line.at)) is not None:
        return _("on duty (%(schedule)s) instead of %(name)s", schedule=schedule.name, name=absent.name)
    return _("on duty (%(schedule)s)", schedule=schedule.name)


def _why_empty(line: Previewed) -> str:
    if line.unreachable:
        names = ", ".join(user.name for user in line.unreachable)
        return _("Nothing reaches %(names)s: the next step follows at once.", names=names)
    return _("Nobody (%(target)s): the next step follows at once.", target=str(label(line.step.target)).lower())


def _step_name(line: Previewed) -> str:
    number = line.step.position + 1
    return _("%(step)s, again", step=number) if line.round else str(number)


def _second(at: datetime) -> str:
    return str(format_datetime(at, "EEE d MMM, HH:mm:ss"))


def _masked_mail(address: str) -> str:
    name, _at, domain = address.partition("@")
    return f"{name[:2]}•••@{domain}"


def _step(plan: Plan, minutes: int, repeats: int) -> str:
    when = _("After %(minutes)s min", minutes=minutes) if minutes else _("At once")
    text = _("%(when)s: %(who)s, %(ways)s.", when=when, who=_who(plan), ways=_ways(plan))
    if repeats > 1:
        text += " " + _("%(count)s times, every %(minutes)s min.", count=repeats, minutes=plan.minutes)
    return text


def _who(plan: Plan) -> str:
    schedule = db.session.get(Schedule, plan.schedule_id) if plan.schedule_id else None
    named = f" ({schedule.name})" if schedule else ""
    match plan.target:
        case StepTarget.ON_CALL:
            return _("whoever is on duty") + named
        case StepTarget.NEXT_ON_CALL:
            return _("whoever is on duty next") + named
        case StepTarget.USER | StepTarget.PEOPLE:
            people = [db.session.get(User, user_id) for user_id in people_of(plan)]
            return ", ".join(user.name for user in people if user) or _("nobody")
        case StepTarget.ADMINISTRATORS:
            return _("all administrators")
        case StepTarget.MANAGERS:
            return _("the managers")


def _ways(plan: Plan) -> str:
    by = {Channel.SMS: _("by SMS"), Channel.VOICE: _("by call"), Channel.EMAIL: _("by e-mail")}
    first, *others = [by[Channel(code)] for code in plan.channels]
    gap = plan.channel_gap_seconds
    later = [_("%(seconds)s s later %(way)s", seconds=gap, way=way) if gap else way for way in others]
    return ", ".join([first, *later])
