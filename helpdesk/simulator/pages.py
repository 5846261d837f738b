"""The page of phones and mailboxes: what people see of the program, and how they answer it."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.simulator.cards import anchor, make_cards, make_others
from helpdesk.simulator.driver import Person, Simulator
from helpdesk.simulator.loopback import is_loopback
from helpdesk.simulator.refusals import RefusalError
from helpdesk.simulator.state import Call, Mail
from helpdesk.simulator.words import CALL_STATUS, LINE, MESSAGE_STATUS

LOCALES = ("pl", "en")
LOCALE_COOKIE = "simulator_locale"
KEYPAD = "123456789*0#"
LONGEST_TEXT = 1600
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A mail brings its own styles; it runs in a sandbox without scripts, forms or remote content.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def pages(simulator: Simulator) -> Blueprint:
    """The page, its live parts, and the buttons."""
    site = Blueprint("pages", __name__)
    _guard(site)
    _add_page(site, simulator)
    _add_mails(site, simulator)
    _add_phones(site, simulator)
    site.add_url_rule("/language", "language", choose_language, methods=["POST"])
    return site


def choose_locale() -> str:
    """Polish unless the visitor chose English."""
    chosen = request.cookies.get(LOCALE_COOKIE, LOCALES[0])
    return chosen if chosen in LOCALES else LOCALES[0]


def choose_language() -> AnyResponse:
    chosen = request.form.get("locale", "")
    response = redirect(url_for("pages.page"), 303)
    if chosen in LOCALES:
        response.set_cookie(LOCALE_COOKIE, chosen, max_age=31536000, samesite="Lax", httponly=True)
    return response


def _guard(site: Blueprint) -> None:
    @site.before_request
    def refuse_strangers() -> None:
        """Other sites in the same browser may neither press buttons nor come in under a name of their own."""
        if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
            abort(403)
        origin = request.headers.get("Origin", request.host_url)
        if request.method == "POST" and origin.rstrip("/") != request.host_url.rstrip("/"):
            abort(403)

    @site.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response


def _add_page(site: Blueprint, simulator: Simulator) -> None:
    @site.get("/")
    def page() -> str:
        return render_template("simulator/page.html", **_shown(simulator))

    @site.get("/live")
    def live() -> Response:
        """HTML by element id: the parts of the page that change."""
        shown = _shown(simulator)
        parts = {
            f"{card.anchor}-{name}": render_template(f"simulator/_{name}.html", card=card, **shown)
            for card in shown["cards"]
            for name in ("calls", "texts", "mails")
        }
        for name in ("ringing", "problems", "others"):
            parts[name] = render_template(f"simulator/_{name}.html", **shown)
        return jsonify(parts)


def _shown(simulator: Simulator) -> dict[str, Any]:
    return {
        "cards": make_cards(simulator),
        "others": make_others(simulator),
        "problems": simulator.problems[-10:],
        "opted_out": simulator.exchange.state.opted_out,
        "hotline": simulator.exchange.numbers[0],
        "program_url": simulator.exchange.public_url,
        "keypad": KEYPAD,
        "message_status": MESSAGE_STATUS,
        "call_status": CALL_STATUS,
        "line_words": LINE,
        "locale": choose_locale(),
    }


def _add_mails(site: Blueprint, simulator: Simulator) -> None:
    def find(sid: str) -> Mail:
        mail = simulator.exchange.state.mails.get(sid)
        return mail if mail is not None else abort(404)

    @site.get("/mails/<sid>")
    def mail(sid: str) -> str:
        return render_template("simulator/mail.html", mail=find(sid), locale=choose_locale())

    @site.get("/mails/<sid>/html")
    def mail_html(sid: str) -> Response:
        response = Response('<base target="_blank">' + find(sid).html, content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = MAIL_POLICY
        return response

    @site.get("/mails/<sid>/source")
    def mail_source(sid: str) -> Response:
        return Response(find(sid).raw, content_type="text/plain; charset=utf-8")


def _add_phones(site: Blueprint, simulator: Simulator) -> None:
    actions: Mapping[str, Callable[[str], Call]] = {
        "answer": simulator.answer,
        "decline": simulator.busy,
        "hang-up": simulator.hang_up,
        "leave-message": simulator.speak,
        "press": lambda sid: simulator.press(sid, request.form.get("key", "")[:1]),
    }

    @site.post("/phones/<phone>/texts")
    def text(phone: str) -> AnyResponse:
        person, body = _person(simulator, phone), request.form.get("body", "").strip()[:LONGEST_TEXT]
        if body:
            simulator.send_sms(person.phone, body)
        return _back(person)

    @site.post("/phones/<phone>/calls")
    def call_hotline(phone: str) -> AnyResponse:
        person = _person(simulator, phone)
        simulator.call_in(person.phone)
        return _back(person)

    @site.post("/phones/<phone>/calls/<sid>/<any(answer,decline,press,'hang-up','leave-message'):action>")
    def use_phone(phone: str, sid: str, action: str) -> AnyResponse:
        person = _person(simulator, phone)
        try:
            actions[action](sid)
        except RefusalError as error:
            simulator.exchange.note(error.code, error.text)
        return _back(person)


def _person(simulator: Simulator, phone: str) -> Person:
    found = [person for person in simulator.people if person.phone == phone]
    return found[0] if found else abort(404)


def _back(person: Person) -> AnyResponse:
    return redirect(url_for("pages.page", _anchor=anchor(person)), 303)
