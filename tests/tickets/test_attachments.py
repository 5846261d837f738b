import errno
import os
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.errors import BadUpload, NotFound
from helpdesk.extensions import db
from helpdesk.models import Message
from helpdesk.models.codes import MessageKind
from helpdesk.tickets.actor import of_reporter
from helpdesk.tickets.attachments import (
    attach,
    open_file,
    public_attachments,
    safe_name,
    store_upload,
    sweep_orphans,
)
from helpdesk.transaction import transaction
from tests.factories import make_ticket

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
GPS_IFD = 0x8825
ORIENTATION = 0x0112


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "red").save(written, kind, **options)
    return written.getvalue()


def stored_bytes(stored) -> bytes:
    return (settings().uploads / stored.stored_as).read_bytes()


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
)
def test_a_picture_is_known_by_its_content_not_by_its_name(app, kind, content_type):
    stored = store_upload("zrzut.exe", picture(kind))
    assert stored.content_type == content_type
    assert stored.size == len(stored_bytes(stored))


def test_a_pdf_is_kept_as_it_is(app):
    stored = store_upload("pismo.pdf", PDF)
    assert (stored.content_type, stored_bytes(stored)) == ("application/pdf", PDF)


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n not really",
        picture("PNG")[:-30],
        picture("JPEG")[:300],
        picture("BMP"),
        b"GIF89a",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    ],
)
def test_what_is_no_readable_picture_is_refused(app, data):
    with pytest.raises(BadUpload) as refused:
        store_upload("zrzut.png", data)
    assert refused.value.code == "wrong_type"


def test_a_script_hidden_behind_a_picture_is_gone_after_it_was_written_anew(app):
    stored = store_upload("zrzut.png", picture() + b"<script>alert(1)</script>")
    assert b"script" not in stored_bytes(stored)


def test_an_empty_file_is_refused(app):
    with pytest.raises(BadUpload, match="empty"):
        store_upload("zrzut.png", b"")


def test_a_file_over_the_limit_is_refused(app):
    with pytest.raises(BadUpload, match="too_large"):
        store_upload("pismo.pdf", PDF + b" " * settings().upload_limit_mb * 1024 * 1024)


@pytest.mark.parametrize("size", [(60_000, 1_000), (20_000, 20_000)])
def test_a_picture_that_unpacks_to_a_flood_of_pixels_is_refused(app, size):
    bomb = BytesIO()
    Image.new("1", size).save(bomb, "PNG")
    with pytest.raises(BadUpload, match="too_large"):
        store_upload("bomba.png", bomb.getvalue())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_place_where_a_photo_was_taken_is_not_stored(app, kind):
    exif = Image.Exif()
    exif[GPS_IFD] = {1: "N", 2: (52.0, 13.0, 37.0), 3: "E", 4: (20.0, 33.0, 1.0)}
    stored = store_upload("foto", picture(kind, exif=exif))
    with Image.open(BytesIO(stored_bytes(stored))) as kept:
        assert not kept.getexif()
        assert not {"exif", "xmp", "comment"} & kept.info.keys()


def test_a_photo_taken_sideways_stands_upright(app):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    stored = store_upload("foto.jpg", picture("JPEG", size=(40, 20), exif=exif))
    with Image.open(BytesIO(stored_bytes(stored))) as kept:
        assert kept.size == (20, 40)


def test_a_moving_picture_keeps_its_frames(app):
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "green", "blue")]
    moving = BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    with Image.open(BytesIO(stored_bytes(store_upload("film.gif", moving.getvalue())))) as kept:
        assert kept.n_frames == 3


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Zrzut ekranu – żółć.PNG", "Zrzut ekranu – żółć.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\Users\\Jan\\foto.jpeg", "foto.png"),
        ("faktura\u202egnp.exe", "fakturagnp.png"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x.png"),
        (".htaccess", "htaccess.png"),
        ("", "plik.png"),
        ("...", "plik.png"),
        ("x" * 300, "x" * 96 + ".png"),
    ],
)
def test_a_name_is_made_harmless(given, kept):
    assert safe_name(given, ".png") == kept


def test_a_ticket_gets_the_files_and_says_so(cast):
    ticket = make_ticket(cast)
    stored = store_upload("zrzut.png", picture())
    with transaction():
        [attachment] = attach(ticket, [stored], of_reporter(ticket))
    assert open_file(attachment).read_bytes() == stored_bytes(stored)
    assert ticket.events[-1].data == {"name": "zrzut.png"}


def test_no_more_than_five_files_at_once(cast):
    ticket = make_ticket(cast)
    stored = store_upload("zrzut.png", picture())
    with pytest.raises(BadUpload, match="too_many"), transaction():
        attach(ticket, [stored] * 6, of_reporter(ticket))


def test_a_form_sent_again_for_another_ticket_takes_a_copy_of_the_file(cast):
    first, second = make_ticket(cast), make_ticket(cast)
    stored = store_upload("zrzut.png", picture())
    with transaction():
        [one] = attach(first, [stored], of_reporter(first))
        [other] = attach(second, [stored], of_reporter(second))
    assert one.stored_as != other.stored_as
    assert open_file(one).read_bytes() == open_file(other).read_bytes()


def test_the_reporter_does_not_get_the_files_of_internal_notes(cast):
    ticket = make_ticket(cast)
    by = of_reporter(ticket)
    with transaction():
        note = Message(ticket=ticket, kind=MessageKind.INTERNAL, body="tylko my")
        attach(ticket, [store_upload("nasz.png", picture())], by, _written(note))
        attach(ticket, [store_upload("wasz.png", picture())], by)
    assert [a.name for a in public_attachments(ticket)] == ["wasz.png"]


def _written(message: Message) -> Message:
    db.session.add(message)
    db.session.flush()
    return message


def test_a_file_lost_from_the_disk_is_said_to_be_missing(cast):
    ticket = make_ticket(cast)
    with transaction():
        [attachment] = attach(ticket, [store_upload("zrzut.png", picture())], of_reporter(ticket))
    open_file(attachment).unlink()
    with pytest.raises(NotFound):
        open_file(attachment)


def test_old_files_that_no_ticket_took_are_swept_away_and_nothing_else(cast):
    ticket = make_ticket(cast)
    taken, orphan, young = (store_upload(f"{n}.png", picture()) for n in "abc")
    with transaction():
        attach(ticket, [taken], of_reporter(ticket))
    long_ago = (clock.now() - timedelta(days=5)).timestamp()
    for stored in (taken, orphan):
        os.utime(settings().uploads / stored.stored_as, (long_ago, long_ago))
    assert sweep_orphans() >= 1
    left = [(settings().uploads / stored.stored_as).exists() for stored in (taken, orphan, young)]
    assert left == [True, False, True]


def test_a_file_that_the_disk_does_not_take_is_refused_and_leaves_nothing_behind(app, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = set(settings().uploads.rglob("*.*"))
    with pytest.raises(BadUpload, match="not_stored"):
        store_upload("zrzut.png", picture())
    assert set(settings().uploads.rglob("*.*")) == before
