"""The JSON API under /api/v1."""

from flask import Flask

from helpdesk.routes.api import places, tickets
from helpdesk.routes.api.blueprint import RATE_LIMIT
from helpdesk.routes.api.document import init_document
from helpdesk.routes.api.problems import init_problems

OPERATIONS = (tickets, places)  # importing them registers their operations


def init_api(app: Flask) -> None:
    """After the error pages: below /api/v1 errors are answered as problem documents instead."""
    app.config.setdefault(RATE_LIMIT, "600 per minute")
    init_document(app)
    init_problems(app)
