"""HTML of a mail: made safe for a page, and turned into text in which quotations and signatures are marked.

nh3 decides what is safe; lxml comes before it only because nh3 takes 16 s for 100,000 nested elements, and lxml
stops at 256 levels; inscriptis writes the text (docs/decisions/0013).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import lxml.etree
import lxml.html
import nh3
from inscriptis.html_engine import Inscriptis
from lxml.html import HtmlElement

from helpdesk.inbound.mail_phrases import FORWARDED_HEAD, FORWARDED_LINE
from helpdesk.inbound.mail_reply import REST, SIGNATURE, SIGNATURE_END

LONGEST = 3_000_000  # characters; the caller gives no more
MOST_ELEMENTS = 100_000
QUOTE, QUOTE_END = "\ue000", "\ue001"
MARKS = re.compile(f"[{QUOTE}{QUOTE_END}]")
OURS = dict.fromkeys(map(ord, (QUOTE, QUOTE_END, REST, SIGNATURE, SIGNATURE_END)))
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Where programs put what is answered: Gmail, Yahoo, Thunderbird, Proton, Tutanota, Zoho, Outlook, Apple.
QUOTE_CLASSES = frozenset(
    [
        "gmail_quote",
        "gmail_quote_container",
        "yahoo_quoted",
        "moz-cite-prefix",
        "protonmail_quote",
        "tutanota_quote",
        "zmail_extra",
        "ms-outlook-mobile-reference-message",
        "gmx_quote",
    ]
)
QUOTE_IDS = frozenset(
    ("olk_src_body_section", "mail-editor-reference-message-container", "reply-intro", "messagereplysection")
)
REST_IDS = frozenset(("divrplyfwdmsg", "appendonsend", "stopspelling", "zwchr"))
SIGNATURE_CLASSES = frozenset(("gmail_signature", "moz-signature", "protonmail_signature_block"))
SIGNATURE_IDS = frozenset(
    ("signature", "ms-outlook-mobile-signature", "applemailsignature", "ymail_android_signature")
)
# The line that Outlook draws above From, Sent, To, Subject.
OUTLOOK_LINE = re.compile(r"border:\s?none;\s?border-top:\s?solid\s(?:#b5c4df|#e1e1e1)", re.IGNORECASE)
UNSEEN = ("script", "style", "title", "head", "noscript", "template", "object", "iframe", "textarea", "select")
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    **{cell: {"colspan", "rowspan", "align", "valign"} for cell in ("td", "th")},
    "ol": {"start"},
    "p": {"align"},
    "div": {"align"},
}
TAGS = {tag for tag in nh3.ALLOWED_TAGS if tag not in ("map", "area")} | {"font"}
TAG = re.compile(r"<[^<>]{0,2000}>")


class Html(NamedTuple):
    """`safe` may be put into a page; `text` is plain; `marked` is the text with quotations marked for `newest`."""

    safe: str
    text: str
    marked: str


def read_html(markup: str, *, answers: bool) -> Html:
    """Any text gives a result. `answers`: the mail is a reply, so a last plain blockquote is a quotation."""
    markup = CONTROLS.sub("", markup[:LONGEST]).translate(OURS)
    tree = _tree(markup)
    if tree is None:
        text = TAG.sub(" ", markup).strip()
        return Html(nh3.clean_text(text), text, text)
    safe = _safe(lxml.html.tostring(tree, encoding="unicode"))
    _drop_unseen(tree)
    for element, before, after in list(_marked(tree, answers=answers)):
        _surround(element, before, after)
    written = _written(tree)
    return Html(safe, _unmarked(written), _with_quote_marks(written))


def _tree(markup: str) -> HtmlElement | None:
    """None when there is nothing in it, or too much to look at."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        tree = lxml.html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError):
        return None
    seen = any(str(text).strip() for text in tree.itertext()) or next(tree.iter("img"), None) is not None
    return tree if seen and sum(1 for _ in tree.iter()) <= MOST_ELEMENTS else None


def _safe(markup: str) -> str:
    return nh3.clean(
        markup,
        tags=TAGS,
        clean_content_tags=set(UNSEEN) - TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_allowed,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow",
    ).strip()


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    """A picture comes out of the mail itself or not at all: a remote one tells its owner who reads, and when."""
    if tag == "img" and attribute == "src":
        return value if value.strip().lower().startswith("cid:") else None
    return value


def _drop_unseen(tree: HtmlElement) -> None:
    for element in list(tree.iter(*UNSEEN)):
        if element.getparent() is not None and element.tag != "head":
            element.drop_tree()


def _marked(tree: HtmlElement, *, answers: bool) -> Iterator[tuple[HtmlElement, str, str]]:
    """Elements to be surrounded, with the marks before and after their content."""
    plain: list[HtmlElement] = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        # Outlook puts "x_" before the names of the message that it quotes or shows again.
        classes = {name.removeprefix("x_") for name in (element.get("class") or "").lower().split()}
        name = (element.get("id") or element.get("name") or "").lower().removeprefix("x_")
        if classes & SIGNATURE_CLASSES or name in SIGNATURE_IDS:
            yield element, SIGNATURE, SIGNATURE_END
        elif name in REST_IDS or OUTLOOK_LINE.search((element.get("style") or "")[:500]):
            yield element, REST, ""
        elif _is_quotation(element, classes, name):
            yield element, QUOTE, QUOTE_END
        elif element.tag == "blockquote" and not any(True for _ in element.iterancestors("blockquote")):
            plain.append(element)
    if answers and plain and "gmail_quote" not in (plain[-1].get("class") or ""):
        yield plain[-1], QUOTE, QUOTE_END


def _is_quotation(element: HtmlElement, classes: set[str], name: str) -> bool:
    if element.tag == "blockquote":
        cited = (element.get("type") or "").lower() == "cite" or (element.get("cite") or "").startswith("mid:")
        return cited and not _passes_on(element)
    quoting = bool(classes & QUOTE_CLASSES) or name in QUOTE_IDS or name.startswith("yahoo_quoted")
    return quoting and not _passes_on(element)


def _passes_on(element: HtmlElement) -> bool:
    """Whether it begins as a forwarded message does."""
    start = []
    for text in element.itertext():
        if text.strip():
            start.append(text.strip())
        if len(start) > 1:
            break
    return any(FORWARDED_LINE.match(line[:300]) or FORWARDED_HEAD.match(line[:300]) for line in start[:1])


def _surround(element: HtmlElement, before: str, after: str) -> None:
    """Marks as elements of their own, so that each stands at the edge of a line."""
    if element.tag == "hr":
        element.addprevious(_mark(before))
        return
    opening = _mark(before)
    opening.tail, element.text = element.text, None
    element.insert(0, opening)
    if after:
        element.append(_mark(after))


def _mark(sign: str) -> HtmlElement:
    mark = lxml.html.Element("div")
    mark.text = sign
    return mark


def _written(tree: HtmlElement) -> str:
    lines = (re.sub(r"[ \t]{3,}", "  ", line).rstrip() for line in Inscriptis(tree).get_text().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _unmarked(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text.translate(OURS)).strip()


def _with_quote_marks(text: str) -> str:
    """Lines of a quotation begin with ">", as in a text."""
    out: list[str] = []
    depth = place = 0
    for mark in MARKS.finditer(text):
        out.append(_quoted(text[place : mark.start()], depth))
        out.append("\n")
        depth = max(0, depth + (1 if mark[0] == QUOTE else -1))
        place = mark.end()
    out.append(_quoted(text[place:], depth))
    return "".join(out)


def _quoted(text: str, depth: int) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n")) if depth else text
