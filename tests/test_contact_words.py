"""Every trouble has its words, for its owner and for managers."""

from flask_babel import force_locale

from helpdesk import contact_words
from helpdesk.contact_words import Problem
from helpdesk.models.codes import ContactKind, ContactTrouble

KINDS = {(trouble, ContactKind.PHONE) for trouble in ContactTrouble} | {(ContactTrouble.BROKEN, ContactKind.EMAIL)}


def test_every_trouble_has_its_words():
    tables = (contact_words.TO_OWNER, contact_words.TO_MANAGERS, contact_words.OWNER_DOES, contact_words.ON_PAGE)
    assert all(set(table) == KINDS for table in (*tables, contact_words.MANAGERS_DO))


def test_all_placeholders_are_filled(app):
    for trouble, kind in KINDS:
        problem = Problem(trouble, kind, "+48500000011", "30005")
        said = [f(problem) for f in (contact_words.to_owner, contact_words.owner_does, contact_words.managers_do)]
        assert not [text for text in [*said, contact_words.to_managers(problem, "Anna")] if "%(" in text]


def test_a_code_without_words_says_who_refuses(app):
    with force_locale("en"):
        assert contact_words.why(Problem(ContactTrouble.BROKEN, ContactKind.EMAIL, "a@b.test", "550")) == (
            "its mail server refuses our mail (550)"
        )
