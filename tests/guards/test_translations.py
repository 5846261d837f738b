"""No sentence is shown untranslated: every text of code and templates has its Polish, and nothing is stale."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from helpdesk.config import LOCALES
from helpdesk.paths import PACKAGE, templates_folder, translations_folder

# As in babel.cfg and `make translations`.
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "_n": (1, 2)}
METHODS = {PACKAGE: [("**.py", "python")], templates_folder(): [("**", "jinja2")]}
SOURCE_LOCALE = "en"
TRANSLATED = tuple(locale for locale in LOCALES if locale != SOURCE_LOCALE)
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")


@cache
def texts() -> dict[str, tuple[str, str]]:
    """Every text of the program (of plurals the singular): where it stands, and its plural or ""."""
    found = {}
    for folder, methods in METHODS.items():
        options = {pattern: {"encoding": "utf-8"} for pattern, _method in methods}
        for name, line, text, *_rest in extract_from_dir(folder, methods, options, KEYWORDS):
            singular, plural = text[:2] if isinstance(text, tuple) else (text, "")
            found.setdefault(singular, (f"{name}:{line}", plural))
    return found


@cache
def catalogue(locale: str) -> Catalog:
    with po_file(locale).open("rb") as file:
        return read_po(file, locale=locale)


def po_file(locale: str) -> Path:
    return translations_folder() / locale / "LC_MESSAGES" / "messages.po"


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def is_translated(message: Message | None, plural: str) -> bool:
    return bool(message and not message.fuzzy and message.pluralizable == bool(plural) and all(forms(message)))


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_text_is_translated(locale):
    missing = [
        f"{where}: {text}"
        for text, (where, plural) in texts().items()
        if not is_translated(catalogue(locale).get(text), plural)
    ]
    assert missing == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_plural_has_all_the_forms_of_the_language(locale):
    wanted = catalogue(locale).num_plurals
    short = [m.id[0] for m in catalogue(locale) if m.id and m.pluralizable and len(forms(m)) != wanted]
    assert short == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_placeholders_agree(locale):
    """A form for one thing may leave the number out; nothing else may be missing, and nothing be added."""
    wrong = []
    for message in catalogue(locale):
        ids = message.id if message.pluralizable else (message.id,)
        known = {name for text in ids for name in PLACEHOLDER.findall(text)}
        needed = known - {"num"} if message.pluralizable else known
        used = [(form, set(PLACEHOLDER.findall(form))) for form in forms(message) if form and message.id]
        wrong += [form for form, names in used if not needed <= names <= known]
    assert wrong == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_no_translation_is_left_of_a_text_that_is_gone(locale):
    ids = [message.id[0] if message.pluralizable else message.id for message in catalogue(locale) if message.id]
    assert [text for text in ids if text not in texts()] == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_what_is_shown_is_what_was_translated(locale):
    """Run `make` after a change of a .po file: it compiles."""
    with po_file(locale).with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    pairs = [(message, compiled.get(message.id)) for message in catalogue(locale) if message.id and message.string]
    stale = [message.id for message, other in pairs if other is None or forms(other) != forms(message)]
    assert stale == []


COMMENT_OR_CODE = re.compile(
    r"\{% block body_\w+ %\}.*?\{% endblock %\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL
)
MACHINE_TALK = re.compile(r"<(script|style|code|svg)\b.*?</\1>|<!--.*?-->", re.DOTALL)
SPOKEN = re.compile(r"\b(?:alt|aria-label|aria-description|placeholder|title)=\"([^\"]*)\"")
WORD = re.compile(r"[^\W\d_]{2,}")
# Names are the same in every language.
NAMES = {"Polski", "English", "Helpdesk", "SMS", "PDF", "kB", "JSON", "Twilio", "nbsp", "middot"}


@pytest.mark.parametrize("path", sorted(templates_folder().rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_words_outside_the_catalogue(path):
    text = MACHINE_TALK.sub(" ", COMMENT_OR_CODE.sub(" ", path.read_text()))
    shown = " ".join([re.sub(r"<[^>]*>", " ", text), *SPOKEN.findall(text)])
    assert set(WORD.findall(shown)) - NAMES == set()
