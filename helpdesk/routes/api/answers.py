"""What the API answers: the shapes, for the document and for writing."""

from marshmallow import Schema, fields

from helpdesk.models.codes import Category, EventKind, Priority, TicketStatus, UnitKind
from helpdesk.routes.api.fields import Instant, choice

NUMBER = "MOD-2026-0042"
AT = "2026-03-11T09:00:00Z"
PAGE = "https://helpdesk.example/t/WzQyXQ.aa"


def _text(example: str) -> fields.String:
    return fields.String(required=True, metadata={"example": example})


def _instant(example: str | None = AT) -> Instant:
    return Instant(required=True, allow_none=True, metadata={"example": example})


class Due(Schema):
    """Promised times; null when the policy sets no such target or its clock is paused."""

    acknowledge = _instant("2026-03-11T09:15:00Z")
    first_response = _instant("2026-03-11T10:00:00Z")
    resolve = _instant("2026-03-11T13:00:00Z")


class FiledTicket(Schema):
    number = _text(NUMBER)
    status = choice(TicketStatus, required=True)
    priority = choice(Priority, required=True)
    due = fields.Nested(Due, required=True)
    url = fields.Url(
        required=True, metadata={"description": "The reporter's personal page; a secret.", "example": PAGE}
    )


class MunicipalityName(Schema):
    code = _text("MOD")
    name = _text("Modrzewie")


class UnitName(Schema):
    id = fields.Integer(required=True, metadata={"example": 1})
    name = _text("OSP Modrzewie")


class UnitEntry(UnitName):
    short_name = _text("OSP Modrzewie")
    kind = choice(UnitKind, required=True)
    municipality = fields.Nested(MunicipalityName, required=True)


class UnitPage(Schema):
    units = fields.List(fields.Nested(UnitEntry), required=True)
    next_cursor = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null on the last page.", "example": None}
    )


class TicketEntry(Schema):
    number = _text(NUMBER)
    status = choice(TicketStatus, required=True)
    priority = choice(Priority, required=True)
    category = choice(Category, required=True)
    summary = _text("Wstrzymane ostrzeżenie o powodzi")
    unit = fields.Nested(UnitName, required=True)
    municipality = fields.Nested(MunicipalityName, required=True)
    created_at = Instant(required=True, metadata={"example": AT})
    acknowledged_at = _instant()
    acknowledged_by = fields.String(
        required=True, allow_none=True, metadata={"description": "Name.", "example": "Anna Testowa"}
    )
    resolved_at = _instant(None)
    closed_at = _instant(None)
    due = fields.Nested(Due, required=True)


class TicketPage(Schema):
    tickets = fields.List(fields.Nested(TicketEntry), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "null on the last page.", "example": None}
    )


class TicketReporter(Schema):
    """Phone and e-mail are shown to administrators and managers; null for others."""

    name = _text("Jan Testowy")
    phone = fields.String(required=True, allow_none=True, metadata={"example": "+48500000012"})
    email = fields.String(required=True, allow_none=True, metadata={"example": "jan@modrzewie.test"})


class Event(Schema):
    at = Instant(required=True, metadata={"example": AT})
    kind = choice(EventKind, required=True)
    by = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Name; null for the helpdesk itself.", "example": "Jan Testowy"},
    )


class TicketDetail(TicketEntry):
    description = _text("Post czeka na zatwierdzenie od 2:40.")
    post_url = _text("https://facebook.test/groups/1/posts/2")
    case_number = _text("OR.0642.7.2026")
    reporter = fields.Nested(TicketReporter, required=True)
    timeline = fields.List(
        fields.Nested(Event),
        required=True,
        metadata={"description": "Oldest first, the latest 200 at most; internal events for staff only."},
    )


class Acknowledgement(Schema):
    number = _text(NUMBER)
    status = choice(TicketStatus, required=True)
    acknowledged_at = Instant(required=True, metadata={"example": AT})
    acknowledged_by = _text("Anna Testowa")
    is_first = fields.Boolean(
        required=True,
        metadata={"description": "Whether this request took the ticket; false: somebody had it.", "example": True},
    )


class Duty(Schema):
    name = _text("Anna Testowa")
    phone = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "For administrators and managers; null for others.", "example": None},
    )
    since = Instant(required=True, metadata={"example": AT})
    until = Instant(required=True, metadata={"example": "2026-03-12T07:00:00Z"})


class OnCall(Schema):
    """null where nobody is on duty."""

    now = fields.Nested(Duty, required=True, allow_none=True)
    next = fields.Nested(Duty, required=True, allow_none=True)


class PlannedShift(Duty):
    schedule = fields.Integer(required=True, metadata={"description": "Schedule id.", "example": 1})


class Gap(Schema):
    schedule = fields.Integer(required=True, metadata={"description": "Schedule id.", "example": 1})
    since = Instant(required=True, metadata={"example": AT})
    until = Instant(required=True, metadata={"example": "2026-03-12T07:00:00Z"})


class ScheduleName(Schema):
    id = fields.Integer(required=True, metadata={"example": 1})
    name = _text("Dyżur administratorów")
    time_zone = _text("Europe/Warsaw")


class ShiftPlan(Schema):
    """Shifts and gaps are cut to the span that the answer covers; what has passed is told as it was."""

    since = Instant(required=True, metadata={"example": AT})
    until = Instant(required=True, metadata={"example": "2026-03-25T09:00:00Z"})
    schedules = fields.List(fields.Nested(ScheduleName), required=True)
    shifts = fields.List(fields.Nested(PlannedShift), required=True)
    gaps = fields.List(
        fields.Nested(Gap), required=True, metadata={"description": "When nobody of a schedule is on duty."}
    )


class FieldProblem(Schema):
    field = _text("reporter.phone")
    code = fields.String(required=True, metadata={"description": "Stable.", "example": "phone_emergency"})
    detail = fields.String(required=True, metadata={"description": "A sentence in the language asked for."})


class ProblemDocument(Schema):
    """RFC 9457."""

    type = fields.String(required=True, metadata={"format": "uri", "example": "urn:helpdesk:problem:invalid"})
    title = fields.String(required=True, metadata={"description": "A sentence in the language asked for."})
    status = fields.Integer(required=True, metadata={"example": 422})
    code = fields.String(required=True, metadata={"description": "Stable.", "example": "invalid"})
    instance = fields.String(metadata={"description": "The incident's number in our log, of a 500."})
    errors = fields.List(fields.Nested(FieldProblem), metadata={"description": "What is wrong with which value."})
