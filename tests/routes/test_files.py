from io import BytesIO

import pytest
from PIL import Image

from helpdesk import tokens
from helpdesk.extensions import db
from helpdesk.models import Attachment, Message
from helpdesk.models.codes import MessageKind
from helpdesk.tickets.actor import of_reporter
from helpdesk.tickets.attachments import attach, open_file, store_upload
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.factories import make_ticket

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def picture(cast) -> Attachment:
    written = BytesIO()
    Image.new("RGB", (20, 20), "red").save(written, "PNG")
    return given(cast, "zażółć.png", written.getvalue())


def given(cast, name: str, data: bytes) -> Attachment:
    ticket = make_ticket(cast)
    with transaction():
        return attach(ticket, [store_upload(name, data)], of_reporter(ticket))[0]


@pytest.mark.parametrize(
    ("who", "status"),
    [("jan", 200), ("kinga", 200), ("anna", 200), ("marek", 200), ("stefania", 404), ("olga", 404)],
)
def test_only_who_may_see_the_ticket_gets_its_files(client, cast, picture, who, status):
    sign_in(client, getattr(cast, who))
    assert client.get(f"/files/{picture.id}").status_code == status


def test_a_stranger_is_asked_to_sign_in(client, cast, picture):
    assert client.get(f"/files/{picture.id}").status_code == 302


def test_the_reporters_link_opens_the_files_of_that_ticket_only(client, cast, picture):
    own, other = (tokens.sign(tokens.TICKET_PAGE, i) for i in (picture.ticket_id, make_ticket(cast).id))
    assert client.get(f"/t/{own}/files/{picture.id}").status_code == 200
    assert client.get(f"/t/{other}/files/{picture.id}").status_code == 404


def test_a_picture_is_shown_under_a_policy_that_lets_nothing_act(client, cast, picture):
    sign_in(client, cast.anna)
    answer = client.get(f"/files/{picture.id}")
    assert answer.content_type == "image/png"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.data == open_file(picture).read_bytes()


def test_a_pdf_is_saved_not_shown(client, cast):
    attachment = given(cast, "pismo.pdf", PDF)
    sign_in(client, cast.anna)
    assert client.get(f"/files/{attachment.id}").headers["Content-Disposition"].startswith("attachment")


def test_files_of_internal_notes_are_for_staff(client, cast, picture):
    with transaction():
        picture.message_id = _note(picture).id
    statuses = []
    for who in (cast.jan, cast.anna):
        sign_in(client, who)
        statuses.append(client.get(f"/files/{picture.id}").status_code)
    assert statuses == [404, 200]


def _note(picture: Attachment) -> Message:
    note = Message(ticket=picture.ticket, kind=MessageKind.INTERNAL, body="tylko my")
    db.session.add(note)
    db.session.flush()
    return note


def test_a_file_that_is_gone_is_a_clear_answer_not_a_crash(client, cast, picture):
    open_file(picture).unlink()
    sign_in(client, cast.anna)
    assert client.get(f"/files/{picture.id}").status_code == 404


@pytest.mark.parametrize("number", [0, 999, 2**63])
def test_an_unknown_file_is_not_found(client, cast, number):
    sign_in(client, cast.anna)
    assert client.get(f"/files/{number}").status_code == 404
