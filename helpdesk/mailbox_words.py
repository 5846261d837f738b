"""Why a mailbox cannot be fetched from: the words for the codes of MailboxError."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

WHY_NOT: dict[str, LazyString] = {
    "unreachable": _l("the server does not answer"),
    "certificate": _l("the server's certificate is not valid"),
    "token": _l("no access token is given for it; check client, secret, tenant and refresh token"),
    "refused": _l("the server does not take user and password, or the token"),
    "folder": _l("its folders cannot be opened or made"),
    "lost": _l("the connection broke"),
    "unreadable": _l("the server cannot give its mails"),
}
