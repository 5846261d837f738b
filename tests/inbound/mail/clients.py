"""Answers as mail programs write them: a template each in answers/<language>/<program>.txt, and in answers/html.

{reply} is what was typed, the rest is the program's. {quoted} is the question with the mark ">" before each line,
{question} the same without.
"""

from pathlib import Path

ANSWERS = Path(__file__).with_name("answers")
REPLIES = {
    "pl": "Dzień dobry,\n\nsyrena już działa, źle było podłączone zasilanie.\nDziękuję za szybką pomoc!\n\nŁukasz",
    "en": "Hello,\n\nthe siren works again, it was the power supply.\nThank you for the quick help!\n\nLuke",
    "de": "Guten Tag,\n\ndie Sirene läuft wieder, der Strom fehlte.\nVielen Dank für die schnelle Hilfe!\n\nLukas",
}
QUESTIONS = {
    "pl": "Czy syrena została sprawdzona na miejscu?\n\nJeśli nie, proszę o telefon.\nZespół pomocy",
    "en": "Was the siren checked on site?\n\nIf not, please call us.\nThe help desk",
    "de": "Wurde die Sirene vor Ort geprüft?\n\nFalls nicht, rufen Sie bitte an.\nIhr Helpdesk",
}
TEXTS = tuple(sorted(ANSWERS.glob("??/*.txt")))
PAGES = tuple(sorted(ANSWERS.glob("html/*.html")))


def written(template: Path) -> str:
    """The text of the answer, in the language of the template's folder."""
    language = template.parent.name
    quoted = "\n".join(f"> {line}" for line in QUESTIONS[language].split("\n"))
    parts = {"reply": REPLIES[language], "question": QUESTIONS[language], "quoted": quoted}
    return _filled(template, parts)


def written_in_html(template: Path) -> str:
    """The answer in Polish as HTML, its lines as paragraphs."""
    parts = {
        name: "".join(f"<p>{line}</p>" for line in words["pl"].split("\n") if line) for name, words in BOTH.items()
    }
    return _filled(template, parts)


BOTH = {"reply": REPLIES, "question": QUESTIONS}


def _filled(template: Path, parts: dict[str, str]) -> str:
    text = template.read_text()
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part)
    return text
