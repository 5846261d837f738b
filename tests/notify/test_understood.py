"""The receipt says what was understood."""

import pytest

from helpdesk.models.codes import Channel, Priority
from tests.drafts import opened, works
from tests.inbound.mails import PNG, arrives, raw_mail

JAN = "jan@modrzewie.test"


def test_the_receipt_of_a_mail_says_unit_category_priority_times_and_files(cast, sim):
    files = (("zrzut.png", "image", "png", PNG), ("strona.html", "text", "html", b"<script>"))
    arrives(raw_mail(JAN, files=files))
    works(Channel.EMAIL)
    text = sim.mails_to(JAN)[0].text
    wanted = (
        "Jednostka: OSP Modrzewie",
        "Kategoria: Coś innego",
        "Pilność: zwykłe",
        "Plik przyjęty: zrzut.png",
        "Plik nieprzyjęty: strona.html (do zgłoszeń trafiają tylko",
        "Obiecane terminy",
    )
    assert [words for words in wanted if words.lower() not in text.lower()] == []


@pytest.mark.parametrize("locale", ["pl", "en"])
def test_a_receipt_without_files_says_nothing_of_them(cast, sim, locale):
    opened(cast, priority=Priority.NORMAL, locale=locale)
    works(Channel.EMAIL)
    text = sim.mails_to(JAN)[0].text
    assert "Plik" not in text and "File" not in text
