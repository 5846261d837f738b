"""The vocabulary: stable codes that stand in the database. Words for them are chosen in helpdesk/labels.py."""

from enum import IntEnum, StrEnum


class UnitKind(StrEnum):
    OFFICE = "office"
    SCHOOL = "school"
    KINDERGARTEN = "kindergarten"
    NURSERY = "nursery"
    LIBRARY = "library"
    CULTURE_CENTRE = "culture_centre"
    MUSEUM = "museum"
    SPORTS_CENTRE = "sports_centre"
    SPORTS_CLUB = "sports_club"
    FIRE_BRIGADE = "fire_brigade"
    SOCIAL_WELFARE = "social_welfare"
    HEALTH_CENTRE = "health_centre"
    UTILITIES = "utilities"
    VILLAGE = "village"
    ASSOCIATION = "association"
    OTHER = "other"


class RoleName(StrEnum):
    REPORTER = "reporter"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    MANAGER = "manager"


STAFF = (RoleName.ADMINISTRATOR, RoleName.MANAGER)  # they see the desk


class ContactKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"


class ContactTrouble(StrEnum):
    """Why somebody gets nothing at a number or address."""

    MISSING = "missing"  # there is none
    NOT_PROVEN = "not_proven"  # no code that was sent there has come back
    BROKEN = "broken"  # the provider says that it is dead
    STOPPED = "stopped"  # the person sent STOP: no SMS, calls only


class ProfileRight(StrEnum):
    """The right of a Facebook profile to publish without approval."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REVOKED = "revoked"


class Category(StrEnum):
    HELD_POST = "held_post"
    HATE = "hate"
    HATE_SPEECH = "hate_speech"
    RULE_VIOLATION = "rule_violation"
    MISLEADING = "misleading"
    PUBLISHING_TROUBLE = "publishing_trouble"
    PROFILE_PERMISSION = "profile_permission"
    PUBLICATION_REQUEST = "publication_request"
    OTHER = "other"


class Priority(StrEnum):
    URGENT = "urgent"
    NORMAL = "normal"


class TicketStatus(StrEnum):
    NEW = "new"  # nobody has taken it
    ACKNOWLEDGED = "acknowledged"  # an administrator said "I have it"
    IN_PROGRESS = "in_progress"  # staff answered or works on it
    WAITING = "waiting"  # the unit owes an answer; clocks pause
    RESOLVED = "resolved"  # done, the reporter may reopen
    CLOSED = "closed"  # final


OPEN_STATUSES = (
    TicketStatus.NEW,
    TicketStatus.ACKNOWLEDGED,
    TicketStatus.IN_PROGRESS,
    TicketStatus.WAITING,
)


class TicketSource(StrEnum):
    FORM = "form"  # signed in
    LINK = "link"  # the unit's secret link
    API = "api"
    EMAIL = "email"
    PHONE = "phone"
    SMS = "sms"


class EventKind(StrEnum):
    """What happened to a ticket; the timeline."""

    OPENED = "opened"
    ALERTED = "alerted"  # a step of the escalation was started
    STEP_EMPTY = "step_empty"  # a step had nobody to alert and was skipped
    ATTEMPT = "attempt"  # something became of one SMS, call or mail
    ACKNOWLEDGED = "acknowledged"
    PASSED_ON = "passed_on"  # the alerted person cannot take it
    ASSIGNED = "assigned"
    REPLIED = "replied"  # public answer of staff
    REPORTER_WROTE = "reporter_wrote"
    NOTED = "noted"  # internal note
    ATTACHED = "attached"
    PRIORITY_CHANGED = "priority_changed"
    WAITING = "waiting"
    RESUMED = "resumed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    REMINDED = "reminded"
    BREACHED = "breached"
    HOTLINE = "hotline"  # something in a call to the units' number; the event says which
    MOVED = "moved"  # to another unit
    ENOUGH = "enough"  # no further people are needed
    ASKED_AGAIN = "asked_again"  # whoever has it wrote nothing for long
    STILL_HELD = "still_held"  # they said that they have it
    ACK_EXPIRED = "ack_expired"  # they did not, or gave it back: somebody else is looked for
    HANDED_OVER = "handed_over"  # a named person is alerted to take it
    CATEGORY_CHANGED = "category_changed"
    MERGED = "merged"  # two reports of one problem; the event says which was merged into which
    PARTICIPANT = "participant"  # somebody in copy was named, added or taken off


class ParticipantState(StrEnum):
    """Somebody in copy of a ticket."""

    OFFERED = "offered"  # a mail names them, and we do not know them: staff decide
    IN = "in"  # they get the answers
    OUT = "out"  # taken off, or not let in


class MessageKind(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


class RotationKind(StrEnum):
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class HolidayRule(StrEnum):
    """What a layer of a schedule does on a Polish public holiday."""

    AS_USUAL = "as_usual"
    OFF = "off"  # the layer rests: whatever lies beneath it counts
    WHOLE_DAY = "whole_day"  # it covers the day from midnight to midnight


class OverrideKind(StrEnum):
    """How a change of the plan for a span works."""

    REPLACE = "replace"  # one comes in for the other; for everybody, where nobody is named
    ADD = "add"  # one more person is on duty
    REMOVE = "remove"  # one person is not; the layer beneath counts


class SwapState(StrEnum):
    """A shift that somebody offers to another person, or to all."""

    OFFERED = "offered"  # nothing has changed yet
    ACCEPTED = "accepted"  # the plan follows it
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # before anybody took it, or because it was not needed any more
    UNDONE = "undone"  # after it was accepted: what has not been served goes back


class WarningKind(StrEnum):
    """What will go wrong with the duty unless somebody acts."""

    UNCOVERED = "uncovered"  # nobody is on duty
    UNREACHABLE = "unreachable"  # somebody is whose phone gets nothing, or no SMS
    COVER_OPEN = "cover_open"  # a shift is offered, nobody has taken it and it is near
    TWO_ABSENT = "two_absent"  # several people of one schedule are away at once
    TWO_DUTIES = "two_duties"  # somebody is on duty in two schedules at once
    ALONE = "alone"  # one person has all of it: nobody is next


class StepTarget(StrEnum):
    ON_CALL = "on_call"  # whoever the schedule says
    NEXT_ON_CALL = "next_on_call"  # whoever takes over the duty after them
    USER = "user"
    PEOPLE = "people"  # several, named one by one
    ADMINISTRATORS = "administrators"
    MANAGERS = "managers"


class EscalationState(StrEnum):
    OPEN = "open"  # somebody must still be reached
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"  # ended without need: resolved, lowered to normal


class Channel(StrEnum):
    SMS = "sms"
    VOICE = "voice"
    EMAIL = "email"


class Lane(IntEnum):
    """Smaller goes first; an urgent alert never waits behind notices."""

    ALERT = 0
    SECURITY = 1  # sign-in codes: a person is waiting
    REPLY = 2  # one person's own ticket
    NOTICE = 3


class AttemptState(StrEnum):
    """One SMS, call or mail, from intention to outcome. Only forward (DELIVERY rule 3)."""

    DUE = "due"  # wanted at due_at
    SENDING = "sending"  # a worker holds the lease and talks to the provider
    ACCEPTED = "accepted"  # the provider has it
    SENT = "sent"  # left the provider; a phone is ringing
    DELIVERED = "delivered"  # on the handset, in the mailbox; a call: a digit was pressed
    UNDELIVERED = "undelivered"  # did not arrive; a call: busy, no answer, ended without a digit
    FAILED = "failed"  # refused by the provider
    EXPIRED = "expired"  # no longer useful when its turn came
    CANCELLED = "cancelled"  # moot before it was sent
    UNKNOWN = "unknown"  # nobody can say whether the provider has it: to be reconciled


class AttemptMoment(StrEnum):
    """What happens in the life of an SMS, call or mail besides the states of its attempt."""

    PICKED_UP = "picked_up"  # a call: by a person or a voicemail, nobody can tell
    PRESSED = "pressed"  # a call: a key that answered nothing; the event says which
    UNCONFIRMED = "unconfirmed"  # an SMS or mail: "delivered" was not heard in time, the alert went on


# Why an attempt of unknown fate was given up (`error_text`): what asking the provider about it brought.
NOT_FOUND, NOT_ASKED = IN_DOUBT = "not_found", "not_asked"
FINAL_ATTEMPT_STATES = (
    AttemptState.DELIVERED,
    AttemptState.UNDELIVERED,
    AttemptState.FAILED,
    AttemptState.EXPIRED,
    AttemptState.CANCELLED,
)


class NotificationEvent(StrEnum):
    """Why a message is sent; each has its templates in templates/messages/<event>.<part>."""

    ALERT = "alert"  # urgent, to whoever the step names: answer 1
    NEW_TICKET = "new_ticket"  # normal, to the administrators
    TAKEN = "taken"  # to others alerted: somebody has it
    TAKEN_REPORTER = "taken_reporter"  # to the reporter: who has it
    RECEIPT = "receipt"
    REPLY = "reply"  # staff answered, to the reporter
    REPORTER_WROTE = "reporter_wrote"  # to the assignee
    RESOLVED = "resolved"  # to the reporter
    REOPENED = "reopened"  # to the assignee
    ASSIGNED = "assigned"
    PRIORITY_LOWERED = "priority_lowered"
    REMINDER = "reminder"  # SLA share used up
    BREACH = "breach"
    SIGN_IN_CODE = "sign_in_code"
    SMS_ANSWER = "sms_answer"  # to whoever texted us, where the response cannot carry it, or took a ticket by a key
    CONTACT_BROKEN = "contact_broken"  # to the person and the managers: a number or address does not work
    TEST_ALERT = "test_alert"  # the weekly try, to the next person on duty
    TEST_MISSED = "test_missed"  # to the managers: nobody confirmed it
    COVER_WANTED = "cover_wanted"  # somebody's duty is offered to the reader
    SWAP_ANSWERED = "swap_answered"  # to both: what became of an offer
    DUTY_REMINDER = "duty_reminder"  # to the person, the evening before and at the start of a shift
    DUTY_UNCONFIRMED = "duty_unconfirmed"  # to the managers: whoever is on duty has not confirmed it
    DUTY_WARNING = "duty_warning"  # to the managers: what will go wrong with the duty unless they act
    CONTACT_CODE = "contact_code"  # proves that a number or address is the person's
    STILL_YOURS = "still_yours"  # to whoever has an urgent ticket and wrote nothing for long
    MERGED = "merged"  # to the reporter: in which ticket the matter goes on
    MONTHLY_REPORT = "monthly_report"  # to the coordinators, with the PDF
    DIGEST = "digest"  # reminders and breaches of normal tickets, gathered for a person
    MAIL_ANSWER = "mail_answer"  # to whoever mailed us and is not known, or has no contract: once
    URGENT_QUESTION = "urgent_question"  # to whoever seems to have sent a mail that cries "urgent"


class CircuitState(StrEnum):
    """Whether a provider is used."""

    CLOSED = "closed"  # all is well
    OPEN = "open"  # it fails: the next provider of the channel is used, where there is one
    HALF_OPEN = "half_open"  # it answers again: the next notice tries it


class SlaTargetKind(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    FIRST_RESPONSE = "first_response"
    RESOLVE = "resolve"


class ClockCause(StrEnum):
    """Why a clock of a ticket was worked out anew; stands in the ledger."""

    FILED = "filed"
    PAUSED = "paused"
    RESUMED = "resumed"
    MET = "met"
    BREACHED = "breached"
    PRIORITY = "priority"  # it became urgent, or normal
    CATEGORY = "category"
    REOPENED = "reopened"
    MERGED = "merged"  # into another ticket: it stops and never breaches
    POLICY = "policy"  # the targets were edited, or another policy holds
    CALENDAR = "calendar"  # its hours or closed days were edited
    MOVED = "moved"  # to another unit


class ReminderRecipient(StrEnum):
    """Whom a reminder goes to."""

    HOLDER = "holder"  # whoever has the ticket; whoever is on duty while nobody has it
    ON_CALL = "on_call"
    ADMINISTRATORS = "administrators"
    MANAGERS = "managers"


class AckVia(StrEnum):
    SMS = "sms"
    VOICE = "voice"
    PAGE = "page"
    EMAIL = "email"
    API = "api"


class InboundKind(StrEnum):
    SMS = "sms"
    CALL = "call"


class MailState(StrEnum):
    """What became of a mail that came in."""

    TAKEN = "taken"  # it is in its ticket, or opened it
    AUTOMATIC = "automatic"  # a program wrote it: attached where it belongs, answered by nobody
    BOUNCE = "bounce"  # it tells that a mail of ours did not arrive
    HELD = "held"  # in quarantine: a manager decides
    REFUSED = "refused"  # a manager decided against it
    DROPPED = "dropped"  # our own came back, or what concerns nothing of ours
    BROKEN = "broken"  # the program could not take it: for a developer


class HotlineState(StrEnum):
    """How far a call to the units' number has come."""

    MENU = "menu"  # the caller is greeted and asked
    RINGING = "ringing"  # somebody on duty is being rung
    CONNECTED = "connected"  # somebody pressed 1 and talks with the caller
    RECORDING = "recording"  # nobody took it: the caller leaves a message
    OVER = "over"


class RecordingState(StrEnum):
    """The message that a caller left."""

    NONE = "none"
    AWAITED = "awaited"  # the provider has it or will have it; it is fetched from there
    STORED = "stored"  # it lies with the ticket
    LOST = "lost"  # the provider does not have it


class HotlineMoment(StrEnum):
    """What happens in a call to the units' number."""

    CALLED_AGAIN = "called_again"  # about the same matter
    RINGING = "ringing"  # at those whom the event names
    PASSED = "passed"  # somebody pressed 2
    HUNG_UP = "hung_up"  # the caller, before anybody took the call
    NOBODY = "nobody"  # all were tried, the caller may leave a message
    MESSAGE = "message"  # it lies with the ticket
    LOST = "lost"  # the message cannot be had from the provider


class HotlineOutcome(StrEnum):
    """What became of ringing one person for a call to the units' number."""

    RINGING = "ringing"
    PICKED_UP = "picked_up"  # by a person or a voicemail: no key yet
    NO_KEY = "no_key"  # picked up, and nobody pressed anything
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CANCELLED = "cancelled"  # somebody else took it, or the caller hung up
    PASSED = "passed"  # pressed 2
    TOO_LATE = "too_late"  # pressed 1 when somebody else had it
    TAKEN = "taken"


class FigureKind(StrEnum):
    """What a summary of tickets is kept for."""

    HOUSE = "house"
    CATEGORY = "category"
    PRIORITY = "priority"
    CATEGORY_PRIORITY = "category_priority"
    MUNICIPALITY = "municipality"
    UNIT = "unit"
    ADMINISTRATOR = "administrator"
    MUNICIPALITY_CATEGORY = "municipality_category"
    MUNICIPALITY_ADMINISTRATOR = "municipality_administrator"


class Grain(StrEnum):
    """The span of a summary; its day is the first of it."""

    DAY = "day"
    MONTH = "month"


class ExportState(StrEnum):
    """Of a long file that the worker makes."""

    WAITING = "waiting"
    WRITING = "writing"
    READY = "ready"
    FAILED = "failed"
    REMOVED = "removed"  # it was ready; the file is gone, as all are after a day
