"""The form of a signature."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from helpdesk.forms.fields import CleanForm, at_most


class SignatureForm(CleanForm):
    signature = TextAreaField(
        _l("Signature"),
        description=_l("Plain text, such as the name of the team and of the group. Empty: the name of the house."),
        validators=[at_most(500)],
        render_kw={"rows": 5},
    )
