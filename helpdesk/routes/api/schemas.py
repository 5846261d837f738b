"""What requests may say."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validates_schema

from helpdesk.models.codes import Category, Priority, TicketStatus
from helpdesk.routes.api.fields import (
    BIGGEST_ID,
    CODES,
    LINE,
    POLISH_NUMBER,
    TEXT,
    URL,
    Digits,
    EmailAddress,
    Input,
    Instant,
    Phone,
    Text,
    Whole,
    choice,
)

LONGEST_PAGE = 100
TICKET_CURSOR = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{6})?Z"
    r"_[0-9]{1,18}$"
)


class NewReporter(Input):
    """Who reports, with at least one way to answer."""

    name = Text(120, LINE, required=True, metadata={"example": "Jan Testowy"})
    phone = Phone(
        error_messages=CODES,
        metadata={
            "description": "E.164. Other ways of writing a number and foreign numbers are understood as well; "
            "emergency, premium-rate and short numbers are refused. Required for an urgent ticket.",
            "pattern": POLISH_NUMBER,
            "example": "+48500000012",
        },
    )
    email = EmailAddress(error_messages=CODES, metadata={"maxLength": 254, "example": "jan@modrzewie.test"})

    @validates_schema
    def can_be_answered(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data.get("phone") and not data.get("email"):
            raise ma.ValidationError("contact_required")


class NewTicket(Input):
    """A problem to report."""

    unit = Whole(1, BIGGEST_ID, required=True, metadata={"description": "Id from GET /units.", "example": 1})
    category = choice(Category, required=True, metadata={"example": "held_post"})
    priority = choice(Priority, required=True, metadata={"example": "urgent"})
    summary = Text(200, LINE, required=True, metadata={"example": "Wstrzymane ostrzeżenie o powodzi"})
    description = Text(5000, TEXT, load_default="", metadata={"example": "Post czeka na zatwierdzenie od 2:40."})
    post_url = Text(
        1000,
        URL,
        "wrong_format",
        metadata={
            "description": "Address of the post in question, http or https.",
            "example": "https://facebook.test/groups/1/posts/2",
        },
    )
    case_number = Text(
        60, LINE, metadata={"description": "The office's own number of the matter.", "example": "OR.0642.7.2026"}
    )
    reporter = fields.Nested(NewReporter, required=True, error_messages={**CODES, "type": "wrong_type"})

    @validates_schema
    def urgent_can_be_called(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("priority") is Priority.URGENT and not data.get("reporter", {}).get("phone"):
            raise ma.ValidationError({"reporter": {"phone": ["phone_required"]}})


def municipality_code() -> Text:
    return Text(
        4, "^[A-Za-z0-9]{1,4}$", "wrong_format", metadata={"description": "Code of its tickets' numbers, e.g. MOD."}
    )


class PageQuery(Input):
    limit = Digits(1, LONGEST_PAGE, load_default=50, metadata={"description": "Entries on a page."})


class TicketQuery(PageQuery):
    cursor = Text(
        60,
        TICKET_CURSOR,
        "wrong_format",
        load_default="",
        metadata={"description": "`next_cursor` of the page before; leave it out for the first page."},
    )
    status = choice(TicketStatus)
    priority = choice(Priority)
    category = choice(Category)
    unit = Digits(1, BIGGEST_ID, metadata={"description": "Unit id."})
    municipality = municipality_code()
    created_since = Instant(
        metadata={"description": "Tickets opened at this instant or later.", "example": "2026-03-11T00:00:00Z"}
    )


class UnitQuery(PageQuery):
    cursor = Digits(
        0,
        BIGGEST_ID,
        load_default=0,
        metadata={"description": "`next_cursor` of the page before; leave it out for the first page."},
    )
    municipality = municipality_code()


class ShiftQuery(Input):
    since = Instant(
        metadata={
            "description": "From when on; now without it. What is over a year away from now is left out.",
            "example": "2026-03-11T09:00:00Z",
        }
    )
    until = Instant(
        metadata={
            "description": "Up to when; 14 days later without it, 62 days later at most.",
            "example": "2026-03-25T09:00:00Z",
        }
    )
    schedule = Digits(1, BIGGEST_ID, metadata={"description": "Schedule id; all of them without it."})
