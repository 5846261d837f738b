"""The OpenAPI document says what the API does: schemathesis tries to find a request for which it does not."""

import re
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.generation.overrides import with_config_headers

from helpdesk.api_tokens import create_token
from helpdesk.models.codes import Category, Priority
from helpdesk.phone import parse_phone
from helpdesk.routes.api import RATE_LIMIT
from helpdesk.routes.api.fields import POLISH_NUMBER
from helpdesk.transaction import transaction

DOCUMENT = "/api/v1/openapi.json"
METHODS = ("get", "post")


@pytest.fixture
def document(client):
    return client.get(DOCUMENT).json


def test_the_document_is_public(client, app):
    answer = client.get(DOCUMENT)
    assert (answer.status_code, answer.content_type) == (200, "application/json")


def operations(document):
    return [operation for path in document["paths"].values() for name, operation in path.items() if name in METHODS]


def test_every_operation_needs_a_token_and_says_what_it_refuses(document):
    assert document["security"] == [{"token": []}]
    for operation in operations(document):
        assert "security" not in operation
        assert {"401", "429", "500"} <= set(operation["responses"])
        assert operation["summary"] and operation["operationId"]


def test_every_problem_is_a_problem_document(document):
    for name, response in document["components"]["responses"].items():
        if name.startswith("Problem"):
            assert list(response["content"]) == ["application/problem+json"]


def test_the_examples_of_a_new_ticket_are_a_ticket(client, cast, document):
    body = example_of("NewTicket", document)
    jsonschema.Draft202012Validator({**document, "$ref": "#/components/schemas/NewTicket"}).validate(body)
    with transaction():
        headers = {"Authorization": f"Bearer {create_token('x', cast.anna)}"}
    assert client.post("/api/v1/tickets", json={**body, "unit": cast.osp.id}, headers=headers).status_code == 201


def example_of(name: str, document: dict[str, Any]) -> dict[str, Any]:
    shapes = document["components"]["schemas"]
    return {
        key: shape["example"] if "example" in shape else example_of(shape["$ref"].rsplit("/", 1)[1], document)
        for key, shape in shapes[name]["properties"].items()
    }


def test_the_codes_in_the_document_are_all_codes(document):
    properties = document["components"]["schemas"]["NewTicket"]["properties"]
    assert properties["category"]["enum"] == [code.value for code in Category]
    assert properties["priority"]["enum"] == [code.value for code in Priority]


def test_every_documented_phone_number_can_be_called():
    for area in range(100):
        number = f"+48{area:02}2345678"
        if re.fullmatch(POLISH_NUMBER, number):
            assert parse_phone(number) == number


@pytest.fixture
def api_schema(app, cast, monkeypatch):
    """The document, to be tried with Anna's token."""
    monkeypatch.setitem(app.config, RATE_LIMIT, "100000 per minute")
    with transaction():
        token = create_token("schemathesis", cast.anna)
    config = SchemathesisConfig.from_dict(
        {"headers": {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}}
    )
    return schemathesis.openapi.from_wsgi(DOCUMENT, app, config=config)


FAST = settings(
    max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
MODES = [HypothesisTestMode.EXAMPLES, HypothesisTestMode.COVERAGE, HypothesisTestMode.FUZZING]


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)  # it refuses more than SQLite does
def test_schemathesis_finds_nothing(api_schema):
    for operation in api_schema.get_all_operations():

        def keeps_its_word(case):
            case.call_and_validate()

        config = HypothesisTestConfig(
            project=api_schema.config,
            modes=MODES,
            settings=FAST,
            override=with_config_headers(api_schema.config, operation=operation.ok()),
        )
        create_test(operation=operation.ok(), test_func=keeps_its_word, config=config)()
