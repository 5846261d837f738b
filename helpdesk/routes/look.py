"""What every template can use: labels, settings of the house, addresses of assets that may be cached for a year."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask_login import current_user
from werkzeug.local import LocalProxy
from wtforms import Field, SelectField, SelectMultipleField

from helpdesk import clock, contact_words, labels, sentences, warning_words
from helpdesk.config import LOCALES, settings
from helpdesk.health import providers
from helpdesk.models.codes import RoleName
from helpdesk.monthly.words import month_named
from helpdesk.oncall.running_alerts import unanswered
from helpdesk.phone import mask_phone, show_phone
from helpdesk.routes.contacts import own_problems
from helpdesk.routes.headers import LONG_CACHED
from helpdesk.routes.navigation import Link, menu, on_call_tabs
from helpdesk.routes.way_back import this_page


def init_look(app: Flask) -> None:
    app.url_defaults(version_assets)
    app.context_processor(everywhere)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(phone=show_phone, masked_phone=mask_phone)
    app.jinja_env.globals.update(
        contact_words=contact_words,
        warning_words=warning_words,
        month_named=month_named,
        label=labels.label,
        attempt_label=labels.attempt_label,
        sentence=sentences.sentence,
        event_icon=sentences.event_icon,
        until=sentences.until,
        ago=sentences.ago,
        span=sentences.span,
        exact_span=sentences.exact_span,
        urgency=sentences.urgency,
        described_by=described_by,
        field_attributes=field_attributes,
        may_be_left_out=may_be_left_out,
    )


def version_assets(endpoint: str, values: dict[str, Any]) -> None:
    """Other content is another address, so that browsers may keep the old one for a year."""
    if endpoint in LONG_CACHED:
        scaffold = current_app.blueprints["bootstrap"] if endpoint == "bootstrap.static" else current_app
        path = Path(scaffold.static_folder or "", values["filename"])
        values["v"] = digest(path, path.stat().st_mtime_ns) if path.is_file() else ""


@lru_cache
def digest(path: Path, _changed_at: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def everywhere() -> dict[str, Any]:
    """Proxies where the database is asked: a page that does not look does not pay, and the page that
    reports a broken database can still be shown."""
    return {
        "house": settings(),
        "now": clock.now(),
        "locales": LOCALES,
        "is_manager": LocalProxy(is_manager),
        "is_staff": LocalProxy(is_staff),
        "menu": own_menu,
        "this_page": this_page,
        "on_call_tabs": own_on_call_tabs,
        "unanswered": unanswered,
        "shut_channels": shut_channels,
        "own_problems": own_problems,
    }


def shut_channels() -> list[str]:
    """By what alerts do not get out now, in words."""
    return [str(labels.label(channel)) for channel in providers.shut_channels()]


def is_manager() -> bool:
    return bool(current_user.is_authenticated and current_user.is_a(RoleName.MANAGER))


def is_staff() -> bool:
    return bool(current_user.is_authenticated and current_user.is_staff)


def own_menu() -> list[Link]:
    return menu(current_user) if current_user.is_authenticated else []


def own_on_call_tabs() -> list[Link]:
    return on_call_tabs(current_user) if current_user.is_authenticated else []


def described_by(field: Field, hint: str = "") -> str:
    """The ids of the hint and the error that stand beside the field, for aria-describedby."""
    parts = (("hint", hint), ("error", field.errors))
    return " ".join(f"{field.id}-{part}" for part, shown in parts if shown)


def may_be_left_out(field: Field) -> bool:
    """Whether the label says "optional": not of a choice that always has an answer, nor where a hint says when."""
    if field.flags.required or field.flags.needed_at_times:
        return False
    if not isinstance(field, SelectField) or isinstance(field, SelectMultipleField):
        return True
    return any(choice.value in ("", None) for choice in field.iter_choices())


def field_attributes(field: Field, hint: str, css: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of an input: its class, ties to hint and error, and whatever the template adds."""
    attributes = dict(extra)
    attributes["class"] = f"{css} {attributes.get('class', '')}".strip()
    described = described_by(field, hint)
    if described:
        attributes["aria-describedby"] = described
    if field.errors:
        attributes["aria-invalid"] = "true"
    return attributes
