"""Forms of those who manage units."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, StringField

from helpdesk.forms.fields import AddressField, CleanForm, PhoneField, at_most, needed
from helpdesk.labels import label
from helpdesk.models.codes import UnitKind


class UnitForm(CleanForm):
    municipality_id = SelectField(_l("Municipality"), coerce=int, validators=[needed(_l("Please choose one."))])
    name = StringField(_l("Name of the unit"), validators=[needed(_l("Enter the name of the unit.")), at_most(160)])
    short_name = StringField(
        _l("Short name"), description=_l("Stands in SMS messages, e.g. OSP Wrzosowa."), validators=[at_most(40)]
    )
    kind = SelectField(
        _l("Kind of unit"),
        choices=[SelectChoice("", _l("Choose")), *(SelectChoice(kind.value, label(kind)) for kind in UnitKind)],
        validators=[needed(_l("Please choose one."))],
    )


class InviteForm(CleanForm):
    name = StringField(_l("First and last name"), validators=[needed(_l("Enter the person's name.")), at_most(120)])
    email = AddressField(
        _l("E-mail"),
        description=_l("The sign-in code goes there."),
        validators=[needed(_l("Enter an e-mail address."))],
    )
    phone = PhoneField(_l("Phone"), description=_l("For codes by SMS; may stay empty."))

    def complain(self, field: Any, sentence: str) -> None:
        field.errors = [*field.errors, sentence]
