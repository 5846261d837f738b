"""Forms of the manager who plans the duty."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from helpdesk.forms.fields import CleanForm, LocalTimeField, at_most, needed
from helpdesk.forms.hours import HOURS_WORDS, PRESETS, Hours, WeeklyHours, choice_of, hours_text, read_hours
from helpdesk.labels import error_sentence, label
from helpdesk.models import User
from helpdesk.models.codes import HolidayRule, OverrideKind, RotationKind
from helpdesk.oncall.layers import Order, Pattern
from helpdesk.oncall.schedules import LONGEST_NAME

LONGEST_SHIFT = 366
PLACES_AT_FIRST = 3
CHOSEN = [InputRequired(_l("Please choose one."))]
_DATE_HINT = _l("Date and time on the clocks of the schedule.")
UNITS = (
    (RotationKind.HOURLY, _l("hours")),
    (RotationKind.DAILY, _l("days")),
    (RotationKind.WEEKLY, _l("weeks")),
    (RotationKind.MONTHLY, _l("months")),
)
ORDER_WORDS = (
    (Order.GOES_ON, _l("The turn goes on with whoever would be next; hand-overs stay at their time")),
    (Order.ANEW, _l("Begin anew at this moment with the first person of the list")),
)
KIND_WORDS = (
    (OverrideKind.REPLACE, _l("Replace: one person comes in for another, or for everybody")),
    (OverrideKind.ADD, _l("Add: one more person is on duty")),
    (OverrideKind.REMOVE, _l("Take off: one person is not on duty")),
)


class PlanForm(CleanForm):
    """A form that may hold lists of fields, which take no filters of their own."""

    class Meta(CleanForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            if unbound_field.field_class in (FieldList, FormField):
                return unbound_field.bind(form=form, **options)
            return super().bind_field(form, unbound_field, options)

    def complain(self, name: str, sentence: Any) -> None:
        """Beside the field; above the form where it has none of that name."""
        if name in self._fields:
            self._fields[name].errors = [*self._fields[name].errors, sentence]
        else:
            self.form_errors.append(sentence)

    def refuse(self, code: str) -> None:
        """Say where it belongs why a rule refused it."""
        self.complain(self.REFUSALS.get(code, ""), error_sentence(code))

    def complaints(self) -> Iterator[tuple[str, str, Sequence[Any]]]:
        """Label, id and errors of every field that has some, those inside lists too."""
        for field in _single_fields(self):
            if field.errors:
                suffix = "-0" if isinstance(field, RadioField) else ""
                yield field.label.text, f"{field.id}{suffix}", field.errors

    REFUSALS: dict[str, str] = {}  # noqa: RUF012  (code of a refusal → field)


def _single_fields(fields: Iterable[Any]) -> Iterator[Any]:
    for field in fields:
        if isinstance(field, FieldList | FormField):
            yield from _single_fields(field)
        else:
            yield field


class ScheduleForm(PlanForm):
    name = StringField(_l("Name"), validators=[needed(_l("Enter a name.")), at_most(LONGEST_NAME)])
    time_zone = SelectField(
        _l("Time zone"), description=_l("Hand-overs keep to its clocks, also when they change.")
    )
    REFUSALS = {"name_taken": "name", "unknown_zone": "time_zone"}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.time_zone.choices = [SelectChoice(zone, zone) for zone in sorted(available_timezones())]


class RenameForm(PlanForm):
    name = StringField(_l("Name"), validators=[needed(_l("Enter a name.")), at_most(LONGEST_NAME)])
    REFUSALS = {"name_taken": "name"}  # noqa: RUF012


def _moment(text: Any) -> LocalTimeField:
    return LocalTimeField(text, description=_DATE_HINT, validators=[InputRequired(_l("Enter a date and a time."))])


class LayerForm(PlanForm):
    """`people` are ids as text, "" for an empty place; `moment` begins the first shift, or the change."""

    name = StringField(_l("Name of the layer"), validators=[at_most(80)])
    shift_length = IntegerField(
        _l("One shift lasts"),
        validators=[
            InputRequired(_l("Enter a number.")),
            NumberRange(1, LONGEST_SHIFT, _l("A number from %(min)s to %(max)s.")),
        ],
    )
    kind = SelectField(
        _l("Unit of time"), choices=[SelectChoice(kind.value, words) for kind, words in UNITS], validators=CHOSEN
    )
    moment = _moment(_l("The first shift begins"))
    order = RadioField(
        _l("Who has the turn then"), choices=[SelectChoice(code.value, words) for code, words in ORDER_WORDS]
    )
    people = FieldList(SelectField(validators=[Optional()]), min_entries=PLACES_AT_FIRST)
    hours = SelectField(
        _l("When it counts"),
        choices=[SelectChoice(code.value, words) for code, words in HOURS_WORDS.items()],
        validators=CHOSEN,
    )
    own = FieldList(StringField(validators=[at_most(80)]), min_entries=7, max_entries=7)
    holidays = SelectField(
        _l("On Polish public holidays"),
        choices=[SelectChoice(rule.value, label(rule)) for rule in HolidayRule],
        validators=CHOSEN,
    )
    REFUSALS = {"in_the_past": "moment", "no_people": "people-0"}  # noqa: RUF012

    def offer(self, candidates: Sequence[User]) -> "LayerForm":
        """Whom each place can be given."""
        self.candidates = {str(user.id): user for user in candidates}
        choices = [SelectChoice("", _l("nobody")), *(SelectChoice(i, u.name) for i, u in self.candidates.items())]
        for number, place in enumerate(self.people, 1):
            place.choices, place.label.text = choices, str(_l("Place %(number)s", number=number))
        for day, field in enumerate(self.own):
            field.label.text = weekday(day)
        return self

    def rearrange(self, act: str) -> None:
        """ "more": one place more; "up:2": the third place before the second. Anything else: nothing."""
        chosen = [place.data for place in self.people]
        verb, _colon, where = act.partition(":")
        index = int(where) if where.isdecimal() else 0
        if verb == "more":
            chosen.append("")
        elif verb == "up" and 0 < index < len(chosen):
            chosen[index - 1 : index + 1] = [chosen[index], chosen[index - 1]]
        while self.people.entries:
            self.people.pop_entry()
        for user_id in chosen:
            self.people.append_entry(user_id)

    def validate(self, extra_validators: Any = None) -> bool:
        is_good = bool(super().validate(extra_validators))
        if self.hours.data == Hours.OWN:
            is_good = self._reads_hours() and is_good
        if not self.chosen_people():
            self.people[0].errors = [error_sentence("no_people")]
            is_good = False
        return is_good

    def chosen_people(self) -> list[User]:
        return [self.candidates[place.data] for place in self.people if place.data in self.candidates]

    def weekly_hours(self) -> WeeklyHours | None:
        """Of a form that is valid."""
        choice = Hours(self.hours.data)
        if choice is not Hours.OWN:
            return PRESETS[choice]
        read = {str(day): read_hours(field.data or "") for day, field in enumerate(self.own)}
        return {day: hours for day, hours in read.items() if hours}

    def pattern(self) -> Pattern:
        """Of a form that is valid."""
        return Pattern(
            kind=RotationKind(self.kind.data),
            shift_length=self.shift_length.data,
            people=self.chosen_people(),
            name=(self.name.data or "").strip(),
            weekly_hours=self.weekly_hours(),
            holidays=HolidayRule(self.holidays.data),
        )

    def _reads_hours(self) -> bool:
        for field in self.own:
            try:
                read_hours(field.data or "")
            except ValueError:
                field.errors = [
                    _l("Write hours like this: 8:00–16:00, 20:00–24:00. 22:00–6:00 ends the day after.")
                ]
        if not any((field.data or "").strip() for field in self.own):
            self.own[0].errors = [_l("Write the hours of one day at least.")]
        return not any(field.errors for field in self.own)


def layer_values(pattern: Pattern, moment: datetime) -> dict[str, Any]:
    """What the form of the layer shows at first; `moment` is local and naive."""
    own = pattern.weekly_hours or {}
    return {
        "name": pattern.name,
        "kind": pattern.kind.value,
        "shift_length": pattern.shift_length,
        "moment": moment,
        "order": Order.GOES_ON.value,
        "people": [str(user.id) for user in pattern.people],
        "hours": choice_of(pattern.weekly_hours).value,
        "own": [hours_text(own.get(str(day), [])) for day in range(7)],
        "holidays": pattern.holidays.value,
    }


class EndForm(PlanForm):
    moment = _moment(_l("The layer counts until"))
    REFUSALS = {"in_the_past": "moment"}  # noqa: RUF012


class WarnedForm(PlanForm):
    """What speaks against it is a warning: "anyway" saves it."""

    anyway = BooleanField(_l("I have read this. Save it anyway"))


class OverrideForm(WarnedForm):
    schedule = SelectField(_l("Schedule"), validators=CHOSEN)
    kind = RadioField(
        _l("What changes"),
        choices=[SelectChoice(code.value, words) for code, words in KIND_WORDS],
        validators=CHOSEN,
    )
    user = SelectField(_l("Who comes in"), validators=[Optional()])
    instead_of = SelectField(_l("For whom, or who is taken off"), validators=[Optional()])
    starts_at = _moment(_l("From"))
    ends_at = _moment(_l("To"))
    note = StringField(_l("Note"), validators=[at_most(200)])
    REFUSALS = {  # noqa: RUF012
        "over": "ends_at",
        "span": "ends_at",
        "who_comes": "user",
        "who_goes": "instead_of",
        "same_person": "instead_of",
    }

    def offer(self, schedules: Sequence[Any], candidates: Sequence[User]) -> "OverrideForm":
        people = [SelectChoice(str(user.id), user.name) for user in candidates]
        self.schedule.choices = [SelectChoice(str(each.id), each.name) for each in schedules]
        self.user.choices = [SelectChoice("", _l("Choose")), *people]
        self.instead_of.choices = [SelectChoice("", _l("everybody")), *people]
        return self


class ShiftRow(Form):  # type: ignore[misc]
    person = SelectField(_l("Person"), validators=[Optional()])
    since = LocalTimeField(_l("From"))
    until = LocalTimeField(_l("To"))

    @property
    def is_empty(self) -> bool:
        return not self.person.data

    def validate(self, extra_validators: Any = None) -> bool:
        is_good = bool(super().validate(extra_validators))
        if self.is_empty or not is_good:
            return is_good
        for field in (self.since, self.until):
            if field.data is None:
                field.errors = [_l("Enter a date and a time.")]
        if self.since.data and self.until.data and self.until.data <= self.since.data:
            self.until.errors = [error_sentence("span")]
        return not (self.since.errors or self.until.errors)


class TemporaryForm(WarnedForm):
    name = StringField(_l("Name"), validators=[needed(_l("Enter a name.")), at_most(80)])
    starts_at = _moment(_l("From"))
    ends_at = _moment(_l("To"))
    shifts = FieldList(FormField(ShiftRow))
    REFUSALS = {"span": "ends_at", "over": "ends_at"}  # noqa: RUF012

    def offer(self, candidates: Sequence[User]) -> "TemporaryForm":
        self.candidates = {str(user.id): user for user in candidates}
        choices = [SelectChoice("", _l("nobody")), *(SelectChoice(i, u.name) for i, u in self.candidates.items())]
        for row in self.shifts:
            row.person.choices = choices
        return self


class ButtonForm(FlaskForm):  # type: ignore[misc]
    """Nothing but the button."""


def weekday(day: int) -> str:
    """The name of the day in the reader's language; 0 is Monday."""
    locale = get_locale() or Locale("pl")
    return str(locale.days["stand-alone"]["wide"][day])
