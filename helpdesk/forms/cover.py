"""The forms of absences and swaps."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, ValidationError

from helpdesk.config import settings
from helpdesk.forms.fields import CleanForm, LocalTimeField, at_most
from helpdesk.forms.plans import near
from helpdesk.forms.wall import end_of, instant_of
from helpdesk.oncall.roster import Span

NOTE = 200
_FROM_NEEDED = _l("Say when it begins.")
_TO_NEEDED = _l("Say when it ends.")


class SpanForm(CleanForm):
    """From when until when, typed in the house's time zone."""

    starts_at = LocalTimeField(_l("From"), validators=[InputRequired(_FROM_NEEDED), near])
    ends_at = LocalTimeField(_l("Until"), validators=[InputRequired(_TO_NEEDED), near])
    note = StringField(_l("Note"), validators=[at_most(NOTE)])

    def validate_ends_at(self, field: LocalTimeField) -> None:
        if self.starts_at.data and field.data and field.data <= self.starts_at.data:
            raise ValidationError(_l("The end must come after the beginning."))

    @property
    def span(self) -> Span:
        """In UTC, of a form that is valid."""
        zone = settings().default_time_zone
        return Span(instant_of(self.starts_at.data, zone), end_of(self.ends_at.data, zone))


class OfferForm(SpanForm):
    """`to` is 0 for all; `in_return` names a shift of somebody else, or nothing."""

    to = SelectField(_l("Offer to"), coerce=int, validators=[InputRequired()])
    in_return = SelectField(
        _l("In return I take"),
        default="",
        description=_l("Choosing somebody's shift offers the swap to that person."),
    )


class AbsenceForm(SpanForm):
    """`seen` names who else is absent and was shown."""

    user = SelectField(_l("Who"), coerce=int, validators=[InputRequired()])
    seen = HiddenField()
