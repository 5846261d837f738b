"""The form of a policy: a time per priority and target, times of single categories, reminders, and what follows
once a time is over."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.forms.fields import NumberField, at_most, needed
from helpdesk.forms.plans import PlanForm
from helpdesk.forms.sla_text import DAY, DaysDiffer, duration_text, read_duration
from helpdesk.labels import label
from helpdesk.models import Calendar
from helpdesk.models.codes import Category, Channel, Priority, ReminderRecipient, SlaTargetKind
from helpdesk.sla.opening_days import day_minutes
from helpdesk.sla.policy_editing import PolicyDraft, RuleDraft, TargetDraft

CELLS = [(priority, kind) for priority in (Priority.URGENT, Priority.NORMAL) for kind in SlaTargetKind]
RECIPIENTS = (
    (ReminderRecipient.HOLDER, _l("whoever has the ticket, else whoever is on duty")),
    (ReminderRecipient.ON_CALL, _l("whoever is on duty")),
    (ReminderRecipient.ADMINISTRATORS, _l("all administrators")),
    (ReminderRecipient.MANAGERS, _l("the managers")),
)
NEW_ROWS: dict[str, list[tuple[str, str]]] = {
    "own": [("priority", "normal"), ("kind", "resolve"), ("time", "")],
    "rules": [("priority", "normal"), ("share", "75"), ("recipients", "holder"), ("channels", "email")],
}
MOST_AGAIN = 50


def _choices(codes: Any) -> list[SelectChoice]:
    return [SelectChoice(code.value, label(code)) for code in codes]


def _boxes(text: Any, choices: list[SelectChoice], sentence: Any) -> SelectMultipleField:
    needed_one = [InputRequired(sentence)]
    looks = {"widget": ListWidget(prefix_label=False), "option_widget": CheckboxInput()}
    return SelectMultipleField(text, choices=choices, validators=needed_one, **looks)


class PromiseForm(Form):  # type: ignore[misc]
    """A time on a calendar; `minutes` is what was read, None for an empty field."""

    time = StringField(_l("Time"), validators=[at_most(40)])
    calendar_id = SelectField(_l("Calendar"), coerce=int)
    minutes: int | None = None

    def read(self, calendars: Mapping[int, Calendar]) -> None:
        """Raises nothing: what is wrong stands beside the field."""
        text, calendar = (self.time.data or "").strip(), calendars.get(self.calendar_id.data)
        self.minutes = None
        if not text or calendar is None:
            return
        try:
            self.minutes = read_duration(text, day_minutes(calendar))
        except DaysDiffer:
            self._say(_l("The days of this calendar are not equally long. Write hours instead."))
        except ValueError:
            self._say(_l("Write a time with its unit, such as 30 min, 4 h, 1 h 30 min or 2 days."))

    def _say(self, sentence: Any) -> None:
        self.time.errors = [*self.time.errors, sentence]


class OwnForm(PromiseForm):
    category = SelectField(_l("Category"), choices=_choices(Category))
    priority = SelectField(_l("Priority"), choices=_choices(Priority))
    kind = SelectField(_l("Target"), choices=_choices(SlaTargetKind))

    def read(self, calendars: Mapping[int, Calendar]) -> None:
        super().read(calendars)
        if not (self.time.data or "").strip():
            self._say(_l("Write a time, or remove the row."))


class RuleForm(Form):  # type: ignore[misc]
    priority = SelectField(_l("Priority"), choices=_choices(Priority))
    share = NumberField(_l("At so many per cent of the time"), least=1, most=100, default=75)
    recipients = _boxes(_l("To whom"), [SelectChoice(c.value, w) for c, w in RECIPIENTS], _l("Choose somebody."))
    channels = _boxes(_l("How"), _choices((Channel.SMS, Channel.EMAIL)), _l("Choose SMS or e-mail."))

    def draft(self) -> RuleDraft:
        chosen = tuple(self.recipients.data or ()), tuple(self.channels.data or ())
        return RuleDraft(Priority(self.priority.data), self.share.number, *chosen)


class SlaPolicyForm(PlanForm):
    name = StringField(_l("Name"), validators=[needed(_l("Give the SLA policy a name.")), at_most(120)])
    base = FieldList(FormField(PromiseForm), min_entries=len(CELLS), max_entries=len(CELLS))
    own = FieldList(FormField(OwnForm), max_entries=60)
    acknowledgement_answers = BooleanField(_l("Taking a ticket counts as the first response"))
    rules = FieldList(FormField(RuleForm), max_entries=20)
    again_urgent = StringField(_l("Urgent tickets: again every"), validators=[at_most(40)])
    again_normal = StringField(_l("Normal tickets: again every"), validators=[at_most(40)])
    again_at_most = NumberField(_l("At most so many times"), least=0, most=MOST_AGAIN, default=10)
    seen = HiddenField()
    REFUSALS: ClassVar = {"name_in_use": "name", "no_targets": "base-0-time"}

    def offer(self, calendars: Sequence[Calendar]) -> "SlaPolicyForm":
        self._calendars = {row.id: row for row in calendars}
        for entry in [*self.base, *self.own]:
            entry.form.calendar_id.choices = [SelectChoice(row.id, row.name) for row in calendars]
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        is_good = bool(super().validate(extra_validators))
        for entry in [*self.base, *self.own]:
            entry.form.read(self._calendars)
        times = [entry.form.time for entry in [*self.base, *self.own]]
        return all([is_good, self._reads_pace(), not any(time.errors for time in times)])

    def complaints(self) -> Iterator[tuple[str, str, Sequence[Any]]]:
        """With the row that a field stands in: a dozen of them are called the same."""
        places = dict(self._places())
        for text, name, errors in super().complaints():
            place = next((words for start, words in places.items() if name.startswith(start)), "")
            yield f"{place}, {text}" if place else text, name, errors

    def _places(self) -> Iterator[tuple[str, str]]:
        """How the ids of a row's fields begin, and what the page calls the row."""
        for (priority, kind), entry in zip(CELLS, self.base, strict=True):
            yield f"{entry.id}-", f"{label(priority)}: {label(kind)}"
        for number, entry in enumerate(self.own, 1):
            yield f"{entry.id}-", _("Row %(number)s", number=number)
        for number, entry in enumerate(self.rules, 1):
            yield f"{entry.id}-", _("Reminder %(number)s", number=number)

    def draft(self) -> PolicyDraft:
        """Of a form that is valid."""
        return PolicyDraft(
            name=(self.name.data or "").strip(),
            targets=tuple(self._targets()),
            rules=tuple(entry.form.draft() for entry in self.rules),
            acknowledgement_answers=bool(self.acknowledgement_answers.data),
            again_urgent=read_duration(self.again_urgent.data, DAY),
            again_normal=read_duration(self.again_normal.data, DAY),
            again_at_most=self.again_at_most.number,
        )

    def _targets(self) -> Iterator[TargetDraft]:
        for (priority, kind), entry in zip(CELLS, self.base, strict=True):
            if entry.form.minutes:
                yield TargetDraft(priority, kind, None, entry.form.minutes, entry.form.calendar_id.data)
        for entry in self.own:
            row = entry.form
            codes = Priority(row.priority.data), SlaTargetKind(row.kind.data), Category(row.category.data)
            yield TargetDraft(*codes, row.minutes or 0, row.calendar_id.data)

    def _reads_pace(self) -> bool:
        fields = (self.again_urgent, self.again_normal)
        for field in fields:
            try:
                read_duration(field.data or "", DAY)
            except ValueError:
                said = _l("Write a time with its unit, such as 30 min, 4 h, 1 h 30 min or 2 days.")
                field.errors = [*field.errors, said]
        return not any(field.errors for field in fields)


def values_of(draft: PolicyDraft) -> dict[str, Any]:
    """What the form shows at first."""
    general = {(t.priority, t.kind): t for t in draft.targets if t.category is None}
    return {
        "name": draft.name,
        "base": [_promise(general.get(cell)) for cell in CELLS],
        "own": [
            _promise(t) | {"category": t.category.value, "priority": t.priority.value, "kind": t.kind.value}
            for t in draft.targets
            if t.category is not None
        ],
        "rules": [
            {"priority": rule.priority.value, "share": rule.share}
            | {"recipients": list(rule.recipients), "channels": list(rule.channels)}
            for rule in draft.rules
        ],
        "acknowledgement_answers": draft.acknowledgement_answers,
        "again_urgent": duration_text(draft.again_urgent),
        "again_normal": duration_text(draft.again_normal),
        "again_at_most": draft.again_at_most,
    }


def _promise(target: TargetDraft | None) -> dict[str, Any]:
    if target is None:
        return {}
    return {"time": duration_text(target.minutes), "calendar_id": target.calendar_id}
