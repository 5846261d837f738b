"""Numbers in addresses that no row can have."""

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
