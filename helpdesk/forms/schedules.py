"""Forms of the manager who plans the duty."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import Optional

from helpdesk.forms.fields import LocalTimeField, NeededAtTimes, TimeZoneField, at_most, needed
from helpdesk.forms.plans import CHOSEN, PlanForm, moment, near
from helpdesk.labels import error_sentence
from helpdesk.models import User
from helpdesk.models.codes import OverrideKind
from helpdesk.oncall.schedules import LONGEST_NAME

KIND_WORDS = (
    (OverrideKind.REPLACE, _l("Replace: one person comes in for another, or for everybody")),
    (OverrideKind.ADD, _l("Add: one more person is on duty")),
    (OverrideKind.REMOVE, _l("Take off: one person is not on duty")),
)


class ScheduleForm(PlanForm):
    name = StringField(_l("Name"), validators=[needed(_l("Enter a name.")), at_most(LONGEST_NAME)])
    time_zone = TimeZoneField(
        _l("Time zone"),
        description=_l("Hand-overs keep to its clocks, also when they change."),
        validators=CHOSEN,
    )
    REFUSALS: ClassVar = {"name_taken": "name", "unknown_zone": "time_zone"}


class RenameForm(PlanForm):
    name = StringField(_l("Name"), validators=[needed(_l("Enter a name.")), at_most(LONGEST_NAME)])
    REFUSALS: ClassVar = {"name_taken": "name"}


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
    user = SelectField(_l("Who comes in"), validators=[NeededAtTimes()])
    instead_of = SelectField(_l("For whom, or who is taken off"), validators=[NeededAtTimes()])
    starts_at = moment(_l("From"))
    ends_at = moment(_l("To"))
    note = StringField(_l("Note"), validators=[at_most(200)])
    REFUSALS: ClassVar = {
        "over": "ends_at",
        "span": "ends_at",
        "too_long": "ends_at",
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
    since = LocalTimeField(_l("From"), validators=[near])
    until = LocalTimeField(_l("To"), validators=[near])

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
    starts_at = moment(_l("From"))
    ends_at = moment(_l("To"))
    shifts = FieldList(FormField(ShiftRow))
    REFUSALS: ClassVar = {"span": "ends_at", "over": "ends_at", "too_long": "ends_at"}

    def offer(self, candidates: Sequence[User]) -> "TemporaryForm":
        self.candidates = {str(user.id): user for user in candidates}
        choices = [SelectChoice("", _l("nobody")), *(SelectChoice(i, u.name) for i, u in self.candidates.items())]
        for row in self.shifts:
            row.person.choices = choices
        return self
