"""Signs of life for monitors."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from helpdesk.routes.access import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    return {"status": "ok"}
