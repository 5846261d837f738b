"""The form of a layer: who takes turns, how long, from when on, at which hours."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from babel import Locale
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, IntegerField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional

from helpdesk.forms.fields import at_most
from helpdesk.forms.hours import HOURS_WORDS, PRESETS, Hours, WeeklyHours, choice_of, hours_text, read_hours
from helpdesk.forms.plans import CHOSEN, PlanForm, moment
from helpdesk.labels import error_sentence, label
from helpdesk.models import User
from helpdesk.models.codes import HolidayRule, RotationKind
from helpdesk.oncall.layers import Order, Pattern

LONGEST_SHIFT = 366
PLACES_AT_FIRST = 3
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
    moment = moment(_l("The first shift begins"))
    order = RadioField(
        _l("Who has the turn then"),
        choices=[SelectChoice(code.value, words) for code, words in ORDER_WORDS],
        validators=CHOSEN,
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
    REFUSALS: ClassVar = {"in_the_past": "moment", "no_people": "people-0"}

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
    moment = moment(_l("The layer counts until"))
    REFUSALS: ClassVar = {"in_the_past": "moment"}


def weekday(day: int) -> str:
    """The name of the day in the reader's language; 0 is Monday."""
    locale = get_locale() or Locale("pl")
    return str(locale.days["stand-alone"]["wide"][day])
