"""Sentences in English, tables of this version."""

from collections.abc import Iterator

import pytest
from flask_babel import force_locale

from tests import vitals


@pytest.fixture(autouse=True)
def english(app) -> Iterator[None]:
    with force_locale("en"), vitals.stamped():
        yield
