"""Why a file of a mail was not taken into its ticket."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

WHY_LEFT_OUT: dict[str, LazyString] = {
    "wrong_type": _l("only pictures and PDF files are taken into tickets"),
    "too_large": _l("too large"),
    "too_many": _l("more files than a ticket takes at once"),
    "empty": _l("empty"),
}
