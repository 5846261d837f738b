"""Where a form stood, to come back to."""

from urllib.parse import SplitResult, urlsplit

from flask import request


def way_back() -> str:
    """The page of ours that a form names as the one it stood on (`back`), else the main page."""
    back = urlsplit(request.form.get("back", "/"))
    local = not back.scheme and not back.netloc and back.path.startswith("/") and "\\" not in back.path
    return _local(back) if local and not back.path.startswith("//") else "/"


def this_page() -> str:
    """What is shown now, as an address to come back to: of a form that is shown again with its errors, its own."""
    can_be_opened = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    if request.method == "GET" or can_be_opened:
        return request.full_path.rstrip("?")
    return page_of_the_form() or "/"


def page_of_the_form() -> str | None:
    """The page of ours that the browser says it comes from."""
    came_from = urlsplit(request.referrer or "")
    return _local(came_from) if came_from.netloc == request.host else None


def _local(address: SplitResult) -> str:
    return address.path + (f"?{address.query}" if address.query else "")
