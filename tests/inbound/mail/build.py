"""Build raw mails in a line or two. Lines end as on the wire; every name is made up."""

import base64
import quopri
from email.header import Header

FROM = "Łukasz Wąsik <lukasz@soltysi.test>"
TO = "pomoc@desk.test"
ANSWERS = "<sent-1@desk.test>"


def word(text: str, charset: str = "utf-8") -> str:
    return text if text.isascii() else Header(text, charset, maxlinelen=1_000).encode()


def person(mailbox: str, charset: str = "utf-8") -> str:
    name, _, address = mailbox.rpartition(" <")
    return f"{word(name, charset)} <{address}" if name else mailbox


def body(text: str, kind: str = "text/plain", charset: str = "utf-8", encoding: str = "8bit") -> bytes:
    """A part: its header fields and its encoded content."""
    content = text.replace("\n", "\r\n").encode(charset)
    packed = {"8bit": bytes, "quoted-printable": quopri.encodestring, "base64": base64.encodebytes}[encoding](
        content
    )
    return (
        f"Content-Type: {kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
        + packed
    )


def file(name: str, content: bytes, kind: str = "application/octet-stream", how: str = "attachment") -> bytes:
    head = f'Content-Type: {kind}\r\nContent-Disposition: {how}; filename="{name}"\r\n'
    return f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode() + base64.encodebytes(content)


def multipart(kind: str, *parts: bytes, more: str = "") -> bytes:
    boundary = f"=_{kind}_{sum(map(len, parts))}"
    head = f'Content-Type: multipart/{kind}{more}; boundary="{boundary}"\r\n\r\n'.encode()
    inner = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts)
    return head + inner + f"--{boundary}--\r\n".encode()


def mail(part: bytes, *, subject: str = "Syrena", sender: str = FROM, charset: str = "utf-8", **more: str) -> bytes:
    """A whole message around a part. `more`: further fields, "in_reply_to" for In-Reply-To; "" leaves one out."""
    fields = {
        "From": person(sender, charset),
        "To": TO,
        "Subject": word(subject, charset),
        "Date": "Sat, 12 Sep 2026 10:15:00 +0200",
        "Message-Id": "<1@soltysi.test>",
        "MIME-Version": "1.0",
        **{name.replace("_", "-").title(): value for name, value in more.items()},
    }
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value).encode() + part
