"""Language and local time: chosen when something is shown, never stored."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, has_request_context, session
from flask_babel import format_datetime, format_decimal, get_locale
from flask_login import current_user

from helpdesk.config import LOCALES, settings
from helpdesk.extensions import babel
from helpdesk.paths import translations_folder

_MB = 1024 * 1024


def init_i18n(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = app.config["SETTINGS"].default_locale
    app.config["BABEL_DEFAULT_TIMEZONE"] = app.config["SETTINGS"].default_time_zone
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations_folder())
    babel.init_app(app, locale_selector=choose_locale)
    app.jinja_env.globals["current_locale"] = current_locale
    app.jinja_env.filters["when"] = when
    app.jinja_env.filters["when_in"] = when_in
    app.jinja_env.filters["soon_in"] = soon_in
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["clock_time"] = clock_time
    app.jinja_env.filters["file_size"] = file_size


def choose_locale() -> str:
    """What the visitor chose, else the person's own language, else the installation's (Polish)."""
    if not has_request_context():
        return settings().default_locale
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    if current_user.is_authenticated and current_user.locale in LOCALES:
        return str(current_user.locale)
    return settings().default_locale


def current_locale() -> str:
    return str(get_locale() or settings().default_locale)


def when(at: datetime | None) -> str:
    """Local date and time in words, e.g. "sob. 21 lis 2026, 02:13"; empty for None."""
    return format_datetime(at, "EEE d MMM y, HH:mm") if at else ""


def when_in(at: datetime, time_zone: str) -> str:
    """As `when`, on the clocks of another time zone."""
    return _shown_in(at, time_zone, "EEE d MMM y, HH:mm")


def soon_in(at: datetime, time_zone: str) -> str:
    """As `when_in` for what is near: without the year."""
    return _shown_in(at, time_zone, "EEE d MMM, HH:mm")


def exact_in(at: datetime, time_zone: str) -> str:
    """As `when_in`, to the second where it is not a whole minute: what is added up must add up to the eye."""
    return _shown_in(at, time_zone, "EEE d MMM y, HH:mm:ss" if at.second else "EEE d MMM y, HH:mm")


def _shown_in(at: datetime, time_zone: str, pattern: str) -> str:
    wall = at.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    return str(format_datetime(wall, pattern, rebase=False))


def day(at: datetime | None) -> str:
    return format_datetime(at, "d MMM y") if at else ""


def clock_time(at: datetime | None) -> str:
    """Local time with seconds, for the proof of attempts."""
    return format_datetime(at, "HH:mm:ss") if at else ""


def file_size(size: int) -> str:
    """Bytes in the units of the upload limit, e.g. "15 kB", "4,1 MB"."""
    if size < _MB:
        return f"{max(1, round(size / 1024))} kB"
    return f"{format_decimal(round(size / _MB, 1))} MB"
