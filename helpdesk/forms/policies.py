"""The form of an escalation policy: numbered steps that buttons add, move and remove, also without script."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    FieldList,
    Form,
    FormField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.forms.fields import LocalTimeField, NumberField, at_most, needed, without_nul
from helpdesk.labels import label
from helpdesk.models.codes import Category, Channel, StepTarget
from helpdesk.oncall.policies import MOST_STEPS, Draft, people_of
from helpdesk.oncall.steps import Plan, Scope

PREFIX = "steps"
# One person and several are chosen in the same list.
TARGETS = (
    StepTarget.ON_CALL,
    StepTarget.NEXT_ON_CALL,
    StepTarget.PEOPLE,
    StepTarget.ADMINISTRATORS,
    StepTarget.MANAGERS,
)
NEW_STEP = {"target": StepTarget.ON_CALL.value, "first": "sms", "second": "voice"}
_CHANNELS = [SelectChoice(code.value, label(code)) for code in Channel]
_NONE = SelectChoice("", _l("nothing more"))


@dataclass(frozen=True)
class Offer:
    """What can be chosen, and to which municipality each group belongs."""

    places: list[SelectChoice] = field(default_factory=list)
    groups: list[SelectChoice] = field(default_factory=list)
    schedules: list[SelectChoice] = field(default_factory=list)
    people: list[SelectChoice] = field(default_factory=list)
    place_of_group: dict[int, int] = field(default_factory=dict)


def _optional_id(text: Any) -> int | None:
    return int(text) if text not in (None, "", "None") else None


def _number(words: Any, least: int, most: int, default: int, **kwargs: Any) -> NumberField:
    return NumberField(words, least=least, most=most, default=default, **kwargs)


class StepForm(Form):  # type: ignore[misc]
    target = SelectField(
        _l("Who is alerted"), choices=[SelectChoice(target.value, label(target)) for target in TARGETS]
    )
    schedule_id = SelectField(_l("On-call schedule"), coerce=_optional_id, validators=[Optional()])
    people = SelectMultipleField(
        _l("People"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    first = SelectField(_l("First by"), choices=_CHANNELS)
    second = SelectField(_l("then by"), choices=[_NONE, *_CHANNELS], default="")
    third = SelectField(_l("and then by"), choices=[_NONE, *_CHANNELS], default="")
    gap = _number(_l("Seconds from one to the next"), 0, 600, 30)
    minutes = _number(_l("Minutes until the next step"), 1, 240, 5)
    repeats = _number(_l("How often this step"), 1, 10, 1)

    def validate_people(self, people: Any) -> None:
        if self.target.data == StepTarget.PEOPLE and not people.data:
            raise ValidationError(_("Choose at least one person, or somebody else for this step."))

    def validate_second(self, second: Any) -> None:
        chosen = [code for code in (self.first.data, second.data, self.third.data) if code]
        if len(set(chosen)) < len(chosen):
            raise ValidationError(_("Name each channel once; to alert again, let the step come more than once."))

    def plan(self) -> Plan:
        """What the step says."""
        people = tuple(self.people.data or ()) if self.target.data == StepTarget.PEOPLE else ()
        is_one = len(people) == 1
        target = StepTarget.USER if is_one else StepTarget(self.target.data)
        asks_schedule = target in (StepTarget.ON_CALL, StepTarget.NEXT_ON_CALL)
        return Plan(
            target,
            [code for code in (self.first.data, self.second.data, self.third.data) if code],
            self.minutes.number,
            self.gap.number,
            self.schedule_id.data if asks_schedule else None,
            people[0] if is_one else None,
            () if is_one else people,
            self.repeats.number,
        )


class PolicyForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        _l("Name"), filters=[without_nul], validators=[needed(_l("Give the policy a name.")), at_most(120)]
    )
    municipality_id = SelectField(_l("Municipality"), coerce=_optional_id, validators=[Optional()])
    group_id = SelectField(_l("Group"), coerce=_optional_id, validators=[Optional()])
    category = SelectField(
        _l("Category"),
        choices=[SelectChoice("", _l("all categories")), *(SelectChoice(c.value, label(c)) for c in Category)],
        validators=[Optional()],
    )
    acks_wanted = _number(
        _l("How many people must take it"),
        1,
        5,
        1,
        description=_l("Usually 1: the first answer ends the alert."),
    )
    ack_minutes = NumberField(
        _l("Ask again after so many minutes without a word"),
        least=5,
        most=1440,
        description=_l("Empty: nobody is asked again. Whoever does not answer within 10 minutes gives it back."),
        validators=[Optional()],
    )
    steps = FieldList(FormField(StepForm), label=_l("Steps"), max_entries=MOST_STEPS)
    preview_at = LocalTimeField(_l("If such a ticket came on"))

    def offer(self, offer: Offer) -> "PolicyForm":
        self._place_of_group = offer.place_of_group
        self.municipality_id.choices = [SelectChoice("", _("all municipalities")), *offer.places]
        self.group_id.choices = [SelectChoice("", _("all groups")), *offer.groups]
        for entry in self.steps:
            entry.form.schedule_id.choices = [SelectChoice("", _("the main one")), *offer.schedules]
            entry.form.people.choices = offer.people
        return self

    def validate_group_id(self, group: Any) -> None:
        own = self._place_of_group.get(group.data)
        if own is not None and self.municipality_id.data not in (None, own):
            raise ValidationError(_("This group belongs to another municipality."))

    def validate_steps(self, steps: Any) -> None:
        if not len(steps):
            raise ValidationError(_("Add at least one step."))

    def draft(self) -> Draft:
        category = Category(self.category.data) if self.category.data else None
        place = self.municipality_id.data or self._place_of_group.get(self.group_id.data)
        return Draft(
            (self.name.data or "").strip(),
            Scope(place, self.group_id.data, category),
            tuple(entry.form.plan() for entry in self.steps),
            self.acks_wanted.number,
            self.ack_minutes.data,
        )

    def plans(self) -> Iterator[tuple[int, Plan]]:
        """(number, what it says) of the steps that can be read."""
        for number, entry in enumerate(self.steps, start=1):
            if entry.form.validate():
                yield number, entry.form.plan()


def data_of(draft: Draft) -> dict[str, Any]:
    """A policy as the form takes it."""
    return {
        "name": draft.name,
        "municipality_id": draft.scope.municipality_id,
        "group_id": draft.scope.group_id,
        "category": draft.scope.category.value if draft.scope.category else "",
        "acks_wanted": draft.acks_wanted,
        "ack_minutes": draft.ack_minutes,
        "steps": [_data_of_step(plan) for plan in draft.steps],
    }


def rearranged(sent: MultiDict[str, str], button: str) -> MultiDict[str, str]:
    """What was sent, with the steps as the pressed button wants them: "add", "remove-1", "up-1", "down-0"."""
    what, _dash, number = button.partition("-")
    steps, rest = _by_step(sent)
    at = int(number) if number.isdecimal() and int(number) < len(steps) else len(steps)
    moves = {"add": _added, "remove": _removed, "up": _moved_up, "down": _moved_down}
    for place, step in enumerate(moves[what](steps, at)):
        rest.extend((f"{PREFIX}-{place}-{name}", value) for name, value in step)
    return MultiDict(rest)


def is_rearranging(button: str) -> bool:
    return button.partition("-")[0] in ("add", "remove", "up", "down")


Steps = list[list[tuple[str, str]]]


def _by_step(sent: MultiDict[str, str]) -> tuple[Steps, list[tuple[str, str]]]:
    """The fields of the steps in their order, and the other fields."""
    steps: dict[int, list[tuple[str, str]]] = {}
    rest = []
    for name, value in sent.items(multi=True):
        _prefix, _dash, own = name.partition(f"{PREFIX}-")
        number, _dash, field_name = own.partition("-")
        if number.isdecimal() and field_name:
            steps.setdefault(int(number), []).append((field_name, value))
        else:
            rest.append((name, value))
    return [steps[number] for number in sorted(steps)], rest


def _added(steps: Steps, _at: int) -> Steps:
    new = [*NEW_STEP.items(), ("gap", "30"), ("minutes", "5"), ("repeats", "1")]
    return [*steps, new][:MOST_STEPS]


def _removed(steps: Steps, at: int) -> Steps:
    return [step for place, step in enumerate(steps) if place != at]


def _moved_up(steps: Steps, at: int) -> Steps:
    return _swapped(steps, at - 1) if 0 < at < len(steps) else steps


def _moved_down(steps: Steps, at: int) -> Steps:
    return _swapped(steps, at) if at + 1 < len(steps) else steps


def _swapped(steps: Steps, at: int) -> Steps:
    return [*steps[:at], steps[at + 1], steps[at], *steps[at + 2 :]]


def _data_of_step(plan: Plan) -> dict[str, Any]:
    is_named = plan.target in (StepTarget.USER, StepTarget.PEOPLE)
    ways = [*plan.channels, "", ""]
    return {
        "target": StepTarget.PEOPLE.value if is_named else plan.target.value,
        "schedule_id": plan.schedule_id,
        "people": list(people_of(plan)),
        "first": ways[0],
        "second": ways[1],
        "third": ways[2],
        "gap": plan.channel_gap_seconds,
        "minutes": plan.minutes,
        "repeats": plan.repeats,
    }


class PreviewForm(FlaskForm):  # type: ignore[misc]
    """Which ticket, and when; asked by GET, so that the answer has an address."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = False

    municipality_id = SelectField(_l("Municipality"), coerce=_optional_id, validators=[Optional()])
    group_id = SelectField(_l("Group"), coerce=_optional_id, validators=[Optional()])
    category = SelectField(
        _l("Category"), choices=[SelectChoice(c.value, label(c)) for c in Category], validators=[Optional()]
    )
    at = LocalTimeField(_l("If the ticket came on"), validators=[InputRequired(_l("Enter date and time."))])

    def offer(self, offer: Offer) -> "PreviewForm":
        self._place_of_group = offer.place_of_group
        self.municipality_id.choices = [SelectChoice("", _("any")), *offer.places]
        self.group_id.choices = [SelectChoice("", _("none")), *offer.groups]
        return self

    def validate_group_id(self, group: Any) -> None:
        own = self._place_of_group.get(group.data)
        if own is not None and self.municipality_id.data not in (None, own):
            raise ValidationError(_("This group belongs to another municipality."))

    def scope(self) -> Scope:
        place = self.municipality_id.data or self._place_of_group.get(self.group_id.data)
        category = Category(self.category.data) if self.category.data else None
        return Scope(place, self.group_id.data, category)
