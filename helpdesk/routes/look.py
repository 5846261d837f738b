"""What every template can use: labels, settings of the house, addresses of assets that may be cached for a year."""

from typing import Any

from flask import Flask
from flask_login import current_user

from helpdesk import __version__, clock, labels
from helpdesk.config import LOCALES, settings
from helpdesk.models.codes import RoleName

LONG_CACHED = ("static", "bootstrap.static")


def init_look(app: Flask) -> None:
    app.url_defaults(version_assets)
    app.context_processor(everywhere)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def version_assets(endpoint: str, values: dict[str, Any]) -> None:
    """A new version is a new address, so that browsers may keep the old one for a year."""
    if endpoint in LONG_CACHED:
        values["v"] = __version__


def everywhere() -> dict[str, Any]:
    return {
        "house": settings(),
        "label": labels.label,
        "now": clock.now(),
        "locales": LOCALES,
        "is_manager": current_user.is_authenticated and current_user.is_a(RoleName.MANAGER),
        "is_staff": current_user.is_authenticated and current_user.is_staff,
    }
