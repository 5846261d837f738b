"""The disk takes no more files: the form says so, keeps what was typed, and the ticket comes without the file."""

import errno
import logging
import os
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Request
from PIL import Image

from helpdesk import tokens
from helpdesk.extensions import db, limiter
from helpdesk.forms.uploads import NOT_STORED
from helpdesk.models import Attachment, Message, Ticket
from helpdesk.tickets import attachments
from tests.conftest import sign_in
from tests.factories import make_ticket
from tests.routes.api_requests import file_ticket

SAID = "Tego pliku nie możemy teraz zapisać"


def picture(colour="red"):
    written = BytesIO()
    Image.new("RGB", (20, 20), colour).save(written, "PNG")
    return BytesIO(written.getvalue()), f"{colour}.png"


def full(*_args, **_options):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def disk(monkeypatch):
    """`disk()` and it is full."""
    return lambda: monkeypatch.setattr(os, "fsync", full)


@pytest.fixture
def filing(client, cast, monkeypatch):
    """Jan sends the form of a held post, without a link to the post; what he types may be changed."""
    monkeypatch.setattr(limiter, "enabled", False)
    sign_in(client, cast.jan)

    def send(**changes):
        form = {"category": "held_post", "priority": "urgent", "subject": "Ostrzeżenie o wodzie"}
        form |= {"name": "Jan Testowy", "phone": "500 000 033", "submission": "once"}
        return client.post(f"/units/{cast.osp.id}/new", data=form | changes)

    return send


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_it_is_said_beside_the_field_and_everything_typed_is_kept(filing, disk):
    disk()
    answer = filing(pictures=picture())
    assert answer.status_code == 422
    assert SAID in answer.text.split('id="pictures-error"')[1].split("</p>")[0]
    assert "Ostrzeżenie o wodzie" in answer.text and "500 000 033" in answer.text


def test_the_ticket_is_filed_without_the_picture_that_it_would_need_otherwise(filing, disk):
    disk()
    again = f'name="{NOT_STORED}" value="1"'
    assert again in filing(pictures=picture()).text
    assert filing(**{NOT_STORED: "1"}).status_code == 303
    assert (count(Ticket), count(Attachment)) == (1, 0)


def test_files_stored_before_stay(filing, disk):
    first = filing(pictures=picture("red"), phone="").text
    kept = first.split('name="kept"')[1].split('value="')[1].split('"')[0]
    disk()
    assert "red.png" in filing(pictures=picture("blue"), kept=kept).text
    assert filing(kept=kept).status_code == 303
    assert [a.name for a in db.session.scalars(sa.select(Attachment))] == ["red.png"]


def test_it_is_logged_as_an_error_of_one_line(filing, disk, caplog):
    disk()
    filing(pictures=picture())
    [line] = [r for r in caplog.records if r.name == attachments.__name__]
    assert line.levelno == logging.ERROR and line.exc_info is None
    assert "No space left on device" in line.getMessage()


def test_a_second_ticket_with_the_same_file_that_cannot_be_copied_comes_back_without_it(filing, disk):
    page = filing(pictures=picture(), phone="").text
    kept = page.split('name="kept"')[1].split('value="')[1].split('"')[0]
    filing(kept=kept)
    disk()
    answer = filing(kept=kept, subject="Inna sprawa")
    assert answer.status_code == 422 and SAID in answer.text
    assert filing(subject="Inna sprawa", **{NOT_STORED: "1"}).status_code == 303


def test_the_reporters_message_is_kept_and_goes_without_the_file(client, cast, disk):
    ticket = make_ticket(cast)
    page = f"/t/{tokens.sign(tokens.TICKET_PAGE, ticket.id)}"
    disk()
    answer = client.post(page, data={"body": "Nadal nie widać", "pictures": picture()})
    assert answer.status_code == 422 and SAID in answer.text and "Nadal nie widać</textarea>" in answer.text
    client.post(page, data={"body": "Nadal nie widać"})
    assert count(Message) == 1


def test_words_of_staff_are_kept_when_their_file_is_not_stored(client, cast, disk):
    ticket = make_ticket(cast)
    sign_in(client, cast.anna)
    disk()
    answer = client.post(f"/desk/{ticket.number}/reply", data={"body": "W załączniku", "files": picture()})
    assert answer.status_code == 422 and SAID in answer.text and "W załączniku</textarea>" in answer.text


def test_a_request_that_cannot_even_be_put_down_is_answered_507(client, cast, monkeypatch):
    monkeypatch.setattr(Request, "_get_file_stream", full)
    sign_in(client, cast.jan)
    answer = client.post(f"/units/{cast.osp.id}/new", data={"pictures": picture()})
    assert answer.status_code == 507 and "bez plików" in answer.text


def test_the_api_answers_507_with_a_problem_document(client, cast, monkeypatch):
    monkeypatch.setattr("helpdesk.routes.api.tickets.open_ticket", full)
    answer = file_ticket(client, cast)
    assert (answer.status_code, answer.json["code"]) == (507, "no_room")
