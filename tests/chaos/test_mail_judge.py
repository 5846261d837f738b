"""Every fault is shown to the judge of fetched mails."""

from collections import Counter

import pytest

from chaos.mail import Found, judge

SENT = ["Sprawa 1", "Sprawa 2"]


def found(*subjects, taken=2, folders=(0, 2, 0), **states):
    return Found(Counter(subjects), Counter({"taken": taken} | states), folders)


def test_each_mail_in_one_ticket_is_as_it_should_be():
    assert judge(SENT, found(*SENT)).is_kept


def test_a_mail_that_was_copied_again_is_no_fault():
    assert judge(SENT, found(*SENT, folders=(0, 3, 0))).is_kept


def test_a_mail_without_a_ticket_is_lost():
    verdict = judge(SENT, found("Sprawa 1", taken=1))
    assert (verdict.lost, verdict.is_kept) == (["Sprawa 2"], False)


def test_a_mail_in_two_tickets_is_twice():
    verdict = judge(SENT, found("Sprawa 1", *SENT, taken=3))
    assert (verdict.twice, verdict.is_kept) == (["Sprawa 1"], False)


@pytest.mark.parametrize(
    "wrong",
    [
        found(*SENT, folders=(1, 1, 0)),
        found(*SENT, folders=(0, 1, 1)),
        found(*SENT, "Sprawa 3"),
        found(*SENT, broken=1),
        found(*SENT, taken=3),
    ],
)
def test_a_mail_that_is_left_or_set_aside_or_came_from_nowhere_is_a_fault(wrong):
    assert not judge(SENT, wrong).is_kept
