"""Where a form stood, to come back to."""

from urllib.parse import urlsplit

from flask import request


def way_back() -> str:
    """The page of ours that a form names as the one it stood on (`back`), else the main page."""
    return _path(request.form.get("back", "/"), host="") or "/"


def this_page() -> str:
    """What is shown now, as an address to come back to: of a form that is shown again with its errors, its own."""
    can_be_opened = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    if request.method == "GET" or can_be_opened:
        return request.full_path.rstrip("?")
    return page_of_the_form() or "/"


def page_of_the_form() -> str | None:
    """The page of ours that the browser says it comes from."""
    return _path(request.referrer or "", host=request.host)


def _path(address: str, *, host: str) -> str | None:
    """Path and query of an address at that host; None for another's, and for what a browser would take for one."""
    parts = urlsplit(address)
    is_ours = parts.netloc == host and parts.path.startswith("/") and not parts.path.startswith("//")
    if not is_ours or "\\" in parts.path:
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")
