"""What happened to a demo ticket, beat by beat: its timeline and its messages."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from helpdesk.demo.story import Course, Person, Promise, Row, Subject, clock_row, ticket_row
from helpdesk.models.codes import AckVia, AttemptState, Channel, EventKind, MessageKind, SlaTargetKind
from helpdesk.phone import mask_phone
from helpdesk.tickets.timeline import PUBLIC

NOBODY = Person(None, "")
STEP = timedelta(minutes=3)
SMS_ARRIVES, PHONE_RINGS = timedelta(seconds=7), timedelta(seconds=38)
GREETING = "Dziękujemy za zgłoszenie, już to sprawdzamy."
FIXED_AGAIN = "Poprawione ponownie; obserwujemy wątek do końca tygodnia."


@dataclass(frozen=True)
class Beat:
    """An event of the timeline; with `says` also a message, of staff unless `from_reporter`."""

    at: datetime
    kind: EventKind
    by: Person = NOBODY
    data: Row = field(default_factory=dict)
    says: str = ""
    from_reporter: bool = False


@dataclass(frozen=True)
class Story:
    """The rows of one ticket, without its number and the ids of the database.

    An event with `message` (an index into `messages`) is the one that tells of that message.
    """

    code: str
    ticket: Row
    events: list[Row]
    messages: list[Row]
    clocks: list[Row]


def tell(subject: Subject, course: Course, promises: dict[SlaTargetKind, Promise], now: datetime) -> Story:
    """The rows as they would be at `now`, had the ticket gone that way."""
    clocks = [clock_row(kind, promise, course, now) for kind, promise in promises.items()]
    beats = sorted([*_beats(subject, course), *_breaches(clocks)], key=lambda beat: beat.at)
    messages = [_message(beat) for beat in beats if beat.says]
    places = iter(range(len(messages)))
    return Story(
        code=subject.place.code,
        ticket=ticket_row(subject, course, clocks),
        events=[_event(beat, next(places) if beat.says else None) for beat in beats],
        messages=messages,
        clocks=clocks,
    )


def _beats(subject: Subject, course: Course) -> Iterator[Beat]:
    yield Beat(course.created, EventKind.OPENED, subject.place.reporter, {"source": subject.source.value})
    yield from _alerts(subject, course)
    yield from _taken(subject, course)
    yield from _conversation(subject, course)
    yield from _ending(subject, course)


def _alerts(subject: Subject, course: Course) -> Iterator[Beat]:
    until = course.acknowledged or course.created
    for number, people in enumerate(subject.alerted):
        at = course.created + number * STEP
        if at >= until:
            return
        names = [person.name for person in people]
        channels = [Channel.SMS.value, Channel.VOICE.value]
        data = {"step": number + 1, "round": 1, "channels": channels, "names": names}
        yield Beat(at, EventKind.ALERTED, data=data)
        for person in people:
            yield from _attempts(at, until, person, subject, course)


def _attempts(at: datetime, until: datetime, person: Person, subject: Subject, course: Course) -> Iterator[Beat]:
    """The SMS arrives, the phone rings half a minute later unless somebody was quicker."""
    if at + SMS_ARRIVES < until:
        yield _attempt(at + SMS_ARRIVES, Channel.SMS, AttemptState.DELIVERED, person)
    if at + PHONE_RINGS < until:
        answered = subject.via is AckVia.VOICE and person == course.holder
        state = AttemptState.DELIVERED if answered else AttemptState.UNDELIVERED
        yield _attempt(at + PHONE_RINGS, Channel.VOICE, state, person)


def _attempt(at: datetime, channel: Channel, state: AttemptState, person: Person) -> Beat:
    data = {
        "channel": channel.value,
        "state": state.value,
        "name": person.name,
        "address_masked": mask_phone(person.phone),
    }
    return Beat(at, EventKind.ATTEMPT, data=data)


def _taken(subject: Subject, course: Course) -> Iterator[Beat]:
    if course.acknowledged is None or course.holder is None:
        return
    yield Beat(course.acknowledged, EventKind.ACKNOWLEDGED, course.holder, {"via": subject.via.value})
    if subject.note:
        yield Beat(course.acknowledged, EventKind.NOTED, course.holder, says=subject.note)


def _conversation(subject: Subject, course: Course) -> Iterator[Beat]:
    holder, reporter = course.holder or NOBODY, subject.place.reporter
    if course.responded:
        words = subject.question if course.asked else GREETING
        yield Beat(course.responded, EventKind.REPLIED, holder, says=words)
    if course.asked:
        yield Beat(course.asked, EventKind.WAITING, holder)
    if course.answered:
        yield Beat(course.answered, EventKind.REPORTER_WROTE, reporter, says=subject.reply, from_reporter=True)
        yield Beat(course.answered, EventKind.RESUMED, reporter)


def _ending(subject: Subject, course: Course) -> Iterator[Beat]:
    holder, reporter = course.holder or NOBODY, subject.place.reporter
    if course.first_resolved:
        yield Beat(course.first_resolved, EventKind.REPLIED, holder, says=subject.answer)
        yield Beat(course.first_resolved, EventKind.RESOLVED, holder)
    if course.reopened:
        complaint = subject.complaint
        yield Beat(course.reopened, EventKind.REPORTER_WROTE, reporter, says=complaint, from_reporter=True)
        yield Beat(course.reopened, EventKind.REOPENED, reporter, {"reason": ""})
    if course.resolved:
        words = FIXED_AGAIN if course.reopened else subject.answer
        yield Beat(course.resolved, EventKind.REPLIED, holder, says=words)
        yield Beat(course.resolved, EventKind.RESOLVED, holder)
    if course.closed:
        yield Beat(course.closed, EventKind.CLOSED)


def _breaches(clocks: list[Row]) -> Iterator[Beat]:
    for clock in clocks:
        if clock["breached_at"]:
            yield Beat(clock["breached_at"], EventKind.BREACHED, data={"target": clock["kind"].value})


def _event(beat: Beat, message: int | None) -> Row:
    return {
        "at": beat.at,
        "kind": beat.kind,
        "actor_id": beat.by.id,
        "actor_name": beat.by.name,
        "is_public": beat.kind in PUBLIC,
        "data": beat.data,
        "message": message,
    }


def _message(beat: Beat) -> Row:
    is_note = beat.kind is EventKind.NOTED
    return {
        "at": beat.at,
        "kind": MessageKind.INTERNAL if is_note else MessageKind.PUBLIC,
        "author_id": beat.by.id,
        "author_name": beat.by.name,
        "from_reporter": beat.from_reporter,
        "body": beat.says,
    }
