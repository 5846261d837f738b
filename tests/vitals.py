"""What health is judged by, put straight into the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa
from flask_migrate import stamp

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, Heartbeat, Notification, User
from helpdesk.models.codes import AttemptState, Channel, Lane, NotificationEvent
from helpdesk.outbox import add_attempt, move
from helpdesk.tokens import new_attempt_id
from helpdesk.transaction import transaction


@contextmanager
def stamped() -> Iterator[None]:
    """The tables made from the models are noted as migrated."""
    stamp()
    yield
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE alembic_version"))


def outdate() -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))


def beat(*names: str, age: timedelta = timedelta()) -> None:
    with transaction():
        for name in names:
            db.session.merge(Heartbeat(name=name, at=clock.now() - age))


def due(to: User, channel: Channel = Channel.SMS, lane: Lane = Lane.NOTICE) -> Attempt:
    """A message that waits to be sent now."""
    with transaction():
        notification = Notification(
            dedupe_key=new_attempt_id(),
            event=NotificationEvent.RECEIPT,
            channel=channel,
            address=to.contacts[0].value,
            user_id=to.id,
        )
        db.session.add(notification)
        return add_attempt(notification, lane, clock.now())


def ended(
    to: User, state: AttemptState, code: str = "", channel: Channel = Channel.SMS, provider: str = "sms:twilio"
) -> Attempt:
    attempt = due(to, channel)
    with transaction():
        move(attempt.id, state, error_code=code, provider=provider)
    return attempt


def again(after: Attempt, state: AttemptState = AttemptState.DUE) -> Attempt:
    """Another try of the same message."""
    with transaction():
        attempt = add_attempt(after.notification, Lane.NOTICE, clock.now())
        if state is not AttemptState.DUE:
            move(attempt.id, state, provider=after.provider)
        return attempt


def rang(to: User) -> Attempt:
    """A call that nobody answered."""
    attempt = due(to, Channel.VOICE)
    with transaction():
        move(attempt.id, AttemptState.SENT, provider="voice:twilio")
        move(attempt.id, AttemptState.UNDELIVERED, provider_status="no-answer")
    return attempt


def doubtful(to: User) -> Attempt:
    """A message of which nobody knows whether the provider has it."""
    attempt = due(to)
    with transaction():
        attempt.state, attempt.sending_at = AttemptState.UNKNOWN, clock.now()
    return attempt
