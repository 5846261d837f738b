"""What is left in the accounts with the providers, asked every hour and kept for the health page."""

import logging
from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Provider as Known
from helpdesk.notify.channels import all_providers
from helpdesk.notify.circuit import row_of
from helpdesk.notify.parcel import DeliveryError
from helpdesk.notify.provider import Balance, Provider
from helpdesk.transaction import release, transaction

log = logging.getLogger(__name__)
FRESH = timedelta(minutes=55)


def ask_all() -> None:
    """Ask those that have not been asked for an hour; another scheduler may have done so."""
    fresh = set(db.session.scalars(sa.select(Known.name).where(Known.balance_at > clock.now() - FRESH)))
    release()
    for provider in all_providers():
        if provider.name not in fresh:
            _ask(provider)


def _ask(provider: Provider) -> None:
    """One that cannot be asked keeps what was known of it."""
    try:
        found = provider.balance()
    except DeliveryError as refused:
        log.warning("%s does not say what is left in the account: %s", provider.name, refused)
        return
    if found is not None:
        _keep(provider.name, found)


def _keep(name: str, found: Balance) -> None:
    with transaction():
        row = row_of(name)
        row.balance, row.currency, row.balance_at = found.amount, found.currency[:8], clock.now()
