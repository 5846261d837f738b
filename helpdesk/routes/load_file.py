"""The duty of a month as tables for payroll: every shift, and the totals."""

from datetime import timedelta

from helpdesk.oncall.load import Hours
from helpdesk.oncall.months import DutyMonth
from helpdesk.reports.sheets import Column, Kind, Sheet, local
from helpdesk.sentences import _

_HOUR = timedelta(hours=1)


def shifts_sheet(month: DutyMonth) -> Sheet:
    """The part of each shift that lies in the month, in local time."""
    zone = month.period.zone
    rows = [
        (
            each.user.name,
            each.schedule.name,
            local(each.starts_at, zone),
            local(each.ends_at, zone),
            *_in_hours(each.hours),
            _("plan") if each.is_planned else _("record"),
        )
        for each in month.served
    ]
    columns = [
        Column(_("Person"), width=28),
        Column(_("Schedule"), width=24),
        Column(_("From"), Kind.TIME, 17),
        Column(_("Until"), Kind.TIME, 17),
        *_hour_columns(),
        Column(_("Record or plan")),
    ]
    return Sheet(_("Shifts"), columns, rows)


def totals_sheet(month: DutyMonth) -> Sheet:
    """Of each person; hours of two duties at once count once."""
    rows = [
        (
            each.user.name,
            each.load.shifts,
            *_in_hours(each.load.hours),
            each.load.woken,
        )
        for each in month.people
    ]
    counted = Column(_("Times woken"), Kind.COUNT, 16)
    columns = [Column(_("Person"), width=28), Column(_("Shifts"), Kind.COUNT), *_hour_columns(), counted]
    return Sheet(_("Totals"), columns, rows)


def _hour_columns() -> list[Column]:
    headings = (_("Hours"), _("Night hours (22:00–6:00)"), _("Weekend hours"), _("Holiday hours"))
    return [Column(heading, Kind.HOURS) for heading in headings]


def _in_hours(hours: Hours) -> list[float]:
    return [each / _HOUR for each in (hours.total, hours.night, hours.weekend, hours.holiday)]
