"""Attachments: a safe name, and a type that the content bears out."""

import mimetypes
import re
import unicodedata
from typing import NamedTuple

from helpdesk.inbound.mail_words import UNSAFE

LONGEST_NAME = 120
NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")
# Where a file's first bytes start, these bytes, and the type: from file(1) and the WHATWG MIME Sniffing Standard.
MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"x\x9f\x3e\x22", "application/ms-tnef"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "application/ogg"),
    (0, b"#!AMR", "audio/amr"),
)
# Containers whose inner kind only the name tells.
CONTAINERS = ("application/zip", "application/x-ole-storage")
INSIDE = {
    "application/zip": ("application/vnd.openxmlformats-", "application/vnd.oasis.", "application/epub"),
    "application/x-ole-storage": ("application/msword", "application/vnd.ms-"),
}
# What a browser would run when it were shown: known by its beginning, whatever it is called.
RUNS = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|script|iframe|svg|!--|\?xml)", re.IGNORECASE
)
# The image/… that a browser shows as a picture only; a file that claims one must begin like it.
PICTURES = frozenset(
    ("image/png", "image/jpeg", "image/gif", "image/webp", "image/heic", "image/avif", "image/tiff")
)
ENDINGS = {"image/jpeg": ".jpg", "text/plain": ".txt", "message/rfc822": ".eml", "application/ms-tnef": ".dat"}


class Attachment(NamedTuple):
    """`name` can be used as a file's name; `type`, in lower case, is by content where that tells."""

    name: str
    type: str
    bytes: bytes


def attachment(name: str, said: str, content: bytes) -> Attachment:
    kind = real_type(said, name, content)
    return Attachment(safe_name(name, kind), kind, content)


def real_type(said: str, name: str, content: bytes) -> str:
    """The type that the first bytes show; else the one that is said, unless it says picture."""
    head = content[:64]
    found = next((kind for place, magic, kind in MAGIC if head.startswith(magic, place)), "")
    by_name = mimetypes.guess_type(name)[0] or ""
    if found in CONTAINERS:
        return next((kind for kind in (by_name, said) if kind.startswith(INSIDE[found])), found)
    if found:
        return found
    if RUNS.match(content[:1000]):
        return _markup_type(content[:1000], said, by_name)
    generic = said in PICTURES or said in ("application/octet-stream", "application/x-unknown", "")
    return (by_name if by_name and by_name not in PICTURES else "application/octet-stream") if generic else said


def _markup_type(head: bytes, said: str, by_name: str) -> str:
    if b"<svg" in head.lower():
        return "image/svg+xml"
    return (
        "text/html" if b"<?xml" not in head else next((k for k in (said, by_name) if k.endswith("xml")), "text/xml")
    )


def safe_name(name: str, kind: str) -> str:
    """No folder, no control or direction character, no leading dot, not longer than LONGEST_NAME; never empty."""
    name = unicodedata.normalize("NFC", UNSAFE.sub("", name)).replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = " ".join(NOT_IN_NAMES.sub("_", name).split()).strip(". ")
    name = f"_{name}" if RESERVED.match(name) else name
    if not name:
        ending = ENDINGS.get(kind) or mimetypes.guess_extension(kind) or ".bin"
        return f"{'image' if kind.startswith('image/') else 'attachment'}{ending}"
    stem, dot, ending = name.rpartition(".")
    if len(name) > LONGEST_NAME and dot and len(ending) <= 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return name[:LONGEST_NAME]
