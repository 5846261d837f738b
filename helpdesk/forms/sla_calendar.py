"""The form of a calendar: hours per weekday, public holidays one by one, own closed days, other hours on a date."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import (
    FieldList,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk import clock
from helpdesk.forms.fields import TimeZoneField, at_most, needed
from helpdesk.forms.hours import hours_text, read_hours
from helpdesk.forms.layers import weekday
from helpdesk.forms.plans import CHOSEN, PlanForm
from helpdesk.forms.sla_text import (
    date_text,
    exception_text,
    overlapping,
    read_date,
    read_exception,
    read_lines,
)
from helpdesk.sla.calendar_editing import CalendarDraft
from helpdesk.sla.calendars import holiday_names

ALWAYS, HOURS = "always", "hours"
LONGEST_LIST = 20_000


class CalendarForm(PlanForm):
    name = StringField(_l("Name"), validators=[needed(_l("Enter a name.")), at_most(120)])
    time_zone = TimeZoneField(_l("Time zone"), validators=CHOSEN)
    open = RadioField(
        _l("When it is open"),
        choices=[
            SelectChoice(HOURS, _l("At these hours, without the public holidays chosen below")),
            SelectChoice(ALWAYS, _l("Round the clock, every day")),
        ],
        validators=CHOSEN,
    )
    own = FieldList(StringField(validators=[at_most(120)]), min_entries=7, max_entries=7)
    kept = SelectMultipleField(
        _l("Closed on these public holidays"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    closed = TextAreaField(
        _l("Closed on these days too"),
        description=_l("One date a line, such as 24.12.2026."),
        validators=[at_most(LONGEST_LIST)],
    )
    exceptions = TextAreaField(
        _l("Other hours on single days"),
        description=_l(
            "One day a line, such as 31.12.2026: 8:00–12:00. It counts before public holidays and closed days."
        ),
        validators=[at_most(LONGEST_LIST)],
    )
    seen = HiddenField()
    REFUSALS: ClassVar = {"name_in_use": "name", "unknown_zone": "time_zone", "never_open": "open"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept.choices = [SelectChoice(name, name) for name in holiday_names(clock.now().year)]
        for day, field in enumerate(self.own):
            field.label.text = weekday(day)

    def validate(self, extra_validators: Any = None) -> bool:
        is_good = bool(super().validate(extra_validators))
        return all([is_good, self._reads_week(), self._reads_dates()])

    def draft(self) -> CalendarDraft:
        """Of a form that is valid."""
        names, kept = [choice.value for choice in self.kept.choices], self.kept.data or []
        week = {str(day): read_hours(field.data or "") for day, field in enumerate(self.own)}
        return CalendarDraft(
            name=(self.name.data or "").strip(),
            time_zone=self.time_zone.data,
            always_open=self.open.data == ALWAYS,
            weekly_hours={day: hours for day, hours in week.items() if hours},
            polish_holidays=bool(kept),
            worked_holidays=[name for name in names if name not in kept] if kept else [],
            closed_days=sorted({read_date(line).isoformat() for line in read_lines(self.closed.data or "")}),
            exceptions=dict(read_exception(line) for line in read_lines(self.exceptions.data or "")),
        )

    def _reads_week(self) -> bool:
        week = {}
        for day, field in enumerate(self.own):
            try:
                week[day] = read_hours(field.data or "")
            except ValueError:
                self._say(
                    field, _l("Write hours like this: 8:00–16:00, 20:00–24:00. 22:00–6:00 ends the day after.")
                )
        for day in overlapping(week):
            self._say(
                self.own[day], _l("These hours overlap with others. Let each begin when the one before is over.")
            )
        if self.open.data == HOURS and not any((field.data or "").strip() for field in self.own):
            self._say(self.own[0], _l("Write the hours of one day at least."))
        return not any(field.errors for field in self.own)

    def _reads_dates(self) -> bool:
        readers = (
            (self.closed, read_date, _l("“%(line)s” is no date. Write one a line, such as 24.12.2026.")),
            (self.exceptions, read_exception, _l("Write “%(line)s” like this: 31.12.2026: 8:00–12:00.")),
        )
        for field, read, sentence in readers:
            for line in read_lines(field.data or ""):
                try:
                    read(line)
                except ValueError:
                    self._say(field, str(sentence) % {"line": line[:40]})
        return not (self.closed.errors or self.exceptions.errors)

    def _say(self, field: Any, sentence: Any) -> None:
        field.errors = [*field.errors, sentence]


def values_of(draft: CalendarDraft) -> dict[str, Any]:
    """What the form shows at first."""
    worked = draft.worked_holidays
    names = holiday_names(clock.now().year) if draft.polish_holidays else []
    return {
        "name": draft.name,
        "time_zone": draft.time_zone,
        "open": ALWAYS if draft.always_open else HOURS,
        "own": [hours_text([list(span) for span in draft.weekly_hours.get(str(day), [])]) for day in range(7)],
        "kept": [name for name in names if name not in worked],
        "closed": "\n".join(date_text(day) for day in draft.closed_days),
        "exceptions": "\n".join(
            exception_text(day, [list(span) for span in hours]) for day, hours in sorted(draft.exceptions.items())
        ),
    }
