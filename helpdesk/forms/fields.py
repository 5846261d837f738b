"""Fields that forgive how people type, and say beside the field what is wrong."""

import re
from datetime import MAXYEAR, MINYEAR, UTC
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, IntegerField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional, StopValidation
from wtforms.widgets import EmailInput, TelInput

from helpdesk.config import settings
from helpdesk.errors import InvalidPhoneNumber
from helpdesk.phone import parse_phone

PHONE_SENTENCES: dict[str, LazyString] = {
    "empty": _l("Enter a phone number."),
    "not_a_number": _l("This does not look like one phone number. Digits are enough, e.g. 500 000 012."),
    "emergency": _l("This is an emergency number. Enter the number on which we can reach you."),
    "premium": _l("We do not call premium-rate numbers. Enter another one."),
    "extension": _l("We cannot reach an extension. Enter a mobile or a direct number."),
    "short": _l("This number is too short to be called from outside. Enter the full number."),
    "invalid": _l("There is no such number. Check the digits: a Polish number has nine."),
}
_NO_ADDRESS = _l("This does not look like an e-mail address, e.g. name@school.pl.")
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_LONGEST_LINK = 1000


def needed(sentence: LazyString) -> DataRequired:
    return DataRequired(sentence)


def at_most(length: int) -> Length:
    return Length(max=length, message=_l("At most %(max)d characters."))


class NeededAtTimes(Optional):  # type: ignore[misc]
    """May be empty, but not whatever else the form says: not called optional, a hint or the form says when."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags = {"needed_at_times": True}


class CleanForm(FlaskForm):  # type: ignore[misc]
    """Text without NUL characters, which no database column takes."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            filters = [without_nul, *unbound_field.kwargs.get("filters", ())]
            return unbound_field.bind(form=form, filters=filters, **options)


class PhoneField(StringField):  # type: ignore[misc]
    """`e164` is the number that was understood, "" for an empty field."""

    widget = TelInput()
    e164 = ""

    def pre_validate(self, _form: Any) -> None:
        self.e164 = ""
        if not (self.data or "").strip():
            return
        try:
            self.e164 = parse_phone(self.data)
        except InvalidPhoneNumber as refused:
            raise StopValidation(str(PHONE_SENTENCES[refused.code])) from refused


class AddressField(StringField):  # type: ignore[misc]
    """`address` is the normalised e-mail address, "" for an empty field."""

    widget = EmailInput()
    address = ""

    def pre_validate(self, _form: Any) -> None:
        self.address = ""
        typed = (self.data or "").strip()
        if not typed:
            return
        try:
            # Addresses under .test are taken alike by form, API and accounts.
            found = validate_email(typed, check_deliverability=False, test_environment=True)
        except EmailNotValidError as refused:
            raise StopValidation(str(_NO_ADDRESS)) from refused
        self.address = found.normalized


class LinkField(StringField):  # type: ignore[misc]
    """An http(s) address, also without scheme or in the middle of a shared text; `link` is what was found."""

    link = ""

    def pre_validate(self, _form: Any) -> None:
        typed = (self.data or "").strip()
        self.link = find_link(typed)
        if typed and not self.link:
            raise StopValidation(str(_l("This does not look like a link. Copy it again, or add a screenshot.")))


class LocalTimeField(DateTimeLocalField):  # type: ignore[misc]
    """Typed in the installation's time zone, empty allowed; `iso` is the same instant in UTC or ""."""

    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]  # the last is typed by hand
        sentence = _l("Write the date and time like this: 2026-03-31 18:00.")
        super().__init__(*args, format=formats, invalid_value_message=sentence, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        if any(value.strip() for value in valuelist):
            super().process_formdata(valuelist)
        if self.data is not None and not MINYEAR < self.data.year < MAXYEAR:
            self.data = None  # no instant: its time in UTC would lie outside of all years
            raise ValueError(self.invalid_value_message)

    @property
    def iso(self) -> str:
        if self.data is None:
            return ""
        return str(self.data.replace(tzinfo=settings().zone).astimezone(UTC).isoformat())


class ChoiceField(RadioField):  # type: ignore[misc]
    """Radio buttons of which none may be chosen; validators decide whether that will do."""

    def pre_validate(self, _form: Any) -> None:
        if self.data:
            super().pre_validate(_form)


def without_nul(value: Any) -> Any:
    """Text loses NUL characters; anything else stays as it is."""
    return value.replace("\0", "") if isinstance(value, str) else value


def find_link(text: str) -> str:
    """The first http(s) address in what somebody pasted; "" if there is none that a browser could open."""
    found = _LINK.search(text)
    link = found.group() if found else f"https://{text}"
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return ""
    well_formed = re.fullmatch(r"[\w-]+(\.[\w-]+)+", host) and not re.search(r"\s", link)
    return link if well_formed and len(link) <= _LONGEST_LINK else ""


class NumberField(IntegerField):  # type: ignore[misc]
    """A whole number from `least` to `most`; one sentence says what is wrong with anything else."""

    def __init__(self, *args: Any, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(*args, **kwargs)
        self.flags.required = Optional not in map(type, kwargs.get("validators", ()))

    @property
    def number(self) -> int:
        return int(self.data or 0)

    def process_formdata(self, valuelist: list[str]) -> None:
        text = "".join(valuelist).strip()
        self.data = int(text) if text.isdecimal() and len(text) < 7 else None  # the typed text stays in the field

    def pre_validate(self, _form: Any) -> None:
        is_left_out = self.data is None and not (self.raw_data and self.raw_data[0].strip())
        if is_left_out and not self.flags.required:
            return
        if self.data is None or not self.least <= self.data <= self.most:
            raise StopValidation(_("Enter a number from %(least)s to %(most)s.", least=self.least, most=self.most))


class TimeZoneField(SelectField):  # type: ignore[misc]
    """All of them, the house's first, the others by continent, so that typing a town's first letters finds it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=_time_zones, **kwargs)


def _time_zones() -> list[SelectChoice]:
    house = settings().zone.key
    others = sorted(zone for zone in available_timezones() - {house} if "/" in zone)
    plain = sorted(zone for zone in available_timezones() - {house} if "/" not in zone)
    return [
        SelectChoice(house, house, optgroup=_("Here")),
        *(SelectChoice(zone, _town(zone), optgroup=zone.partition("/")[0]) for zone in others),
        *(SelectChoice(zone, zone, optgroup=_("Others")) for zone in plain),
    ]


def _town(zone: str) -> str:
    return zone.partition("/")[2].replace("_", " ")
