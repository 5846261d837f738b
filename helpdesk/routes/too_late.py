"""A form that came after its person was signed out, here or in another window: nothing is done, nothing written is
lost."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.routes.way_back import page_of_the_form

SECRET = ("password", "code", "token", "secret")  # fields with such a word in their name are not shown again


def form_too_late(*, is_signed_out: bool) -> ResponseReturnValue:
    """The way back to the page of the form, over the sign-in for whom is signed out, and what was written."""
    page = render_template(
        "too_late.html", is_signed_out=is_signed_out, back=page_of_the_form() or "/", written=_written()
    )
    return page, 400


def _written() -> list[str]:
    """Values of more than one word. Choices, numbers and secrets are quickly given again."""
    typed = [value.strip() for name, value in request.form.items() if not any(word in name for word in SECRET)]
    return [value for value in typed if len(value.split()) > 1]
