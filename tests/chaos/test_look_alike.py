"""The provider of the chaos program refuses what Twilio would, and does harm only at the named moment."""

from importlib import import_module
from random import Random

import pytest

from chaos.courier import in_the_way_of
from chaos.faults import FAULTS, draw
from chaos.kept import MESSAGE
from chaos.moments import CLIENT, MARKS, MOMENTS, WATCHED
from chaos.wire import TOKEN, complaints

CALLBACK = "http://127.0.0.1:8000/twilio/status/" + "a" * 64 + "#rc=3"
GOOD = {"To": ["+48500000001"], "From": ["+48500000100"], "Body": ["Pilne"], "StatusCallback": [CALLBACK]}


def test_a_request_that_twilio_would_take_is_taken():
    assert complaints(MESSAGE, GOOD) == []


@pytest.mark.parametrize(
    "wrong", [{"To": ["500"]}, {"Body": [""]}, {"Twiml": ["<Say/>"]}, {"ValidityPeriod": ["0"]}]
)
def test_a_request_that_twilio_would_refuse_is_complained_about(wrong):
    assert complaints(MESSAGE, GOOD | wrong)


def test_the_signed_id_is_found_in_the_callback_address():
    assert TOKEN.search(CALLBACK)[1] == "a" * 64


def test_faults_come_in_their_share():
    dice = Random(1)
    drawn = [draw({"500": 0.3, "cut": 0.2}, dice) for _ in range(2000)]
    assert drawn.count(FAULTS["500"]) == pytest.approx(600, abs=80)
    assert drawn.count(None) == pytest.approx(1000, abs=80)


def test_callbacks_are_repeated_and_reordered():
    posts = [(0.1, "sent"), (0.2, "delivered")]
    assert [status for _, status in in_the_way_of("reordered", posts)] == ["delivered", "sent"]
    assert len(in_the_way_of("repeated", posts)) == 6
    assert in_the_way_of("orderly", posts) == posts


def test_every_moment_has_a_name_of_its_own():
    assert len(set(MOMENTS)) == len(MOMENTS)


def test_the_program_still_has_every_function_that_marks_a_moment():
    module, owner, method = CLIENT
    marks = [(module, name) for module, name, _about in MARKS] + [(watched, "transaction") for watched in WATCHED]
    assert [mark for mark in marks if not callable(getattr(import_module(mark[0]), mark[1], None))] == []
    assert callable(getattr(getattr(import_module(module), owner), method))
