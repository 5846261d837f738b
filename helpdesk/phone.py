"""Telephone numbers of people: from what somebody typed to E.164, and back to something fit for a log."""

import re
import unicodedata
from collections.abc import Callable

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from helpdesk.errors import InvalidPhoneNumber

_LONGEST_TEXT = 100  # beyond that nobody typed a number
_POLAND = 48
# The 98x and 99x numbers of the Polish numbering plan all ring a rescue or alarm service (986 is the city
# guard, 991 the power emergency); phonenumbers knows 112, 997, 998 and 999 only. 911 is routed to 112.
_POLISH_ALARM_NUMBERS = frozenset({"112", "911", *map(str, range(980, 1000))})
_LONGEST_SHORT_NUMBER = 6  # 116 111, 19115, 71911: nothing to be called from abroad or texted for free
_PAID_TYPES = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_SATELLITE_CODES = frozenset({870, 878, 881, 882, 883})  # several dollars a minute
_MOBILE_TYPES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_HIDES_EVERYTHING_BELOW = 7  # digits: the visible ones would give a shorter number away

_LABEL = re.compile(r"^(?:tel|telefon|kom|mobile|phone)\b[.:\s]*", re.IGNORECASE)
_EXTENSION = re.compile(
    r"\d[\s(),;]*(?:[,;#x]|w|wewn?|wewnętrzny|ext|extension)[\s.:=]*\d{1,6}[\s)#]*$", re.IGNORECASE
)


def parse_phone(text: str, region: str = "PL") -> str:
    """The number in E.164 ("+48500000012"), read as somebody in `region` (ISO 3166 code) would dial it.

    Raises InvalidPhoneNumber with the reason in `code`. Emergency, premium-rate and short numbers are
    refused because an alert must never ring them; an extension because neither an SMS nor a keypress
    gets past a switchboard.
    """
    typed = _tidy(text)
    if not typed:
        raise InvalidPhoneNumber("empty")
    _refuse_what_is_no_single_number(typed)
    number = _read(typed, region)
    for code, applies in _REFUSALS:
        if applies(number):
            raise InvalidPhoneNumber(code)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def is_mobile(e164: str) -> bool:
    """Whether an SMS may arrive; where a country mixes mobile and fixed numbers, yes.

    Raises InvalidPhoneNumber for a text without country code.
    """
    return phonenumbers.number_type(_read(e164, None)) in _MOBILE_TYPES


def is_landline(e164: str) -> bool:
    """Whether it is surely a fixed line: one of which nothing is known may be a mobile.

    Raises InvalidPhoneNumber for a text without country code.
    """
    return phonenumbers.number_type(_read(e164, None)) == PhoneNumberType.FIXED_LINE


def mask_phone(e164: str) -> str:
    """For logs: "+48 5** *** *12". Whatever cannot be read as a number comes out as "***"; never raises."""
    return _masked(e164, "*", first=1, last=2)


def hide_middle(e164: str) -> str:
    """For people who know the number but need not dial it: "+48 500 ••• 012"; never raises."""
    return _masked(e164, "•", first=3, last=3)


def show_phone(e164: str) -> str:
    """For people to read: "+48 500 000 012". Whatever cannot be read as a number stays as it is; never raises."""
    try:
        return phonenumbers.format_number(_read(e164, None), PhoneNumberFormat.INTERNATIONAL)
    except InvalidPhoneNumber:
        return e164


def _masked(e164: str, sign: str, *, first: int, last: int) -> str:
    try:
        number = _read(e164, None)
    except InvalidPhoneNumber:
        return sign * 3
    country = f"+{number.country_code}"
    pretty = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL).removeprefix(country)
    digits = [at for at, character in enumerate(pretty) if character.isdigit()]
    shown = {*digits[:first], *digits[-last:]} if len(digits) >= _HIDES_EVERYTHING_BELOW else set()
    hidden = set(digits) - shown
    return country + "".join(sign if at in hidden else character for at, character in enumerate(pretty))


def _tidy(text: str) -> str:
    """Full-width digits to ASCII, invisible direction marks away, one kind of space, no "tel." in front."""
    compatible = unicodedata.normalize("NFKC", text)
    visible = "".join(character for character in compatible if unicodedata.category(character) != "Cf")
    return _LABEL.sub("", " ".join(visible.split()))


def _refuse_what_is_no_single_number(typed: str) -> None:
    if len(typed) > _LONGEST_TEXT:
        raise InvalidPhoneNumber("not_a_number")
    if _EXTENSION.search(typed):
        raise InvalidPhoneNumber("extension")
    if any(character.isalpha() for character in typed):  # phonenumbers would dial 1-800-FLOWERS
        raise InvalidPhoneNumber("not_a_number")


def _read(typed: str, region: str | None) -> PhoneNumber:
    try:
        number = phonenumbers.parse(typed, region)
    except NumberParseException as error:
        code = _PARSE_FAILURES.get(error.error_type, "not_a_number")
        raise InvalidPhoneNumber(code) from error
    if number.country_code == _POLAND and number.number_of_leading_zeros is None:
        number.italian_leading_zero = None  # the trunk 0 of before 2009 is still on many letterheads
    return number


def _is_emergency(number: PhoneNumber) -> bool:
    dialled = phonenumbers.national_significant_number(number)
    country = number.country_code or 0
    if country == _POLAND and dialled in _POLISH_ALARM_NUMBERS:
        return True
    regions = phonenumbers.region_codes_for_country_code(country)
    return any(phonenumbers.is_emergency_number(dialled, region) for region in regions)


def _is_short(number: PhoneNumber) -> bool:
    digits = phonenumbers.national_significant_number(number)
    return len(digits) <= _LONGEST_SHORT_NUMBER and not _is_valid(number)


def _is_premium(number: PhoneNumber) -> bool:
    return number.country_code in _SATELLITE_CODES or phonenumbers.number_type(number) in _PAID_TYPES


def _is_valid(number: PhoneNumber) -> bool:
    return phonenumbers.is_valid_number(number)


_PARSE_FAILURES = {
    NumberParseException.INVALID_COUNTRY_CODE: "invalid",
    NumberParseException.TOO_SHORT_AFTER_IDD: "invalid",
    NumberParseException.TOO_SHORT_NSN: "invalid",
    NumberParseException.TOO_LONG: "invalid",
}

_REFUSALS: tuple[tuple[str, Callable[[PhoneNumber], bool]], ...] = (
    ("emergency", _is_emergency),
    ("short", _is_short),
    ("premium", _is_premium),
    ("invalid", lambda number: not _is_valid(number)),
)
