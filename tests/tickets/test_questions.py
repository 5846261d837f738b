import pytest

from helpdesk import question_labels
from helpdesk.models.codes import Category, Priority, UnitKind
from helpdesk.tickets.questions import (
    LINK_OR_PICTURE,
    POST_URL,
    QUESTIONS,
    answers_for_display,
    is_violence_threatened,
    suggested_priority,
)
from tests.factories import make_ticket


@pytest.mark.parametrize("category", Category)
def test_every_category_has_its_questions_and_words(app, category):
    assert category in question_labels.EXPLANATIONS
    assert category in question_labels.SUBJECTS
    for question in QUESTIONS[category]:
        assert question.label
        assert all(choice in question_labels.ANSWERS for choice in question.choices)


@pytest.mark.parametrize("category", sorted(LINK_OR_PICTURE))
def test_where_a_post_must_be_found_its_link_is_asked_for(category):
    assert POST_URL in [question.code for question in QUESTIONS[category]]


@pytest.mark.parametrize(
    ("kind", "category", "priority"),
    [
        (UnitKind.FIRE_BRIGADE, Category.HELD_POST, Priority.URGENT),
        (UnitKind.CULTURE_CENTRE, Category.HELD_POST, Priority.NORMAL),
        (UnitKind.FIRE_BRIGADE, Category.PROFILE_PERMISSION, Priority.NORMAL),
    ],
)
def test_a_held_warning_of_the_fire_brigade_is_proposed_as_urgent_and_a_concert_is_not(kind, category, priority):
    assert suggested_priority(kind, category) is priority


def test_answers_are_shown_in_the_order_of_the_form_with_local_times(cast):
    answers = {"useful_until": "2026-03-12T17:00:00+00:00", "appeared_by": "2026-03-11T09:00:00+00:00"}
    shown = answers_for_display(make_ticket(cast, answers=answers))
    assert [text.split(", ")[-1] for _, text in shown] == ["10:00", "18:00"]


def test_codes_of_choices_are_shown_as_words(cast):
    ticket = make_ticket(cast, category=Category.HATE, answers={"violence_threat": "yes", "attacked": ""})
    [(_, text)] = answers_for_display(ticket)
    assert text == question_labels.ANSWERS["yes"]
    assert is_violence_threatened(ticket)


def test_an_answer_that_came_through_another_door_is_shown_as_it_is(cast):
    ticket = make_ticket(cast, answers={"appeared_by": "jutro", "unknown": "x"})
    assert [text for _, text in answers_for_display(ticket)] == ["jutro"]
