"""What a manager says of the people of the staff."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.config import LOCALES
from helpdesk.forms.fields import AddressField, ChoiceField, CleanForm, PhoneField, at_most, needed
from helpdesk.forms.me import LANGUAGES
from helpdesk.labels import label
from helpdesk.models.codes import STAFF

_NAME = (needed(_l("Enter the person's name.")), at_most(120))
_ROLES = [SelectChoice(role.value, label(role)) for role in STAFF]


class AddPersonForm(CleanForm):
    name = StringField(_l("First and last name"), validators=_NAME)
    email = AddressField(
        _l("E-mail"),
        description=_l("The sign-in code goes there."),
        validators=[needed(_l("Enter an e-mail address."))],
    )
    phone = PhoneField(
        _l("Phone"),
        description=_l(
            "The code of the second step of signing in comes there by SMS, and alerts ring there once that code "
            "has been used. Without it the person chooses the second step at the first sign-in."
        ),
    )
    role = ChoiceField(_l("Role"), choices=_ROLES, validators=[needed(_l("Please choose one."))])


class PersonForm(CleanForm):
    name = StringField(_l("First and last name"), validators=_NAME)
    roles = SelectMultipleField(
        _l("Roles"),
        choices=_ROLES,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[needed(_l("Choose at least one of them."))],
    )
    locale = SelectField(
        _l("Language"),
        choices=[SelectChoice(code, LANGUAGES[code]) for code in LOCALES],
        validators=[needed(_l("Please choose one."))],
    )
