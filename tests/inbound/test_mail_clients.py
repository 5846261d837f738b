"""What a person typed now, out of what their mail program made of it."""

import pytest

from helpdesk.inbound.mail import read_message
from tests.inbound.mail.build import ANSWERS, body, mail, multipart
from tests.inbound.mail.clients import ANSWERS as FOLDER
from tests.inbound.mail.clients import PAGES, REPLIES, TEXTS, written, written_in_html

WIRES = {
    "pl": (("utf-8", "quoted-printable"), ("iso-8859-2", "8bit"), ("windows-1250", "base64")),
    "en": (("utf-8", "8bit"), ("us-ascii", "8bit")),
    "de": (("utf-8", "base64"), ("iso-8859-2", "quoted-printable")),
}
ANSWERED = [
    pytest.param(template, charset, encoding, id=f"{template.parent.name} {template.stem} {charset}")
    for template in TEXTS
    for charset, encoding in WIRES[template.parent.name]
]


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("template", "charset", "encoding"), ANSWERED)
def test_the_reply_is_what_was_typed_now(template, charset, encoding):
    raw = mail(body(written(template), charset=charset, encoding=encoding), in_reply_to=ANSWERS)
    assert read_message(raw).reply_text == REPLIES[template.parent.name]


@pytest.mark.parametrize("template", PAGES, ids=lambda template: template.stem)
def test_html_alone_is_read_like_text(template):
    raw = mail(body(written_in_html(template), "text/html"), in_reply_to=ANSWERS)
    assert flat(read_message(raw).reply_text) == flat(REPLIES["pl"])


@pytest.mark.parametrize("name", ["gmail", "thunderbird", "apple-mail", "outlook-web", "yahoo", "onet"])
def test_html_helps_where_the_text_beside_it_marks_nothing(name):
    page = written_in_html(FOLDER / "html" / f"{name}.html")
    text = f"{REPLIES['pl']}\n\nCzy syrena została sprawdzona na miejscu?"
    raw = mail(multipart("alternative", body(text), body(page, "text/html")), in_reply_to=ANSWERS)
    assert flat(read_message(raw).reply_text) == flat(REPLIES["pl"])


def test_the_whole_text_is_kept_beside_the_reply():
    text = written(FOLDER / "pl/thunderbird.txt")
    assert read_message(mail(body(text))).text == text.strip()


OLD = "Od: Jan <jan@x.test>\nWysłano: 1 września 2026\nDo: Łukasz\nTemat: Most\n\nMost jest zamknięty."
KEPT_WHOLE = {
    "a sentence with wrote": "Od rana ciemno.\nSąsiad napisał: nie ma prądu\nCzekamy na ekipę.",
    "a day in the text": "W dniu 12 września była burza.\nOd tego czasu nie ma prądu:\nani w remizie, ani obok.",
    "opening hours": "Świetlica jest czynna\nOd: 8:00\nDo: 16:00\nProszę o kontakt.",
    "a form": "Zgłaszam:\n\nData: 12.09.2026\nTemat: syrena\nOd: Jan\nOpis: nie działa",
    "a form with an address": "Zgłaszam:\nData: 12.09.2026\nOd: Jan, jan@x.test\nOpis: nie działa",
    "a form with blank lines": "Zgłaszam:\n\nData: 12.09.2026\n\nOd: jan@x.test\n\nOpis: nie działa",
    "a line drawn between": "Raz.\n____\n" + "\n".join(f"punkt {n}" for n in range(8)),
    "one line with a mark": "Poziom wody\n> 3 m\nProszę o worki.",
    "arrows": ">>> tu <<<\n>>> i tu <<<",
    "a list with dashes": "Potrzebne są:\n-- worki\n-- pompa\n-- agregat",
    "a table with dashes": "Sprzęt   Liczba\n---------------\nworki    100\n\nCzekamy.",
    "sent from in a sentence": "Faktura została wysłana. Wysłano z urzędu pismo, ale nie dotarło do nas na czas.",
    "a telephone": "Proszę dzwonić:\nJan Nowak\ntel. 600 100 200\njan@soltysi.test",
    "forwarded in English": f"Do wiadomości.\n\n---------- Forwarded message ---------\n{OLD}",
    "forwarded in Polish": f"Do wiadomości.\n\n-------- Przekazana wiadomość --------\n{OLD}",
    "forwarded in German": f"Zur Info.\n\n-------- Weitergeleitete Nachricht --------\n{OLD}",
    "forwarded by Apple": f"Do wiadomości.\n\nPoczątek przekazywanej wiadomości:\n\n> {OLD}",
    "only a quotation": "W dniu 12.09.2026 o 10:15, Pomoc pisze:\n> Czy syrena działa?\n> Proszę o odpowiedź.",
    "only a signature": "-- \nŁukasz Wąsik",
    "template signs": "{% if x %} {{ y }} %s {0}",
}


@pytest.mark.parametrize("name", KEPT_WHOLE)
def test_nothing_is_taken_out_of(name):
    assert read_message(mail(body(KEPT_WHOLE[name]))).reply_text == KEPT_WHOLE[name].strip()


@pytest.mark.parametrize("prefix", ["Fwd:", "FW:", "PD:", "WG:", "TR:", "Fw :"])
def test_what_is_passed_on_is_kept_whole(prefix):
    text = f"Do wiadomości.\n\n{OLD}"
    assert read_message(mail(body(text), subject=f"{prefix} Most")).reply_text == text


@pytest.mark.parametrize("prefix", ["Re:", "Odp:", "RE: FW:", "AW:"])
def test_an_answer_to_what_was_passed_on_is_an_answer(prefix):
    assert read_message(mail(body(f"Już otwarty.\n\n{OLD}"), subject=f"{prefix} Most")).reply_text == "Już otwarty."


@pytest.mark.parametrize(
    "line",
    [
        "Mój nowy adres to lukasz@osp.test",
        "12 osób czeka na worki.",
        "W dniu 12 września była burza.",
        "Zebranie 12.09.2026, piszcie na osp@osp.test",
        "Napisał do mnie wójt.",
        "<b>pilne</b>",
    ],
)
@pytest.mark.parametrize(
    "heading",
    [
        "sob., 12 wrz 2026 o 10:15 Pomoc <pomoc@desk.test> napisał(a):",
        "W dniu 12.09.2026 o 10:15, Pomoc pisze:",
        "Pomoc <pomoc@desk.test> napisał(a):",
        "On Sat, Sep 12, 2026 at 10:15 AM Pomoc <\npomoc@desk.test> wrote:",
    ],
)
def test_the_line_directly_above_the_heading_is_kept(line, heading):
    raw = mail(body(f"Syrena działa.\n{line}\n{heading}\n> Czy działa?\n> Pomoc\n"))
    assert read_message(raw).reply_text == f"Syrena działa.\n{line}"


def test_answers_between_the_quotations_are_kept():
    text = "W dniu 12.09.2026 o 10:15, Pomoc pisze:\n> Czy jest prąd?\n\nNie.\n\n> A woda?\n\nJest.\n"
    assert read_message(mail(body(text))).reply_text == "Nie.\n\nJest."


def test_a_quoted_line_that_a_program_has_cut_goes_with_its_quotation():
    cut = "> Proszę sprawdzić, czy bezpiecznik przy wejściu do remizy jest włączony i czy\nświeci lampka.\n> Pomoc"
    raw = mail(body(f"Świeci.\n\nW dniu 12.09.2026 Pomoc pisze:\n{cut}\n"))
    assert read_message(raw).reply_text == "Świeci."


@pytest.mark.parametrize(
    "line",
    [
        "Wysłano z iPhone'a",
        "Wysłane z mojego iPhone’a",
        "Wysłano z mojego urządzenia Huawei",
        "Wysłane z telefonu Samsung Galaxy",
        "Wysłano z aplikacji Outlook dla systemu iOS",
        "Wysłano z Yahoo Mail na Androidzie",
        "Wysłane z programu Poczta dla systemu Windows 10",
        "Pobierz aplikację Outlook dla systemu Android<https://aka.ms/ghei36>",
        "Uzyskaj aplikację Outlook dla systemu iOS",
        "Sent from my iPhone",
        "Sent from Mail for Windows 10",
        "Sent via BlackBerry from T-Mobile",
        "Sent from Yahoo Mail on Android",
        "Get Outlook for Android<https://aka.ms/AAb9ysg>",
        "Gesendet mit der GMX Mail App",
        "Von meinem iPhone gesendet",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Envoyé de mon iPhone",
    ],
)
def test_the_line_of_a_telephone_is_no_part_of_the_reply(line):
    assert read_message(mail(body(f"Syrena działa.\n\n{line}\n"))).reply_text == "Syrena działa."


SIGNATURES = {
    "two dashes and a space": "-- \nŁukasz Wąsik\nsołtys wsi Dolna",
    "two dashes": "--\nŁukasz Wąsik\nsołtys wsi Dolna",
    "an em dash": "—\nŁukasz Wąsik",
    "a mailing list": "_______________________________________________\nlista soltysi\nsoltysi@listy.test",
    "who and where": "Łukasz Wąsik\nOSP Dolna Wieś\ntel. +48 600 100 200\nlukasz@soltysi.test",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_signature_is_no_part_of_the_reply(name):
    assert read_message(mail(body(f"Syrena działa.\n\n{SIGNATURES[name]}\n"))).reply_text == "Syrena działa."


@pytest.mark.parametrize(
    "heading",
    [
        "Dne 12. 9. 2026 v 10:15 Pomoc napsal(a):",
        "pá 12. 9. 2026 v 10:15 odesílatel Pomoc <pomoc@desk.test> napsal:",
        "Dňa 12. 9. 2026 o 10:15 Pomoc napísal(a):",
        "пт, 12 вер. 2026 р. о 10:15 Pomoc <pomoc@desk.test> пише:",
        "12.09.2026 10:15, Pomoc пишет:",
        "2026. 09. 12. 10:15 keltezéssel, Pomoc írta:",
        "Le sam. 12 sept. 2026 à 10:15, Pomoc <pomoc@desk.test> a écrit :",
        "El sáb, 12 sept 2026 a las 10:15, Pomoc (<pomoc@desk.test>) escribió:",
        "Il giorno sab 12 set 2026 alle ore 10:15 Pomoc <pomoc@desk.test> ha scritto:",
        "Em sáb., 12 de set. de 2026 às 10:15, Pomoc <pomoc@desk.test> escreveu:",
        "Op za 12 sep 2026 om 10:15 schreef Pomoc <pomoc@desk.test>:",
        "Den lör 12 sep. 2026 kl 10:15 skrev Pomoc <pomoc@desk.test>:",
        "Pomoc <pomoc@desk.test>, 12 Eyl 2026 Cmt, 10:15 tarihinde şunu yazdı:",
        "Pomoc <pomoc@desk.test> 于2026年9月12日周六 10:15写道：",
        "2026年9月12日(土) 10:15 Pomoc <pomoc@desk.test>:",
    ],
)
def test_headings_of_other_languages(heading):
    mark = "" if "@" in heading else "> "  # who is not named with an address is quoted with marks
    raw = mail(body(f"Syrena działa.\n\n{heading}\n\n{mark}Czy działa?\n{mark}Pomoc\n"))
    assert read_message(raw).reply_text == "Syrena działa."
