import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.notify.sms_text import Segments, segments, shorten, to_gsm7

GSM7_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà" + "^{}\\[]~|€\f"
)
EXTENSION = "^{}\\[]~|€\f"
any_text = st.text() | st.text("ąćęłńóśźżĄĆ „”–…\u00a0\t\r\n`°çÇé😀👨‍👩‍👧?{€abc ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 1, 0)),
        ("a" * 160, Segments("GSM-7", 1, 160)),
        ("a" * 161, Segments("GSM-7", 2, 161)),
        ("a" * 306, Segments("GSM-7", 2, 306)),
        ("a" * 307, Segments("GSM-7", 3, 307)),
        ("€" * 80, Segments("GSM-7", 1, 160)),
        ("€" * 80 + "a", Segments("GSM-7", 2, 161)),
        ("ą", Segments("UCS-2", 1, 1)),
        ("ą" * 70, Segments("UCS-2", 1, 70)),
        ("ą" * 71, Segments("UCS-2", 2, 71)),
        ("ą" * 134, Segments("UCS-2", 2, 134)),
        ("ą" * 135, Segments("UCS-2", 3, 135)),
        ("😀" * 35, Segments("UCS-2", 1, 70)),
        ("😀" * 36, Segments("UCS-2", 2, 72)),
    ],
)
def test_segments_follow_the_limits_of_each_encoding(text: str, expected: Segments) -> None:
    assert segments(text) == expected


def test_extension_character_moves_whole_to_the_next_segment() -> None:
    assert segments("a" * 152 + "€" + "a" * 152) == Segments("GSM-7", 3, 306)


def test_surrogate_pair_moves_whole_to_the_next_segment() -> None:
    assert segments("ą" * 66 + "😀" + "ą" * 66) == Segments("UCS-2", 3, 134)


@pytest.mark.parametrize("character", GSM7_ALPHABET)
def test_every_character_of_the_alphabet_is_gsm7(character: str) -> None:
    assert segments(character) == Segments("GSM-7", 1, 2 if character in EXTENSION else 1)


@pytest.mark.parametrize("character", "\t`ç°\u00a0ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
def test_characters_known_to_be_outside_gsm7_cost_ucs2(character: str) -> None:
    assert segments(character).encoding == "UCS-2"


@settings(deadline=None)
@given(st.text())
def test_ucs2_units_are_what_utf16_takes(text: str) -> None:
    sized = segments(text + "ł")
    assert sized.units * 2 == len((text + "ł").encode("utf-16-le", "surrogatepass"))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Zażółć gęślą jaźń", "Zazolc gesla jazn"),
        ("ZAŻÓŁĆ GĘŚLĄ JAŹŃ", "ZAZOLC GESLA JAZN"),
        ("Zaz\u0307o\u0301łc\u0301", "Zazolc"),
        ("„Pilne” – «post» … ’teraz‘", '"Pilne" - "post" ... \'teraz\''),
        ("a\u00a0b\u2009c\td", "a b c d"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\0b\x1bc\x7fd\u200be\u00adf", "abcdef"),
        ("café über señor Ä à §2 £3 €4", "café über señor Ä à §2 £3 €4"),
        ("cafe\u0301", "café"),
        ("garçon Ça", "garcon Ça"),
        ("á ô ê ř Š đ œ ẞ", "a o e r S d oe SS"),
        ("`x´", "'x'"),
        ("20°C", "20st.C"),
        ("1½ godz., 5 m²", "1 1/2 godz., 5 m2"),
        ("Link: a→b", "Link: a->b"),
        ("pożar 🔥🔥 🔥!", "pozar ?!"),
        ("👨‍👩‍👧 i 👍🏽", "? i ?"),
        ("Допомога", "?"),
        ("co???", "co???"),
        ("ABC", "ABC"),
    ],
)
def test_texts_are_written_in_gsm7(text: str, plain: str) -> None:
    assert to_gsm7(text) == plain


@settings(deadline=None)
@given(any_text)
def test_result_is_always_gsm7_and_stable(text: str) -> None:
    plain = to_gsm7(text)
    assert segments(plain).encoding == "GSM-7"
    assert to_gsm7(plain) == plain


@settings(deadline=None)
@given(st.text(GSM7_ALPHABET.replace("\r", "").replace("\f", "")))
def test_what_is_gsm7_already_stays_as_it_is(text: str) -> None:
    assert to_gsm7(text) == text


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_line_is_lost(first: str, second: str) -> None:
    assert to_gsm7(first + "\n" + second).count("\n") >= 1


@pytest.mark.parametrize(
    ("text", "units", "short"),
    [
        ("Zalana piwnica", 14, "Zalana piwnica"),
        ("Zalana piwnica szkoły", 17, "Zalana piwnica..."),
        ("Zalana piwnica szkoły", 16, "Zalana..."),
        ("Zalana piwnica, szkoła", 19, "Zalana piwnica..."),
        ("Zalana\npiwnica", 12, "Zalana..."),
        ("Konstantynopolitanka", 10, "Konstan..."),
        ("a Konstantynopolitanka", 12, "a Konstan..."),
        ("€€€€€ €€€€€", 14, "€€€€€..."),
        ("Zalana", 3, "..."),
        ("Zalana", 2, ".."),
        ("Zalana", 0, ""),
        ("", 0, ""),
    ],
)
def test_a_long_text_is_cut_after_a_word(text: str, units: int, short: str) -> None:
    assert shorten(text, units) == short


@settings(deadline=None)
@given(any_text, st.integers(0, 200))
def test_a_shortened_text_never_takes_more_than_it_may(text: str, units: int) -> None:
    short = shorten(text, units)
    assert segments(short).encoding == "GSM-7"
    assert segments(short).units <= units


def test_negative_room_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer than 0"):
        shorten("a", -1)
