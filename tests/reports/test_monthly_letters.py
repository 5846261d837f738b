"""The report is mailed once, on the first working day of the month, to the coordinators."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.jobs import send_monthly_reports
from helpdesk.models import Notification, ReportSent
from helpdesk.models.codes import NotificationEvent
from helpdesk.reports import monthly_letters
from helpdesk.reports.monthly_letters import first_working_day, month_to_send
from helpdesk.transaction import transaction

WARSAW = ZoneInfo("Europe/Warsaw")
WORKING_DAYS = {
    (2026, 1): 2,  # Thursday is New Year's Day
    (2026, 2): 2,  # begins on a Sunday
    (2026, 5): 4,  # Friday is 1 May, then the weekend and 3 May
    (2025, 5): 2,
    (2024, 4): 2,  # Easter Monday
    (2029, 4): 3,  # Easter on the 1st
    (2025, 11): 3,  # All Saints on a Saturday
    (2026, 6): 1,
    (2027, 1): 4,  # New Year's Day is a Friday
}


@pytest.fixture(autouse=True)
def monday():
    """2 March 2026 is the first working day; 10:00 in Warsaw."""
    clock.freeze(datetime(2026, 3, 2, 9, tzinfo=UTC))


def sent():
    query = sa.select(Notification).where(Notification.event == NotificationEvent.MONTHLY_REPORT)
    return db.session.scalars(query.order_by(Notification.id)).all()


@pytest.mark.parametrize("month", WORKING_DAYS)
def test_the_first_working_day_knows_weekends_and_holidays(month):
    first = date(*month, 1)
    assert first_working_day(first, WARSAW) == first.replace(day=WORKING_DAYS[month])


@pytest.mark.parametrize(
    ("wall", "month"),
    [
        ("2026-05-01T10:00", None),
        ("2026-05-04T07:59", None),
        ("2026-05-04T08:00", date(2026, 4, 1)),
        ("2026-05-05T03:00", None),
        ("2026-05-31T23:00", date(2026, 4, 1)),
        ("2026-06-01T08:00", date(2026, 5, 1)),
        ("2027-01-04T08:00", date(2026, 12, 1)),
    ],
)
def test_the_last_month_is_due_from_the_morning_of_that_day(wall, month):
    at = datetime.fromisoformat(wall).replace(tzinfo=WARSAW)
    assert month_to_send(at.astimezone(UTC), WARSAW) == month


def test_every_coordinator_gets_one_mail_whoever_runs_the_job(cast):
    with transaction():
        cast.stefania.roles, cast.stefania.municipality = cast.kinga.roles[:], cast.modrzewie
    for _ in range(3):
        send_monthly_reports()
    assert [row.user_id for row in sent()] == [cast.stefania.id, cast.kinga.id]
    assert sent()[0].params == {"municipality_id": cast.modrzewie.id, "place": "Modrzewie", "month": "2026-02"}
    assert db.session.scalar(sa.select(ReportSent.month)) == date(2026, 2, 1)


def test_of_two_runs_at_once_one_sends(cast):
    chosen = monthly_letters.due()
    send_monthly_reports()
    with transaction():
        for each in chosen:
            monthly_letters.send(each)
    assert len(sent()) == 1


def test_an_outage_of_months_brings_the_last_month_alone(cast):
    clock.freeze(datetime(2026, 7, 15, 9, tzinfo=UTC))
    send_monthly_reports()
    assert [row.params["month"] for row in sent()] == ["2026-06"]


@pytest.mark.parametrize("change", ["gone", "broken", "no contract"])
def test_nobody_to_write_to_or_nothing_to_report_on_sends_nothing(cast, change):
    with transaction():
        if change == "gone":
            cast.kinga.active = False
        elif change == "broken":
            cast.kinga.contacts[1].broken_at = clock.now()
        else:
            cast.modrzewie.contracts[0].valid_to = date(2026, 1, 31)
    send_monthly_reports()
    assert sent() == [] and db.session.scalar(sa.select(ReportSent.month)) is None


def test_a_contract_that_ended_in_the_month_still_gets_its_report(cast):
    with transaction():
        cast.modrzewie.contracts[0].valid_to = date(2026, 2, 10)
    send_monthly_reports()
    assert len(sent()) == 1
