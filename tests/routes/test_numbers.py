"""Numbers in addresses that no row can have."""

import re

import pytest

from tests.conftest import sign_in

HUGE = "9" * 30


@pytest.mark.parametrize(
    "query",
    [
        f"municipality={HUGE}",
        f"unit={HUGE}",
        f"assignee={HUGE}",
        f"after=_{HUGE}",
        f"status=all&after=2026-03-01T00:00:00%2B00:00_{HUGE}",
        f"municipality={'٣' * 3}",
    ],
)
@pytest.mark.parametrize("page", ["/desk", "/dashboard"])
def test_a_number_that_no_row_can_have_is_no_error(client, cast, page, query):
    sign_in(client, cast.marek)
    assert client.get(f"{page}?{query}").status_code == 200


def test_an_address_with_such_a_number_does_not_exist(app, client, cast):
    sign_in(client, cast.marek)
    for rule in app.url_map.iter_rules():
        if "<int:" in rule.rule and rule.arguments == {next(iter(rule.arguments))} and "GET" in rule.methods:
            path = re.sub(r"<int:\w+>", str(2**63), rule.rule)
            assert client.get(path).status_code == 404, path
