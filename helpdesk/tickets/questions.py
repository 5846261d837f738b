"""What a ticket of each category is asked, as a table; the words stand in helpdesk/question_labels.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from flask_babel import LazyString

from helpdesk import question_labels
from helpdesk.i18n import when
from helpdesk.models import Ticket
from helpdesk.models.codes import Category, Priority, UnitKind


class QuestionKind(StrEnum):
    TEXT = "text"
    LONG = "long"
    URL = "url"
    CHOICE = "choice"
    DATETIME = "datetime"
    YES_NO = "yes_no"


YES = "yes"
POST_URL = "post_url"  # kept in its own column, not among the answers
VIOLENCE_THREAT = "violence_threat"


@dataclass(frozen=True)
class Question:
    """`code` is stable: it stands in `Ticket.answers`. `choices` are codes too."""

    code: str
    kind: QuestionKind
    required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def label(self) -> LazyString:
        return question_labels.QUESTIONS[self.code][0]

    @property
    def hint(self) -> LazyString | str:
        return question_labels.QUESTIONS[self.code][1]


def _yes_no(code: str) -> Question:
    return Question(code, QuestionKind.YES_NO, required=True, choices=(YES, "no"))


_LINK = Question(POST_URL, QuestionKind.URL)
_ATTACK = (_LINK, _yes_no(VIOLENCE_THREAT), Question("attacked", QuestionKind.TEXT))

QUESTIONS: MappingProxyType[Category, tuple[Question, ...]] = MappingProxyType(
    {
        Category.HELD_POST: (
            _LINK,
            Question("appeared_by", QuestionKind.DATETIME),
            Question("useful_until", QuestionKind.DATETIME),
        ),
        Category.HATE: _ATTACK,
        Category.HATE_SPEECH: _ATTACK,
        Category.RULE_VIOLATION: (_LINK, Question("rule", QuestionKind.TEXT)),
        Category.MISLEADING: (
            _LINK,
            Question("untrue", QuestionKind.LONG, required=True),
            Question("source", QuestionKind.TEXT),
        ),
        Category.PUBLISHING_TROUBLE: (
            Question("tried", QuestionKind.LONG, required=True),
            Question("screen_says", QuestionKind.LONG),
            Question("device", QuestionKind.CHOICE, choices=("android", "iphone", "computer", "other")),
        ),
        Category.PROFILE_PERMISSION: (
            Question("profile", QuestionKind.TEXT, required=True),
            Question("change", QuestionKind.CHOICE, required=True, choices=("grant", "revoke")),
            Question("who", QuestionKind.TEXT),
        ),
        Category.PUBLICATION_REQUEST: (
            Question("content", QuestionKind.LONG, required=True),
            Question("publish_at", QuestionKind.DATETIME),
        ),
        Category.OTHER: (),
    }
)

# Nobody can find the post without one of the two.
LINK_OR_PICTURE = frozenset(
    {Category.HELD_POST, Category.HATE, Category.HATE_SPEECH, Category.RULE_VIOLATION, Category.MISLEADING}
)

# A proposal only; the reporter decides. A fire brigade warns of something that happens now.
_SUGGESTED_URGENT = frozenset(
    (UnitKind.FIRE_BRIGADE, category)
    for category in (
        Category.HELD_POST,
        Category.MISLEADING,
        Category.PUBLISHING_TROUBLE,
        Category.PUBLICATION_REQUEST,
    )
)


def suggested_priority(kind: UnitKind, category: Category) -> Priority:
    return Priority.URGENT if (kind, category) in _SUGGESTED_URGENT else Priority.NORMAL


def is_violence_threatened(ticket: Ticket) -> bool:
    return ticket.answers.get(VIOLENCE_THREAT) == YES


def answers_for_display(ticket: Ticket) -> list[tuple[str, str]]:
    """The category's questions with the reporter's answers, in the order of the form; unanswered ones left out.

    Words and local times are the reader's. The post's address is not among them: it is `ticket.post_url`.
    """
    return [
        (str(question.label), _SHOW[question.kind](str(ticket.answers[question.code])))
        for question in QUESTIONS[ticket.category]
        if ticket.answers.get(question.code)
    ]


def _same(value: str) -> str:
    return value


def _word(value: str) -> str:
    return str(question_labels.ANSWERS.get(value, value))


def _local(value: str) -> str:
    try:
        return when(datetime.fromisoformat(value))
    except ValueError:  # came in through another door than the form
        return value


_SHOW: dict[QuestionKind, Callable[[str], str]] = {
    QuestionKind.TEXT: _same,
    QuestionKind.LONG: _same,
    QuestionKind.URL: _same,
    QuestionKind.CHOICE: _word,
    QuestionKind.YES_NO: _word,
    QuestionKind.DATETIME: _local,
}
