"""The files that go with a mail, made when it is sent: the outbox keeps what they are made of, not the files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale

from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Municipality, Notification
from helpdesk.models.codes import NotificationEvent
from helpdesk.monthly.pdf import file_name, pdf
from helpdesk.monthly.words import document
from helpdesk.reports.monthly import month_period, monthly_report
from helpdesk.sentences import _


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    content: bytes


def files_of(notification: Notification) -> list[File]:
    make = _FILES.get(notification.event)
    return [make(notification)] if make else []


def _monthly_report(notification: Notification) -> File:
    """As the month stands when the letter was written: a second try sends the same."""
    params, at = notification.params, notification.created_at
    place = db.session.get_one(Municipality, params["municipality_id"])
    first = date.fromisoformat(f"{params['month']}-01")
    report = monthly_report(place, month_period(first, at, settings().zone), at)
    with force_locale(notification.locale):
        content = pdf(document(report, settings().operator_name), at)
        return File(file_name(report, _("report")), "application/pdf", content)


_FILES: dict[NotificationEvent, Callable[[Notification], File]] = {
    NotificationEvent.MONTHLY_REPORT: _monthly_report,
}
