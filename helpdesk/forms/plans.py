"""What the forms of the plan have in common: lists of fields, moments, and where a refusal is said."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, RadioField
from wtforms.validators import InputRequired, ValidationError

from helpdesk import clock
from helpdesk.forms.fields import CleanForm, LocalTimeField
from helpdesk.labels import error_sentence

YEARS = 5
CHOSEN = [InputRequired(_l("Please choose one."))]
DATE_HINT = _l("Date and time on the clocks of the schedule.")


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

    REFUSALS: ClassVar[dict[str, str]] = {}  # code of a refusal → field


def _single_fields(fields: Iterable[Any]) -> Iterator[Any]:
    for field in fields:
        if isinstance(field, FieldList | FormField):
            yield from _single_fields(field)
        else:
            yield field


def near(_form: Any, field: Any) -> None:
    """Years that a plan can have: what is far off was mistyped, and far more to work out."""
    this_year = clock.now().year
    if field.data is not None and not this_year - YEARS <= field.data.year <= this_year + YEARS:
        raise ValidationError(_l("Check the year: a plan reaches five years at most."))


def moment(text: Any) -> LocalTimeField:
    is_there = InputRequired(_l("Enter a date and a time."))
    return LocalTimeField(text, description=DATE_HINT, validators=[is_there, near])
