"""NUL in what people send: no text column of PostgreSQL takes it."""

import pytest

from tests.conftest import sign_in
from tests.factories import make_ticket


@pytest.mark.parametrize("path", ["/desk?q=no%00wy", "/desk?municipality=%00BRZ", "/dashboard?municipality=%00"])
def test_it_is_left_out_of_addresses(client, cast, path):
    sign_in(client, cast.anna)
    assert client.get(path).status_code == 200


def test_no_page_has_it_in_its_name(client, cast):
    sign_in(client, cast.anna)
    assert client.get("/desk/MOD-2026-0001%00").status_code == 404


def test_it_is_left_out_of_forms(client, cast):
    ticket = make_ticket(cast)
    sign_in(client, cast.anna)
    client.post(f"/desk/{ticket.number}/note", data={"note": "Dzwo\0nił"})
    assert "Dzwonił" in client.get(f"/desk/{ticket.number}").text
