"""Sentences about what happened and when, in the reader's language; timeline events hold codes and values only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum

from flask_babel import gettext, ngettext

from helpdesk import clock, further_words, participant_words
from helpdesk.attempt_words import why_not
from helpdesk.labels import attempt_label, label
from helpdesk.models import Attempt, TimelineEvent
from helpdesk.models.codes import (
    AckVia,
    AttemptMoment,
    AttemptState,
    Category,
    Channel,
    EventKind,
    HotlineMoment,
    HotlineState,
    Priority,
    SlaTargetKind,
    StepTarget,
)

SOON = timedelta(minutes=30)


def _(text: str, **values: object) -> str:
    return str(gettext(text, **values))


def sentence(event: TimelineEvent) -> str:
    """What happened, as one sentence without the time."""
    return SENTENCES[event.kind](event)


def event_icon(kind: EventKind) -> str:
    """The symbol in static/icons.svg for that kind of event."""
    return ICONS[kind]


def until(at: datetime) -> str:
    """A deadline (aware) seen from now: "in 2 h 10 min", "40 min late"."""
    left = at - clock.now()
    if left < timedelta():
        return _("%(span)s late", span=span(-left))
    return _("in %(span)s", span=span(left))


def ago(at: datetime) -> str:
    """A past instant (aware) seen from now: "3 min ago"."""
    return _("%(span)s ago", span=span(clock.now() - at))


def span(length: timedelta) -> str:
    """At most two units, rounded down to whole minutes: "2 days 3 h", "2 h 10 min", "under a minute"."""
    minutes = max(0, int(length.total_seconds()) // 60)
    counts = (minutes // 1440, minutes // 60 % 24, minutes % 60)
    words = [word(count) for word, count in zip((_days, _hours, _minutes), counts, strict=True) if count]
    if counts[0]:
        words = words[: 2 if counts[1] else 1]
    return " ".join(words) or _("under a minute")


def exact_span(length: timedelta) -> str:
    """To the second, for proofs: "54 s", "3 min 5 s", "2 days 3 h 0 min 9 s"."""
    seconds = max(0, int(length.total_seconds()))
    counts = (seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)
    first = next((place for place, count in enumerate(counts) if count), 3)
    return " ".join(word(count) for word, count in list(zip(_EXACT, counts, strict=True))[first:])


def _days(count: int) -> str:
    return str(ngettext("%(num)s day", "%(num)s days", count))


def _hours(count: int) -> str:
    return _("%(count)s h", count=count)


def _minutes(count: int) -> str:
    return _("%(count)s min", count=count)


def _seconds(count: int) -> str:
    return _("%(count)s s", count=count)


_EXACT = (_days, _hours, _minutes, _seconds)


def urgency(at: datetime, breached: datetime | None = None) -> str:
    """ "late", "soon" (half an hour or less) or "" for a deadline that still runs."""
    left = at - clock.now()
    if breached or left < timedelta():
        return "late"
    return "soon" if left <= SOON else ""


def _word(event: TimelineEvent, key: str, codes: type[Enum]) -> str:
    value = event.data.get(key)
    return str(label(codes(value))) if value else ""


def _value(event: TimelineEvent, key: str) -> str:
    return str(event.data.get(key) or "")


def _with_reason(text: str, reason: str) -> str:
    return f"{text}: {reason}" if reason else text


def _opened(event: TimelineEvent) -> str:
    return _("Ticket filed by %(who)s", who=event.actor_name) if event.actor_name else _("Ticket filed")


def _alerted(event: TimelineEvent) -> str:
    channels = ", ".join(str(label(Channel(code))) for code in event.data.get("channels", []))
    names = ", ".join(event.data.get("names", []))
    if event.data.get("took_over"):
        return _(
            "Step %(step)s: the duty has changed hands, alerting %(names)s too (%(channels)s)",
            step=_step(event),
            names=names,
            channels=channels,
        )
    return _(
        "Step %(step)s: alerting %(names)s (%(channels)s)",
        step=_step(event),
        names=names,
        channels=channels,
    )


def _step(event: TimelineEvent) -> str:
    """Its number, from the second time round with the round."""
    round_ = event.data.get("round") or 1
    return _value(event, "step") + (f" ({_('round %(number)s', number=round_)})" if round_ > 1 else "")


def _step_empty(event: TimelineEvent) -> str:
    step, target = _value(event, "step"), _word(event, "target", StepTarget)
    if has_it := ", ".join(event.data.get("has_it", [])):
        return _("Step %(step)s (%(target)s): %(names)s has it already", step=step, names=has_it, target=target)
    if passed := ", ".join(event.data.get("passed", [])):
        return _(
            "Step %(step)s (%(target)s): %(names)s already said no; the next one follows",
            step=step,
            names=passed,
            target=target,
        )
    if names := ", ".join(event.data.get("names", [])):
        return _(
            "Step %(step)s: no phone or address of %(names)s works (%(target)s); the next one follows",
            step=step,
            names=names,
            target=target,
        )
    return _("Step %(step)s had nobody to alert (%(target)s); the next one follows", step=step, target=target)


def _attempt(event: TimelineEvent) -> str:
    return _(
        "%(channel)s to %(name)s: %(state)s",
        channel=_word(event, "channel", Channel),
        name=_value(event, "name"),
        state=_attempt_state(event),
    )


def _attempt_state(event: TimelineEvent) -> str:
    channel, state = _value(event, "channel"), _value(event, "state")
    if state == AttemptMoment.PRESSED:
        return key_words(_value(event, "key"), was_taken=bool(event.data.get("was_taken")))
    if state in list(AttemptMoment):
        return str(label(AttemptMoment(state)))
    if not channel or not state:
        return ""
    attempt = Attempt(
        channel=Channel(channel),
        state=AttemptState(state),
        provider_status=_value(event, "status"),
        error_code=_value(event, "code"),
        error_text="",
    )
    why = str(why_not(attempt))
    # "No answer" would contradict "answered, but no key was pressed".
    if why and attempt.channel is Channel.VOICE:
        return why
    return _with_reason(str(attempt_label(attempt.channel, attempt.state)), why)


def key_words(key: str, *, was_taken: bool) -> str:
    """A key that answered nothing, and why if somebody else had the ticket."""
    if was_taken:
        return _("key %(digit)s was pressed, somebody else had the ticket already", digit=key)
    return _("key %(digit)s was pressed", digit=key)


def _acknowledged(event: TimelineEvent) -> str:
    via, more = _word(event, "via", AckVia), int(event.data.get("more") or 0)
    if holder := _value(event, "with_holder"):
        text = _("%(who)s helps %(holder)s: taken %(via)s", who=event.actor_name, holder=holder, via=via)
    else:
        text = _("Taken by %(who)s %(via)s", who=event.actor_name, via=via)
    wanted = ngettext("%(num)s more person is wanted", "%(num)s more people are wanted", more) if more else ""
    return f"{text.strip()}; {wanted}" if wanted else text.strip()


def _passed_on(event: TimelineEvent) -> str:
    return _("%(who)s cannot take it; the next person is alerted", who=event.actor_name)


def _assigned(event: TimelineEvent) -> str:
    return _("Assigned to %(to)s by %(who)s", to=_value(event, "to"), who=event.actor_name or _("Helpdesk"))


def _replied(event: TimelineEvent) -> str:
    return _("Answer by %(who)s", who=event.actor_name)


def _reporter_wrote(event: TimelineEvent) -> str:
    return _("Message from %(who)s", who=event.actor_name)


def _noted(event: TimelineEvent) -> str:
    return _("Internal note by %(who)s", who=event.actor_name or _("Helpdesk"))


def _attached(event: TimelineEvent) -> str:
    return _with_reason(_("File added"), _value(event, "name"))


def _priority_changed(event: TimelineEvent) -> str:
    text = _(
        "Priority changed from %(old)s to %(new)s by %(who)s",
        old=_word(event, "from", Priority).lower(),
        new=_word(event, "to", Priority).lower(),
        who=event.actor_name or _("Helpdesk"),
    )
    return _with_reason(text, _value(event, "reason"))


def _category_changed(event: TimelineEvent) -> str:
    return _(
        "Category changed from %(old)s to %(new)s by %(who)s",
        old=_word(event, "from", Category).lower(),
        new=_word(event, "to", Category).lower(),
        who=event.actor_name or _("Helpdesk"),
    )


def _merged(event: TimelineEvent) -> str:
    if number := _value(event, "into"):
        return _("Merged into %(number)s by %(who)s", number=number, who=event.actor_name)
    return _(
        "%(number)s was merged into this ticket by %(who)s", number=_value(event, "from"), who=event.actor_name
    )


def _waiting(event: TimelineEvent) -> str:
    return _with_reason(_("Waiting for the unit's answer"), _value(event, "question"))


def _resumed(_event: TimelineEvent) -> str:
    return _("Work goes on")


def _resolved(event: TimelineEvent) -> str:
    return _("Resolved by %(who)s", who=event.actor_name or _("Helpdesk"))


def _reopened(event: TimelineEvent) -> str:
    text = _("Reopened by %(who)s", who=event.actor_name or _("Helpdesk"))
    return _with_reason(text, _value(event, "reason"))


def _closed(_event: TimelineEvent) -> str:
    return _("Closed")


def _reminded(event: TimelineEvent) -> str:
    target = _word(event, "target", SlaTargetKind)
    return _("%(share)s %% of the promised time used: %(target)s", share=_value(event, "share"), target=target)


def _breached(event: TimelineEvent) -> str:
    return _("Promised time exceeded: %(target)s", target=_word(event, "target", SlaTargetKind))


def _hotline(event: TimelineEvent) -> str:
    moment = event.data.get("moment", HotlineMoment.CALLED_AGAIN)
    return _HOTLINE[HotlineMoment(moment)](event)


def _hung_up(event: TimelineEvent) -> str:
    who = event.actor_name
    if event.data.get("state") == HotlineState.RINGING:
        return _("Emergency line: %(who)s hung up while it was ringing", who=who)
    return _("Emergency line: %(who)s hung up in the menu", who=who)


_HOTLINE: dict[HotlineMoment, Callable[[TimelineEvent], str]] = {
    HotlineMoment.CALLED_AGAIN: lambda event: _("Emergency line: %(who)s called again", who=event.actor_name),
    HotlineMoment.RINGING: lambda event: _(
        "Emergency line: ringing %(names)s", names=", ".join(event.data.get("names", []))
    ),
    HotlineMoment.PASSED: lambda event: _("Emergency line: %(who)s passed the call on", who=event.actor_name),
    HotlineMoment.HUNG_UP: _hung_up,
    HotlineMoment.NOBODY: lambda _event: _("Emergency line: nobody took the call; the caller may leave a message"),
    HotlineMoment.MESSAGE: lambda event: _(
        "Emergency line: message of %(span)s stored", span=exact_span(timedelta(seconds=event.data["seconds"]))
    ),
    HotlineMoment.LOST: lambda _event: _("Emergency line: the caller's message is lost at the provider; call back"),
}


def _moved(event: TimelineEvent) -> str:
    return _(
        "Moved from %(old)s to %(new)s by %(who)s",
        old=_value(event, "from"),
        new=_value(event, "to"),
        who=event.actor_name,
    )


SENTENCES: dict[EventKind, Callable[[TimelineEvent], str]] = {
    EventKind.OPENED: _opened,
    EventKind.ALERTED: _alerted,
    EventKind.STEP_EMPTY: _step_empty,
    EventKind.ATTEMPT: _attempt,
    EventKind.ACKNOWLEDGED: _acknowledged,
    EventKind.PASSED_ON: _passed_on,
    EventKind.ASSIGNED: _assigned,
    EventKind.REPLIED: _replied,
    EventKind.REPORTER_WROTE: _reporter_wrote,
    EventKind.NOTED: _noted,
    EventKind.ATTACHED: _attached,
    EventKind.PRIORITY_CHANGED: _priority_changed,
    EventKind.CATEGORY_CHANGED: _category_changed,
    EventKind.MERGED: _merged,
    EventKind.WAITING: _waiting,
    EventKind.RESUMED: _resumed,
    EventKind.RESOLVED: _resolved,
    EventKind.REOPENED: _reopened,
    EventKind.CLOSED: _closed,
    EventKind.REMINDED: _reminded,
    EventKind.BREACHED: _breached,
    EventKind.HOTLINE: _hotline,
    EventKind.MOVED: _moved,
    EventKind.ENOUGH: further_words.enough,
    EventKind.ASKED_AGAIN: further_words.asked_again,
    EventKind.STILL_HELD: further_words.still_held,
    EventKind.ACK_EXPIRED: further_words.ack_expired,
    EventKind.HANDED_OVER: further_words.handed_over,
    EventKind.PARTICIPANT: participant_words.participant,
}

ICONS: dict[EventKind, str] = {
    EventKind.OPENED: "new",
    EventKind.ALERTED: "bell",
    EventKind.STEP_EMPTY: "urgent",
    EventKind.ATTEMPT: "phone",
    EventKind.ACKNOWLEDGED: "acknowledged",
    EventKind.PASSED_ON: "reply",
    EventKind.ASSIGNED: "person",
    EventKind.REPLIED: "reply",
    EventKind.REPORTER_WROTE: "sms",
    EventKind.NOTED: "note",
    EventKind.ATTACHED: "file",
    EventKind.PRIORITY_CHANGED: "urgent",
    EventKind.CATEGORY_CHANGED: "reply",
    EventKind.MERGED: "closed",
    EventKind.WAITING: "waiting",
    EventKind.RESUMED: "in_progress",
    EventKind.RESOLVED: "resolved",
    EventKind.REOPENED: "again",
    EventKind.CLOSED: "closed",
    EventKind.REMINDED: "clock",
    EventKind.BREACHED: "urgent",
    EventKind.HOTLINE: "phone",
    EventKind.MOVED: "reply",
    EventKind.ENOUGH: "acknowledged",
    EventKind.ASKED_AGAIN: "clock",
    EventKind.STILL_HELD: "acknowledged",
    EventKind.ACK_EXPIRED: "urgent",
    EventKind.HANDED_OVER: "person",
    EventKind.PARTICIPANT: "person",
}
