"""The proof of notification in words: times to the second, what became of an attempt, the whole in one line."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from flask_babel import format_date, format_datetime, get_timezone, ngettext, to_user_timezone

from helpdesk.attempt_words import EVENTS, providers_code, why_not
from helpdesk.labels import attempt_label, company, label
from helpdesk.models import TimelineEvent
from helpdesk.models.codes import AttemptMoment, AttemptState, Channel
from helpdesk.sentences import _, exact_span, key_words, sentence
from helpdesk.tickets.proof import Line, Proof

Clock = Callable[[datetime], str]
MANY: dict[Channel, Callable[[int], str]] = {
    Channel.SMS: lambda count: ngettext("%(num)s SMS", "%(num)s SMS", count),
    Channel.VOICE: lambda count: ngettext("%(num)s call", "%(num)s calls", count),
    Channel.EMAIL: lambda count: ngettext("%(num)s e-mail", "%(num)s e-mails", count),
}
LEFT = (AttemptState.ACCEPTED, AttemptState.SENT, AttemptState.DELIVERED, AttemptState.UNDELIVERED)


def clock_of(proof: Proof) -> Clock:
    """How the times of this proof are written: local, to the second, with the day where it is not that of the
    filing, and with the offset where the clocks changed in between."""
    filed = proof.ticket.created_at
    has_changed = len({to_user_timezone(at).utcoffset() for at in (filed, *_times(proof))}) > 1

    def write(at: datetime) -> str:
        is_same_day = format_date(at, "yyyyMMdd") == format_date(filed, "yyyyMMdd")
        pattern = "HH:mm:ss" if is_same_day else "d MMM y, HH:mm:ss"
        return str(format_datetime(at, f"{pattern} xxx" if has_changed else pattern))

    return write


def zone_named(at: datetime) -> str:
    """The time zone of the page as it was at that instant: "Europe/Warsaw (UTC+01:00)"."""
    return f"{get_timezone()} (UTC{format_datetime(at, 'xxx')})"


def outcome(line: Line) -> str:
    """What became of the attempt, as a short phrase with the reason."""
    attempt, why = line.attempt, str(why_not(line.attempt))
    is_pressed = attempt.channel is Channel.VOICE and attempt.state is AttemptState.DELIVERED
    digit = attempt.provider_status.removeprefix("digit ") if is_pressed else ""
    if line.pressed and (is_pressed or attempt.provider_status == "completed"):
        last = line.pressed[-1]
        if last.was_taken or not is_pressed:
            return _("picked up, %(key)s", key=key_words(last.key, was_taken=last.was_taken))
    if is_pressed and digit.isdigit():
        return _("key %(digit)s was pressed", digit=digit)
    state = str(attempt_label(attempt.channel, attempt.state))
    known = f"{state}: {why}" if why else state
    code = providers_code(attempt)
    return f"{known} ({code})" if code else known


def moments(line: Line, clock: Clock) -> Iterator[str]:
    """What lies between the provider's yes and the end of it."""
    attempt = line.attempt
    if attempt.sent_at and attempt.channel is Channel.VOICE:
        yield _("ringing %(time)s", time=clock(attempt.sent_at))
    elif attempt.sent_at and attempt.channel is Channel.SMS:
        yield _("sent to the operator %(time)s", time=clock(attempt.sent_at))
    if line.picked_up_at:
        yield f"{label(AttemptMoment.PICKED_UP)} {clock(line.picked_up_at)}"
    for key in line.pressed:
        yield f"{key_words(key.key, was_taken=key.was_taken)} {clock(key.at)}"
    if attempt.unconfirmed_at:
        yield f"{label(AttemptMoment.UNCONFIRMED)} {clock(attempt.unconfirmed_at)}"


def about(line: Line) -> str:
    """What it said, and which try it was."""
    event, ordinal = str(EVENTS[line.attempt.notification.event]), line.attempt.ordinal
    return _("%(event)s, attempt %(number)s", event=event, number=ordinal + 1) if ordinal else event


def carrier(line: Line) -> str:
    """The company that carried it and its id for it; "" for what was handed to nobody."""
    attempt = line.attempt
    return " ".join(filter(None, (company(attempt.provider), attempt.provider_sid)))


def gist(proof: Proof, clock: Clock) -> str:
    """The outcome in one line."""
    if proof.taken:
        return " · ".join(_way_to(proof.taken[-1], proof, clock))
    said = _("Nobody has taken it yet") if proof.ticket.acknowledged_at is None and proof.ticket.is_open else ""
    return " · ".join(filter(None, (said, *_counts(proof)))) or _("Nothing has been sent about this ticket.")


def since_filed(proof: Proof, at: datetime) -> str:
    """How long after the filing, as the shown times say: in whole seconds."""
    began, ended = (each.replace(microsecond=0) for each in (proof.ticket.created_at, at))
    return _("%(span)s after it was filed", span=exact_span(ended - began))


def _way_to(taken: TimelineEvent, proof: Proof, clock: Clock) -> Iterator[str]:
    """ "SMS delivered 02:13:07", "call picked up 02:13:41", "taken by Anna by keypress 02:13:52". Where others were
    alerted too, it says whose SMS and call that were."""
    own = [line for line in proof.alerts if line.attempt.notification.user_id == taken.actor_id]
    whose = f" ({taken.actor_name})" if len(own) < len(proof.alerts) else ""
    if arrived := sorted(at for line in own if (at := _arrived_at(line)) is not None and at <= taken.at):
        yield _delivered(clock(arrived[0]), clock(arrived[-1])) + whose
    if picked_up := _last([line.picked_up_at for line in own], taken.at):
        yield _("call picked up %(time)s", time=clock(picked_up)) + whose
    yield f"{sentence(taken)} {clock(taken.at)} ({since_filed(proof, taken.at)})"


def _delivered(first: str, last: str) -> str:
    if first == last:
        return _("SMS delivered %(time)s", time=first)
    return _("SMS delivered %(first)s, the last %(last)s", first=first, last=last)


def _arrived_at(line: Line) -> datetime | None:
    attempt = line.attempt
    is_there = attempt.channel is Channel.SMS and attempt.state is AttemptState.DELIVERED
    return attempt.finished_at if is_there else None


def _last(instants: Iterable[datetime | None], until: datetime) -> datetime | None:
    return max((at for at in instants if at is not None and at <= until), default=None)


def _counts(proof: Proof) -> Iterator[str]:
    """What was handed to a provider, by channel: of the alert, if there was one, and not the receipts beside it."""
    lines = proof.alerts or proof.others
    left = [line.attempt.channel for line in lines if line.attempt.state in LEFT]
    return (many(left.count(channel)) for channel, many in MANY.items() if channel in left)


def _times(proof: Proof) -> Iterator[datetime]:
    """Every instant that the proof shows."""
    for line in (*proof.alerts, *proof.others):
        attempt = line.attempt
        own = (
            attempt.due_at,
            attempt.sending_at,
            attempt.accepted_at,
            attempt.sent_at,
            attempt.finished_at,
            attempt.unconfirmed_at,
        )
        yield from (at for at in own if at is not None)
    yield from (event.at for event in proof.before)
    yield from (entry.at for step in proof.steps for entry in step.entries)
