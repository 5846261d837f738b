"""The simulator's small Flask application: the API look-alike and the page of phones and mailboxes."""

from flask import Flask

from helpdesk.paths import PACKAGE, templates_folder
from helpdesk.simulator.driver import Simulator
from helpdesk.simulator.twilio_api import twilio_api


def create_simulator_app(simulator: Simulator, *, time_zone: str = "Europe/Warsaw") -> Flask:
    """An application of its own, which shares templates and translations with the program and no state."""
    app = Flask(__name__, template_folder=str(templates_folder()), static_folder=str(PACKAGE / "static"))
    # A scheduled cut must reach the server and not become an answer with status 500.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.config["BABEL_DEFAULT_TIMEZONE"] = time_zone
    app.register_blueprint(twilio_api(simulator.exchange, faults=simulator.faults, on_request=simulator.on_request))
    return app
