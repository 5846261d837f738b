import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.errors import InvalidPhoneNumber
from helpdesk.phone import is_landline, is_mobile, mask_phone, parse_phone

MOBILE = "+48500000012"
LANDLINE = "+48226210000"


@pytest.mark.parametrize(
    "typed",
    [
        "+48500000012",
        "500000012",
        "500 000 012",
        "500-000-012",
        "500–000–012",
        "500.000.012",
        "500/000/012",
        "(500) 000 012",
        "500\u00a0000\u00a0012",
        "  500\t000\n012 ",
        "48500000012",
        "0048500000012",
        "00 48 500-000-012",
        "00(48)500000012",
        "+48 (0) 500 000 012",
        "0 500 000 012",
        "\uff0b\uff14\uff18\uff15\uff10\uff10\uff10\uff10\uff10\uff10\uff11\uff12",
        "\u202a+48 500 000 012\u202c",
        "tel. 500 000 012",
        "Tel.: +48 500 000 012",
        "tel:+48500000012",
        "kom. 500 000 012",
    ],
)
def test_a_mobile_number_is_understood_however_it_is_typed(typed: str) -> None:
    assert parse_phone(typed) == MOBILE


@pytest.mark.parametrize("typed", ["22 621 00 00", "(22) 621-00-00", "022 621 00 00", "+48 (0) 22 621 00 00"])
def test_a_landline_is_understood_with_and_without_the_old_trunk_zero(typed: str) -> None:
    assert parse_phone(typed) == LANDLINE


@pytest.mark.parametrize("last", range(100))
def test_fictional_numbers_of_the_project_are_valid_mobiles(last: int) -> None:
    number = parse_phone(f"+485000000{last:02d}")
    assert is_mobile(number)


def test_a_foreign_number_keeps_its_country() -> None:
    assert parse_phone("+44 (0)7911 123456") == "+447911123456"


def test_leading_zero_that_belongs_to_an_italian_number_stays() -> None:
    assert parse_phone("+39 (0)6 1234 5678") == "+390612345678"


def test_number_without_country_code_is_read_in_the_given_region() -> None:
    assert parse_phone("202 555 0143", "US") == "+12025550143"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" \u00a0\u200b", "empty"),
        ("nie mam", "not_a_number"),
        ("+", "not_a_number"),
        ("1-800-FLOWERS", "not_a_number"),
        ("500 000 012 lub 500 000 013", "not_a_number"),
        ("5" * 500, "not_a_number"),
        ("500000012/500000013", "invalid"),
        ("500 000 01", "invalid"),
        ("500 000 0123", "invalid"),
        ("+48 00 500 000 012", "invalid"),
        ("+999 500 000 012", "invalid"),
        ("112 112 112", "invalid"),
        ("700 123 456", "premium"),
        ("+48 703 123 456", "premium"),
        ("801 123 456", "premium"),
        ("+1 900 555 1234", "premium"),
        ("+870 773 111 632", "premium"),
        ("116 111", "short"),
        ("19115", "short"),
        ("+48 71911", "short"),
    ],
)
def test_a_refusal_names_its_reason(typed: str, code: str) -> None:
    with pytest.raises(InvalidPhoneNumber) as refused:
        parse_phone(typed)
    assert refused.value.code == code


@pytest.mark.parametrize("dialled", ["112", "911", "1 1 2", "+48 112", "0048 112", "+49 110", "+1 911"])
def test_emergency_numbers_are_refused(dialled: str) -> None:
    with pytest.raises(InvalidPhoneNumber) as refused:
        parse_phone(dialled)
    assert refused.value.code == "emergency"


@pytest.mark.parametrize("dialled", range(980, 1000))
def test_polish_alarm_numbers_are_refused(dialled: int) -> None:
    with pytest.raises(InvalidPhoneNumber) as refused:
        parse_phone(str(dialled))
    assert refused.value.code == "emergency"


@pytest.mark.parametrize(
    "extension",
    [
        " wew. 12",
        " wew 12",
        " wewn. 12",
        " (wew. 12)",
        " w. 12",
        "w12",
        " ext. 5",
        "x12",
        "#12",
        ",,12",
        ";ext=12",
    ],
)
def test_an_extension_is_refused_because_nothing_gets_past_a_switchboard(extension: str) -> None:
    with pytest.raises(InvalidPhoneNumber) as refused:
        parse_phone("22 621 00 00" + extension)
    assert refused.value.code == "extension"


def test_the_refused_number_is_not_in_the_message_that_ends_up_in_a_log() -> None:
    with pytest.raises(InvalidPhoneNumber) as refused:
        parse_phone("500 000 0123")
    assert "500" not in str(refused.value)


@settings(deadline=None)
@given(st.text(max_size=40) | st.text("0123456789+-() .x#wext/", max_size=30))
def test_any_text_is_either_a_number_or_refused(typed: str) -> None:
    try:
        number = parse_phone(typed)
    except InvalidPhoneNumber:
        return
    assert parse_phone(number) == number


@pytest.mark.parametrize(
    ("number", "mobile"),
    [
        (MOBILE, True),
        (LANDLINE, False),
        ("+12025550143", True),
        ("+447911123456", True),
        ("+48800123456", False),
    ],
)
def test_mobile_or_possibly_mobile_numbers_take_sms(number: str, mobile: bool) -> None:
    assert is_mobile(number) is mobile


def test_mobile_needs_a_country_code() -> None:
    with pytest.raises(InvalidPhoneNumber):
        is_mobile("500000012")


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        (MOBILE, "+48 5** *** *12"),
        (LANDLINE, "+48 2* *** ** 00"),
        ("+12025550143", "+1 2**-***-**43"),
        ("+48112", "+48 ***"),
        ("ktoś", "***"),
        ("", "***"),
    ],
)
def test_a_masked_number_shows_country_first_and_last_two_digits(number: str, masked: str) -> None:
    assert mask_phone(number) == masked


@settings(deadline=None)
@given(st.text(max_size=40))
def test_masking_never_fails_and_never_shows_more_than_three_digits_of_the_number(text: str) -> None:
    masked = mask_phone(text)
    national = masked.partition(" ")[2] if masked.startswith("+") else masked
    assert sum(character.isdigit() for character in national) <= 3


@pytest.mark.parametrize(
    ("number", "is_fixed"), [("+48221234567", True), ("+48500000012", False), ("+15005550001", False)]
)
def test_only_a_number_that_surely_is_a_landline_counts_as_one(number, is_fixed):
    assert is_landline(number) is is_fixed
