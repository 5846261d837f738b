import pytest
from flask_babel import force_locale

from helpdesk.i18n import file_size


@pytest.mark.parametrize(
    ("size", "shown"),
    [(1, "1 kB"), (15_400, "15 kB"), (4_328_000, "4,1 MB"), (10 * 1024 * 1024, "10 MB")],
)
def test_a_size_is_written_the_polish_way(app, size, shown):
    with app.test_request_context(), force_locale("pl"):
        assert file_size(size) == shown
