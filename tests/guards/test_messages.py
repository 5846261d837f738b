"""Every message that the program can send has its words, in both languages, and every SMS fits one segment."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.config import LOCALES
from helpdesk.extensions import db
from helpdesk.labels import label
from helpdesk.models import Notification, Ticket
from helpdesk.models.codes import Category, NotificationEvent, SlaTargetKind
from helpdesk.notify.render import render, render_sms
from helpdesk.notify.sms_text import segments, to_gsm7
from helpdesk.paths import templates_folder, translations_folder
from helpdesk.wanted import BUNDLED
from tests.cast import Cast
from tests.letters import filed, written

Event = NotificationEvent
LONG_NAME = "Żółć-Gęślińska Œuvré " * 5
DUTY = {
    "starts_at": "2026-12-23T23:00:00+00:00",
    "ends_at": "2026-12-24T23:00:00+00:00",
    "return_starts_at": "2026-12-25T23:00:00+00:00",
    "return_ends_at": "2026-12-26T23:00:00+00:00",
}
# What the code gives to each event, as long as it can be.
PARAMS: dict[Event, dict[str, Any]] = {
    Event.ALERT: {},
    Event.NEW_TICKET: {},
    Event.TAKEN: {"holder": LONG_NAME},
    Event.TAKEN_REPORTER: {"holder": LONG_NAME},
    Event.RECEIPT: {},
    Event.REPLY: {"message_id": 1},
    Event.REPORTER_WROTE: {"message_id": 1},
    Event.RESOLVED: {},
    Event.REOPENED: {},
    Event.ASSIGNED: {"by": LONG_NAME},
    Event.PRIORITY_LOWERED: {"reason": "Wydarzenie jest dopiero za miesiąc. " * 6},
    Event.MERGED: {"into": "MODRZEWIE-2026-10042"},
    Event.REMINDER: {"target": "first_response", "share": 90, "also": [{"target": "resolve", "share": 50}]},
    Event.BREACH: {"target": "first_response", "share": 100, "also": [{"target": "resolve", "share": 100}]},
    Event.DIGEST: {
        "tickets": [
            {
                "number": "MODRZEWIE-2026-10042",
                "unit": "Œ" * 40,
                "holder": LONG_NAME if is_late else "",
                "targets": [
                    {
                        "target": "first_response",
                        "due_at": DUTY["starts_at"],
                        "is_late": is_late,
                        "left": 130,
                        "is_always": is_always,
                    }
                    for is_always in (True, False)
                ],
            }
            for is_late in (True, True, False, False)
        ],
        "late": 111,
        "near": 1111,
        "more": 1218,
    },
    Event.SIGN_IN_CODE: {"code": "123456"},
    Event.SMS_ANSWER: {"text": "MODR-2026-0042: bierzesz. " * 6},
    Event.CONTACT_BROKEN: {
        "letter": "shift",
        "name": LONG_NAME,
        "is_own": False,
        "is_of_staff": True,
        "trouble": "broken",
        "kind": "phone",
        "value": "+48500000011",
        "code": "30005",
        "shift_at": "2026-03-12T07:00:00+00:00",
    },
    Event.TEST_ALERT: {"test": 1},
    Event.TEST_MISSED: {"name": LONG_NAME, "reason": "no_answer"},
    Event.COVER_WANTED: {
        "who": LONG_NAME,
        "to_you": True,
        "is_absence": False,
        "note": "Wesele siostry. " * 12,
        "shifts": [[DUTY["starts_at"], DUTY["ends_at"]]],
        "swap": 1,
        **DUTY,
    },
    Event.SWAP_ANSWERED: {
        "answer": "accepted",
        "by": LONG_NAME,
        "giver": LONG_NAME,
        "taker": LONG_NAME,
        "is_own": False,
        "is_giver": True,
        **DUTY,
    },
    Event.DUTY_REMINDER: {"is_start": True, "is_asked": True, **DUTY},
    Event.DUTY_UNCONFIRMED: {"name": LONG_NAME, **DUTY},
    Event.DUTY_WARNING: {
        "count": 111,
        "near": 111,
        "warnings": [
            {
                "kind": "uncovered",
                "schedules": ["Dyżur"],
                "names": [LONG_NAME],
                "from": "2026-03-12T07:00:00+00:00",
                "until": "2026-03-13T07:00:00+00:00",
            }
        ],
    },
    Event.CONTACT_CODE: {"contact": 1, "nonce": "0123456789abcdef"},
    Event.STILL_YOURS: {},
    Event.MONTHLY_REPORT: {"municipality_id": 1, "place": "Żółkiewka-Gęś " * 8, "month": "2026-09"},
    Event.URGENT_QUESTION: {"asked_at": DUTY["starts_at"]},
    Event.MAIL_ANSWER: {"reason": "no_contract"},
}
ABOUT_NO_TICKET = (
    Event.DIGEST,
    Event.SIGN_IN_CODE,
    Event.SMS_ANSWER,
    Event.CONTACT_BROKEN,
    Event.TEST_ALERT,
    Event.TEST_MISSED,
    Event.COVER_WANTED,
    Event.SWAP_ANSWERED,
    Event.DUTY_REMINDER,
    Event.DUTY_UNCONFIRMED,
    Event.DUTY_WARNING,
    Event.CONTACT_CODE,
    Event.MONTHLY_REPORT,
    Event.MAIL_ANSWER,
)
has_catalogue = any(translations_folder().glob("pl/LC_MESSAGES/*.mo"))
people_write = st.text("ąćęłńóśźżŻÓŁ abc.:,[]€½‰„”\n😀", max_size=200) | st.text(max_size=200)


@pytest.fixture
def ticket(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ticket]:
    """With the longest number and names that there can be; they are not written to the database."""
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], hotline_number="+48500000100"))
    row = filed(cast, summary="Zażółć gęślą jaźń. " * 10)
    written(row, "Odpowiedź [z nawiasem]. " * 30)
    with db.session.no_autoflush:
        row.number, row.unit.short_name, row.assignee = "MODR-2026-1234567", "Œ" * 40, cast.anna
        row.reporter_email, row.case_number = "", "OR.1431.7.2026"
        cast.anna.name = LONG_NAME
        yield row
        db.session.rollback()


def message(ticket: Ticket, event: Event, locale: str) -> Notification:
    params = dict(PARAMS[event])
    if "message_id" in params:
        params["message_id"] = ticket.messages[0].id
    if "target" in params:
        params["target"] = longest(SlaTargetKind, locale)
    if event not in ABOUT_NO_TICKET:
        ticket.category = longest(Category, locale)
    return Notification(
        event=event,
        locale=locale,
        ticket=None if event in ABOUT_NO_TICKET else ticket,
        user=ticket.assignee,
        user_id=1,
        params=params,
        created_at=ticket.created_at.replace(day=1),
    )


def longest(codes: Any, locale: str) -> Any:
    with force_locale(locale):
        return max(codes, key=lambda code: len(str(label(code))))


def every_message(ticket: Ticket) -> Iterator[Notification]:
    for event in Event:
        for locale in LOCALES:
            yield message(ticket, event, locale)


def test_every_event_has_a_template_for_each_part() -> None:
    wanted = {f"{event}.{part}" for event in Event for part in ("sms", "subject", "txt")}
    wanted |= {"alert.voice", "test_alert.voice", "contact_code.voice"} | {f"{event}.many.sms" for event in BUNDLED}
    assert {path.name for path in (templates_folder() / "messages").glob("[!_]*")} == wanted
    assert set(PARAMS) == set(Event)


def test_every_message_has_all_its_words(ticket: Ticket) -> None:
    for notification in every_message(ticket):
        texts = [render_sms(notification), *(render(notification, part) for part in ("subject", "txt"))]
        assert all(texts), notification.event
        assert not [t for t in texts if any(rest in t for rest in ("None", "{{", "%(", "%%"))], notification.event


def test_every_subject_is_one_line_that_names_the_ticket(ticket: Ticket) -> None:
    ticket.summary, ticket.unit.short_name = "a\nb", "c\r\nd"
    for notification in every_message(ticket):
        subject = render(notification, "subject")
        assert subject.splitlines() == [subject]
        assert subject.startswith("[MODR-2026-1234567] ") or notification.ticket is None


def test_every_sms_fits_one_segment_with_all_that_is_ours(ticket: Ticket) -> None:
    for notification in every_message(ticket):
        size = segments(render_sms(notification))
        assert (size.encoding, size.count) == ("GSM-7", 1), notification.event
        ours = to_gsm7(render(notification, "sms", first_words=""))
        assert segments(ours).units < 160, (notification.event, notification.locale, ours)


@pytest.mark.parametrize("end", ["1234567", "MODR-2026-1234567"])
def test_the_number_to_answer_with_fits_too(ticket: Ticket, end: str) -> None:
    for event in BUNDLED:
        for locale in LOCALES:
            ours = to_gsm7(render(message(ticket, event, locale), "sms", first_words="", end=end))
            assert segments(ours).units < 160, (event, locale, ours)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(summary=people_write, unit=people_write, name=people_write)
def test_no_name_and_no_summary_makes_an_sms_longer(ticket: Ticket, summary: str, unit: str, name: str) -> None:
    ticket.summary, ticket.unit.short_name, ticket.assignee.name = summary, unit[:40], name[:120]
    ticket.messages[0].body = summary
    for event in (Event.ALERT, Event.REPLY, Event.TAKEN, Event.ASSIGNED, Event.BREACH, Event.PRIORITY_LOWERED):
        notification = message(ticket, event, "pl")
        notification.params |= {key: name for key in ("holder", "by") if key in notification.params}
        assert segments(render_sms(notification)).count == 1


@pytest.mark.skipif(not has_catalogue, reason="the catalogues are not compiled")
def test_every_message_is_polish_for_polish_readers(ticket: Ticket) -> None:
    for event in Event:
        polish, english = message(ticket, event, "pl"), message(ticket, event, "en")
        for part in ("sms", "subject", "txt"):
            is_chosen_before = (event, part) == (Event.SMS_ANSWER, "sms")
            assert is_chosen_before or render(polish, part) != render(english, part), (event, part)
