"""Which provider carries a message: the first of the channel that is not failing, and back to it when it recovers.

A circuit opens after several failures in a row, or at once when the account is closed to us. An open one is probed
without sending anything; when it answers, one notice or reply tries it (half open), any message if none comes for
long, and its success closes the circuit: that it was taken, or delivered where trouble is told later. No message
ever waits for a provider: where all are failing, one that has answered a probe is used, else the first.
"""

import logging
from contextlib import suppress
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt
from helpdesk.models import Provider as Known
from helpdesk.models.codes import CircuitState, Lane
from helpdesk.notify.channels import all_providers, provider_named, providers_of
from helpdesk.notify.parcel import Decision, DeliveryError
from helpdesk.notify.provider import Provider
from helpdesk.transaction import changed_rows, release, transaction

log = logging.getLogger(__name__)
FAILURES = 3
UNTRIED = timedelta(minutes=10)  # notices are rare at night
COUNTED = (Decision.CONFIGURATION, Decision.TEMPORARY, Decision.UNKNOWN)


def choose(attempt: Attempt) -> Provider:
    """The provider for an attempt: the one it was made for, else the channel's best one now. One message after a
    recovery tries the recovered one."""
    if attempt.provider:
        return provider_named(attempt.channel, attempt.provider)
    every = providers_of(attempt.channel)
    if len(every) == 1:
        return every[0]
    states = _states(every)
    for provider in every:
        if states[provider.name] is CircuitState.HALF_OPEN and _try_out(provider, attempt.lane):
            return provider
    return _working(every, states) or every[0]


def another(attempt: Attempt) -> Provider | None:
    """A provider that has not had this notification yet and does not fail; None if there is no other."""
    if not attempt.provider:
        return None  # it never came so far
    tried = {attempt.provider} | {other.provider for other in attempt.notification.attempts}
    rest = [provider for provider in providers_of(attempt.channel) if provider.name not in tried]
    return _working(rest, _states(rest))


def _working(providers: list[Provider], states: dict[str, CircuitState]) -> Provider | None:
    """The first that does not fail; else, rather than one that fails, the first that has answered a probe."""
    for state in (CircuitState.CLOSED, CircuitState.HALF_OPEN):
        for provider in providers:
            if states[provider.name] is state:
                return provider
    return None


def succeeded(provider: Provider) -> None:
    """It took a message."""
    is_failing = sa.or_(Known.failures > 0, Known.state != CircuitState.CLOSED)
    _close(provider.name, is_failing, Known.error_code.not_in(provider.told_later))


def delivered(attempt: Attempt) -> None:
    """It brought a message. That says something if it was given it after it had begun to fail."""
    _close(attempt.provider, Known.state != CircuitState.CLOSED, Known.open_since < attempt.sending_at)


def _close(name: str, *where: sa.ColumnElement[bool]) -> None:
    closed = changed_rows(
        sa.update(Known)
        .where(Known.name == name, *where)
        .values(state=CircuitState.CLOSED, failures=0, open_since=None, error_code="")
    )
    if closed:
        log.info("provider %s takes messages again", name)


def failed(provider: Provider, error: DeliveryError) -> None:
    """It did not take a message; that counts when the reason lies with it or with our account."""
    if error.decision not in COUNTED or error.code in provider.too_many:
        return
    row = row_of(provider.name)
    row.failures += 1
    if row.error_code not in provider.told_later:  # only a delivery shows that such a one is past
        row.error_code = error.code
    if row.state is CircuitState.HALF_OPEN:
        row.state = CircuitState.OPEN
    elif row.state is CircuitState.CLOSED and (row.failures >= FAILURES or error.code in provider.closes_account):
        row.state, row.open_since = CircuitState.OPEN, clock.now()
        log.error("provider %s is failing (%s): others are used where there are any", provider.name, error.code)


def probe_open() -> None:
    """Ask the providers whose circuit is open whether they would take a message again."""
    names = set(db.session.scalars(sa.select(Known.name).where(Known.state == CircuitState.OPEN)))
    release()
    for provider in all_providers():
        if provider.name in names:
            _probe(provider)


def row_of(name: str) -> Known:
    """The provider's row, made if it is not there yet, locked until the transaction ends."""
    query = sa.select(Known).filter_by(name=name).with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is not None:
        return found
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.add(Known(name=name))
    return db.session.scalars(query).one()


def _probe(provider: Provider) -> None:
    try:
        provider.probe()
        found = CircuitState.HALF_OPEN
    except DeliveryError as error:
        log.info("provider %s still fails: %s", provider.name, error.code)
        found = CircuitState.OPEN
    with transaction():
        changed_rows(
            sa.update(Known)
            .where(Known.name == provider.name, Known.state == CircuitState.OPEN)
            .values(state=found, probed_at=clock.now())
        )


def _try_out(provider: Provider, lane: int) -> bool:
    """Only one message at a time tries a recovered provider; should it vanish, the next probe allows another. No
    alert tries one that takes it at once and says only later that it was not brought."""
    is_left = sa.and_(Known.probed_at <= clock.now() - UNTRIED, Known.error_code.not_in(provider.told_later))
    may_try = sa.true() if lane >= Lane.REPLY else is_left
    return bool(
        changed_rows(
            sa.update(Known)
            .where(Known.name == provider.name, Known.state == CircuitState.HALF_OPEN, may_try)
            .values(state=CircuitState.OPEN)
        )
    )


def _states(providers: list[Provider]) -> dict[str, CircuitState]:
    names = [provider.name for provider in providers]
    query = sa.select(Known.name, Known.state).where(Known.name.in_(names))
    known = {row.name: row.state for row in db.session.execute(query)}
    return dict.fromkeys(names, CircuitState.CLOSED) | known
