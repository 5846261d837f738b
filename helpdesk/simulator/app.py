"""The simulator's small Flask application: the API look-alike and the page of phones and mailboxes."""

from datetime import datetime

from flask import Flask
from flask_babel import Babel, format_datetime
from flask_bootstrap import Bootstrap5

from helpdesk.paths import PACKAGE, templates_folder, translations_folder
from helpdesk.simulator.driver import Simulator
from helpdesk.simulator.pages import choose_locale, pages
from helpdesk.simulator.segments import count_segments
from helpdesk.simulator.twilio_api import answer_unknown, twilio_api


def create_simulator_app(simulator: Simulator, *, time_zone: str = "Europe/Warsaw") -> Flask:
    """An application of its own, which shares templates and translations with the program and no state."""
    app = Flask(__name__, template_folder=str(templates_folder()), static_folder=str(PACKAGE / "static"))
    # A scheduled cut must reach the server and not become an answer with status 500.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations_folder())
    app.config["BABEL_DEFAULT_TIMEZONE"] = time_zone
    Babel(app, locale_selector=choose_locale)
    Bootstrap5(app)
    app.jinja_env.filters["clock_time"] = clock_time
    app.jinja_env.filters["segments"] = count_segments
    app.register_blueprint(twilio_api(simulator.exchange, faults=simulator.faults, on_request=simulator.on_request))
    app.register_blueprint(pages(simulator))
    for status in (404, 405):
        app.register_error_handler(status, answer_unknown)
    return app


def clock_time(at: datetime) -> str:
    """Local time with seconds."""
    return str(format_datetime(at, "HH:mm:ss"))
