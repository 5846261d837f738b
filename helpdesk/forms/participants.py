"""The form that adds somebody in copy."""

from flask_babel import lazy_gettext as _l

from helpdesk.forms.fields import AddressField, CleanForm, needed


class ParticipantForm(CleanForm):
    participant = AddressField(
        _l("E-mail address"),
        description=_l("Gets the answers of this ticket by mail and may reply."),
        validators=[needed(_l("Enter an e-mail address."))],
    )
