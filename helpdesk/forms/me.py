"""What people say of themselves: language, numbers and addresses, rules."""

from collections.abc import Iterator
from datetime import time

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n
from wtforms import BooleanField, SelectChoice, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.config import LOCALES
from helpdesk.forms.fields import AddressField, CleanForm, PhoneField, needed
from helpdesk.labels import label
from helpdesk.models.codes import Channel
from helpdesk.people.rules import Wanted

LANGUAGES = {"pl": "Polski", "en": "English"}
NEVER = ""
WAITS = (0, 1, 2, 3, 4, 5, 10)
PERIODS = ("day", "night")
ORDER = (Channel.SMS, Channel.VOICE, Channel.EMAIL)
_TIME = _l("Write the time like this: 22:00.")


def _waits() -> list[SelectChoice]:
    later = [
        SelectChoice(str(count), _n("after %(num)s minute", "after %(num)s minutes", count)) for count in WAITS[1:]
    ]
    return [SelectChoice(NEVER, _l("not at all")), SelectChoice("0", _l("at once")), *later]


class LanguageForm(CleanForm):
    locale = SelectField(
        _l("Language"),
        choices=[SelectChoice(code, LANGUAGES[code]) for code in LOCALES],
        validators=[needed(_l("Please choose one."))],
    )


class AddPhoneForm(CleanForm):
    phone = PhoneField(
        _l("Another phone number"),
        description=_l("In any way of writing. A mobile gets an SMS with a code, a landline is called."),
        validators=[needed(_l("Enter a phone number."))],
    )


class AddAddressForm(CleanForm):
    email = AddressField(_l("Another e-mail address"), validators=[needed(_l("Enter an e-mail address."))])


class ContactCodeForm(CleanForm):
    code = StringField(_l("Code of six digits"), validators=[needed(_l("Type the code."))])

    @property
    def digits(self) -> str:
        """Without the spaces that people put in between."""
        return "".join((self.code.data or "").split())


class UrgentForm(CleanForm):
    """Two columns, day and night, with a wait for each channel; "" is not at all."""

    night_from = TimeField(_l("The night is from"), validators=[needed(_TIME)])
    night_until = TimeField(_l("until"), validators=[needed(_TIME)])
    day_sms = SelectField(choices=_waits())
    day_voice = SelectField(choices=_waits())
    day_email = SelectField(choices=_waits())
    night_sms = SelectField(choices=_waits())
    night_voice = SelectField(choices=_waits())
    night_email = SelectField(choices=_waits())

    def wanted(self) -> Iterator[Wanted]:
        night = (self.night_from.data or time(), self.night_until.data or time())
        for period, (start, end) in zip(PERIODS, (night[::-1], night), strict=True):
            for channel in ORDER:
                wait = self[f"{period}_{channel}"].data
                if wait != NEVER:
                    yield Wanted(channel, int(wait), start, end)


class NormalForm(CleanForm):
    channels = SelectMultipleField(
        _l("New and changed normal tickets come"),
        choices=[SelectChoice(channel.value, label(channel)) for channel in (Channel.EMAIL, Channel.SMS)],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[needed(_l("Choose at least one of them."))],
    )
    own_quiet = BooleanField(_l("I want quiet hours of my own"))
    quiet_from = TimeField(_l("No SMS of normal tickets from"))
    quiet_until = TimeField(_l("until"))

    @property
    def quiet(self) -> tuple[time, time] | None:
        """None: those of the house."""
        if not self.own_quiet.data or self.quiet_from.data is None or self.quiet_until.data is None:
            return None
        return self.quiet_from.data, self.quiet_until.data


class SureForm(CleanForm):
    """A button and nothing else."""
