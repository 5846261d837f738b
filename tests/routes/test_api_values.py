"""Which values a new ticket may have, and which bodies are JSON."""

import marshmallow as ma
import pytest

from helpdesk.routes.api.problems import FIELD_SENTENCES, Problem
from helpdesk.routes.api.reading import flatten, read_json
from helpdesk.routes.api.schemas import NewTicket

GOOD = {
    "unit": 1,
    "category": "held_post",
    "priority": "urgent",
    "summary": "Wstrzymane ostrzeżenie o powodzi",
    "reporter": {"name": "Jan Testowy", "phone": "500 000 012"},
}
REFUSED = [
    ({"summary": "zero\x00"}, "summary", "forbidden_characters"),
    ({"summary": "two\nlines"}, "summary", "forbidden_characters"),
    ({"summary": "\ud83d"}, "summary", "forbidden_characters"),
    ({"summary": " \u200b"}, "summary", "forbidden_characters"),
    ({"summary": "  "}, "summary", "blank"),
    ({"summary": "x" * 201}, "summary", "too_long"),
    ({"summary": 7}, "summary", "wrong_type"),
    ({"summary": None}, "summary", "wrong_type"),
    ({"description": "a\x00b"}, "description", "forbidden_characters"),
    ({"description": "x" * 5001}, "description", "too_long"),
    ({"unit": "1"}, "unit", "wrong_type"),
    ({"unit": True}, "unit", "wrong_type"),
    ({"unit": 1.5}, "unit", "wrong_type"),
    ({"unit": 0}, "unit", "out_of_range"),
    ({"unit": 2**63}, "unit", "out_of_range"),
    ({"category": "spam"}, "category", "not_a_choice"),
    ({"category": []}, "category", "wrong_type"),
    ({"priority": "URGENT"}, "priority", "not_a_choice"),
    ({"post_url": "javascript:alert(1)"}, "post_url", "wrong_format"),
    ({"post_url": "https://a@b/"}, "post_url", "wrong_format"),
    ({"post_url": "http://"}, "post_url", "wrong_format"),
    ({"surprise": 1}, "surprise", "unknown_field"),
    ({"reporter": []}, "reporter", "wrong_type"),
    ({"reporter": {"name": "Jan"}}, "reporter", "contact_required"),
    ({"reporter": {"name": "Jan", "phone": "112"}}, "reporter.phone", "phone_emergency"),
    ({"reporter": {"name": "Jan", "phone": 500000012}}, "reporter.phone", "wrong_type"),
    ({"reporter": {"name": "Jan", "email": "jan@"}}, "reporter.email", "bad_email"),
    ({"reporter": {"name": "Jan", "email": "jan@gmina.test"}}, "reporter.phone", "phone_required"),
    ({"reporter": {"name": "Jan", "phone": "500000012", "x": 1}}, "reporter.x", "unknown_field"),
]


@pytest.mark.parametrize(("change", "field", "code"), REFUSED)
def test_a_bad_value_has_a_code_of_its_own(change, field, code):
    with pytest.raises(ma.ValidationError) as refused:
        NewTicket().load({**GOOD, **change})
    assert [(error.field, error.code) for error in flatten(refused.value.messages)] == [(field, code)]
    assert code in FIELD_SENTENCES


@pytest.mark.parametrize("body", [[], 1, None, "text", True])
def test_only_an_object_is_a_ticket(body):
    with pytest.raises(ma.ValidationError) as refused:
        NewTicket().load(body)
    assert [(error.field, error.code) for error in flatten(refused.value.messages)] == [("", "wrong_type")]


BROKEN = {
    "nothing": b"",
    "not JSON": b"{",
    "not UTF-8": b'{"summary": "\xff"}',
    "NaN": b'{"unit": NaN}',
    "a name twice": b'{"unit": 1, "unit": 2}',
    "too deep": b"[" * 100_000,
    "too many digits": b"1" * 5_000,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_json_is_refused(data):
    with pytest.raises(Problem, match="bad_json"):
        read_json(data)
