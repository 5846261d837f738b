"""The form that files a ticket: the same for everybody but for the category's own questions."""

import hashlib
import secrets
from collections.abc import Callable
from functools import cache
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, SelectChoice, SelectField, StringField, TextAreaField

from helpdesk.forms.fields import (
    AddressField,
    ChoiceField,
    CleanForm,
    LinkField,
    LocalTimeField,
    NeededAtTimes,
    PhoneField,
    at_most,
    needed,
)
from helpdesk.forms.uploads import ACCEPT, PICTURES_HINT, PICTURES_LABEL, Kept
from helpdesk.labels import label
from helpdesk.models.codes import Category, Priority
from helpdesk.question_labels import ANSWERS, SUBJECTS
from helpdesk.tickets.questions import LINK_OR_PICTURE, POST_URL, QUESTIONS, Question, QuestionKind

PREFIX = "q_"  # of the fields of the category's questions
_LONG = 5000


class FilingForm(CleanForm):
    """Subclassed per category by `filing_form`, which sets `category` and adds the questions."""

    category: Category

    priority = ChoiceField(
        _l("How urgent is it?"),
        choices=[SelectChoice(p.value, label(p)) for p in Priority],
        validators=[needed(_l("Choose how urgent it is."))],
    )
    subject = StringField(validators=[needed(_l("Write in a few words what it is about.")), at_most(150)])
    pictures = MultipleFileField(PICTURES_LABEL, description=PICTURES_HINT, render_kw={"accept": ACCEPT})
    name = StringField(
        _l("Your first and last name"),
        validators=[needed(_l("Enter your name.")), at_most(120)],
        render_kw={"autocomplete": "name"},
    )
    phone = PhoneField(
        _l("Your phone"),
        description=_l("Needed when it is urgent; otherwise an e-mail address will do."),
        render_kw={"autocomplete": "tel"},
    )
    email = AddressField(
        _l("Your e-mail"), validators=[NeededAtTimes(), at_most(254)], render_kw={"autocomplete": "email"}
    )
    remember = BooleanField(_l("Remember my name, phone and e-mail on this device"), default=True)
    description = TextAreaField(_l("What else should we know?"), validators=[at_most(_LONG)])
    group_id = SelectField(_l("Which group?"), coerce=int)
    case_number = StringField(
        _l("Case number of your office"),
        description=_l("Only if your office gave it one."),
        validators=[at_most(60)],
    )
    submission = HiddenField(render_kw={"autocomplete": "off"})
    page = HiddenField()

    def questions(self) -> list[tuple[Question, Any]]:
        """The category's questions with their fields, in order."""
        return [(question, self[PREFIX + question.code]) for question in QUESTIONS[self.category]]

    def first_fields(self) -> list[Any]:
        """The questions that must be answered, but for the link, which stands with the pictures."""
        return [field for question, field in self.questions() if question.required]

    def detail_fields(self) -> list[Any]:
        """What may be left out by somebody in a hurry."""
        own = [field for q, field in self.questions() if not q.required and q.code != POST_URL]
        return [*own, self.description, self.case_number]

    def has_details(self) -> bool:
        return any(field.errors or field.data for field in self.detail_fields())

    def answers(self) -> dict[str, str]:
        """Values by question code; instants as ISO in UTC; what was left empty is left out."""
        found = {q.code: _value_of(q, field) for q, field in self.questions() if q.code != POST_URL}
        return {code: value for code, value in found.items() if value}

    def post_url(self) -> str:
        return next((str(field.link) for q, field in self.questions() if q.code == POST_URL), "")

    def is_valid(self, kept: Kept) -> bool:
        """Check everything and put each error beside its field, those of the uploads too."""
        self.validate()
        _need_a_way_back(self)
        shown = self.post_url() or kept.files or kept.problems or kept.is_store_full
        if self.category in LINK_OR_PICTURE and not shown:
            _complain(self[PREFIX + POST_URL], _l("Add a link or a screenshot: otherwise we cannot find the post."))
        for problem in kept.problems:
            _complain(self.pictures, problem)
        return not self.errors

    def submission_key(self, place: str) -> str:
        """The same for every click on the same filled-in form at `place`; another text is another ticket."""
        nonce = self.submission.data or secrets.token_urlsafe(24)
        said = [place, nonce, self.category.value, self.subject.data, self.description.data, self.post_url()]
        said += sorted(f"{code}={value}" for code, value in self.answers().items())
        return hashlib.sha256("\x1f".join(str(part) for part in said).encode()).hexdigest()


@cache
def filing_form(category: Category) -> type[FilingForm]:
    """The form class of a category."""
    fields = {PREFIX + question.code: _FIELDS[question.kind](question) for question in QUESTIONS[category]}
    return type("CategoryForm", (FilingForm,), {"category": category, **fields})


def subject_words(category: Category) -> tuple[LazyString, LazyString]:
    """Label and hint of the subject field."""
    return SUBJECTS[category]


def _need_a_way_back(form: FilingForm) -> None:
    """Urgent: a phone, because we call. Normal: a phone or an e-mail address."""
    if form.phone.errors or form.email.errors:
        return
    if form.priority.data == Priority.URGENT:
        if not form.phone.e164:
            _complain(form.phone, _l("For an urgent ticket we need your phone number."))
    elif not (form.phone.e164 or form.email.address):
        _complain(form.phone, _l("Enter a phone number or an e-mail address, so that we can answer."))


def _complain(field: Any, sentence: LazyString | str) -> None:
    field.errors = [*field.errors, str(sentence)]


def _value_of(question: Question, field: Any) -> str:
    if question.kind is QuestionKind.DATETIME:
        return str(field.iso)
    return str(field.data or "").strip()


def _validators(question: Question, length: int) -> list[Any]:
    required = [needed(_l("Please answer this question."))] if question.required else []
    return [*required, at_most(length)]


def _text(question: Question) -> Any:
    return StringField(question.label, description=question.hint, validators=_validators(question, 300))


def _long(question: Question) -> Any:
    return TextAreaField(question.label, description=question.hint, validators=_validators(question, _LONG))


def _url(question: Question) -> Any:
    look = {"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"}
    return LinkField(question.label, description=question.hint, render_kw=look)


def _choice(question: Question) -> Any:
    required = [needed(_l("Please choose one."))] if question.required else []
    choices = [SelectChoice(code, ANSWERS[code]) for code in question.choices]
    return ChoiceField(question.label, description=question.hint, choices=choices, validators=required)


def _datetime(question: Question) -> Any:
    return LocalTimeField(question.label, description=question.hint)


_FIELDS: dict[QuestionKind, Callable[[Question], Any]] = {
    QuestionKind.TEXT: _text,
    QuestionKind.LONG: _long,
    QuestionKind.URL: _url,
    QuestionKind.CHOICE: _choice,
    QuestionKind.YES_NO: _choice,
    QuestionKind.DATETIME: _datetime,
}
