"""Why an SMS, a call or a mail did not arrive, in words; the codes are the provider's own."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.models import Attempt
from helpdesk.models.codes import AttemptState, Channel, NotificationEvent

# What a message was about.
EVENTS: dict[NotificationEvent, LazyString] = {
    NotificationEvent.ALERT: _l("alert"),
    NotificationEvent.NEW_TICKET: _l("new ticket"),
    NotificationEvent.TAKEN: _l("somebody has it"),
    NotificationEvent.TAKEN_REPORTER: _l("to the reporter: who has it"),
    NotificationEvent.RECEIPT: _l("receipt"),
    NotificationEvent.REPLY: _l("reply"),
    NotificationEvent.REPORTER_WROTE: _l("the reporter wrote"),
    NotificationEvent.RESOLVED: _l("resolved"),
    NotificationEvent.REOPENED: _l("reopened"),
    NotificationEvent.ASSIGNED: _l("assigned"),
    NotificationEvent.STILL_YOURS: _l("Question whether it is still theirs"),
    NotificationEvent.PRIORITY_LOWERED: _l("no longer urgent"),
    NotificationEvent.MERGED: _l("merged into another ticket"),
    NotificationEvent.URGENT_QUESTION: _l("question whether it is urgent"),
    NotificationEvent.MAIL_ANSWER: _l("answer to a mail"),
    NotificationEvent.REMINDER: _l("reminder"),
    NotificationEvent.BREACH: _l("time exceeded"),
    NotificationEvent.DIGEST: _l("tickets near their deadlines or late"),
    NotificationEvent.SIGN_IN_CODE: _l("sign-in code"),
    NotificationEvent.SMS_ANSWER: _l("answer to an SMS or a key"),
    NotificationEvent.CONTACT_BROKEN: _l("a contact does not work"),
    NotificationEvent.TEST_ALERT: _l("test alert"),
    NotificationEvent.TEST_MISSED: _l("test alert not confirmed"),
    NotificationEvent.DUTY_WARNING: _l("warnings about the duty"),
    NotificationEvent.CONTACT_CODE: _l("code for a number or address"),
}

_OUR_SETTINGS = _l("our settings at the provider are wrong; an alarm was raised")
_SUSPENDED = _l("our account at the provider is closed or suspended; an alarm was raised")
_TRIAL = _l("a trial account of Twilio reaches verified numbers only; an alarm was raised")
_NO_SUCH_NUMBER = _l("there is no such number")
_LANDLINE = _l("a landline: it takes calls, not SMS")
_STOPPED = _l("the person switched our SMS off (STOP)")
_TOO_MANY = _l("too many messages at once")
_TOO_LATE = _l("it was too late to be delivered")
_TEXT = _l("SMSAPI does not take this text")

CODES: dict[str, LazyString] = {
    "401": _OUR_SETTINGS,
    "403": _SUSPENDED,
    "20003": _OUR_SETTINGS,
    "20005": _SUSPENDED,
    "20404": _OUR_SETTINGS,
    "20429": _TOO_MANY,
    "21211": _NO_SUCH_NUMBER,
    "21217": _NO_SUCH_NUMBER,
    "21219": _TRIAL,
    "21608": _TRIAL,
    "21610": _STOPPED,
    "21611": _l("the provider's queue was full"),
    "21612": _l("our sender cannot reach this number"),
    "21614": _LANDLINE,
    "21635": _LANDLINE,
    "30001": _l("the provider's queue was full"),
    "30003": _l("the phone was off or out of range"),
    "30004": _l("the phone blocks our messages"),
    "30005": _l("the number is not in use"),
    "30006": _LANDLINE,
    "30007": _l("the operator filtered the message"),
    "30008": _l("the operator gave no reason"),
    "30036": _TOO_LATE,
    # SMSAPI
    "11": _TEXT,
    "12": _TEXT,
    "13": _l("SMSAPI does not send to this number"),
    "17": _TEXT,
    "52": _l("too many messages to this number"),
    "57": _l("SMSAPI does not send to this number"),
    "59": _STOPPED,
    "76": _TEXT,
    "94": _l("a link in the text; SMSAPI wants none"),
    "96": _l("SMSAPI does not send to this number"),
    "112": _l("SMSAPI does not send to this number"),
    "200": _l("SMSAPI did not take the message"),
    "201": _l("an error inside SMSAPI; being checked"),
    "202": _TOO_MANY,
    "203": _TOO_MANY,
    "429": _TOO_MANY,
    "999": _l("an error inside SMSAPI; being checked"),
    "EXPIRED": _TOO_LATE,
    "UNDELIVERED": _l("the operator gave no reason"),
    "REJECTED": _l("the operator refused the message"),
    "FAILED": _l("SMSAPI could not send the message"),
    "STOP": _l("stopped at SMSAPI by hand"),
}
# Our own reasons, where no provider gave one.
OURS: dict[str, LazyString] = {
    "account": _SUSPENDED,
    "connect": _l("there was no connection to the provider"),
    "disconnected": _l("the connection to the mail server broke"),
    **dict.fromkeys(("doubtful", "not_asked"), _l("whether it was sent is not known")),
    "internal": _l("an error in our program; see the log"),
    "lease_expired": _l("the program stopped while sending; being checked"),
    "library": _l("an error in our program; see the log"),
    "no_answer": _l("the provider did not answer"),
    "not_found": _l("the provider does not have it"),
    "certificate": _l("the mail server's certificate is not valid"),
    "no_person": _l("the address is that of a program, or our own"),
    "not_supported": _l("the mail server does not take our way of sending"),
    "unreadable": _l("the provider's answer could not be read"),
}
# What HTTP says; to a mail server these numbers mean something else.
OF_HTTP: dict[str, LazyString] = dict.fromkeys(("500", "502", "504", "20500"), _l("an error at the provider")) | (
    dict.fromkeys(("503", "20503"), _l("the provider was out of service for a moment"))
)
# Why a mail came back (RFC 3463); any other code says that the recipient's server did not want it.
_NO_MAILBOX = _l("there is no such mailbox")
_NO_DOMAIN = _l("no mail server takes mail for this address")
_MAILBOX_CLOSED = _l("the mailbox is switched off")
_MAILBOX_FULL = _l("the mailbox is full")
_NOT_IN_TIME = _l("no mail server took it in time")
_TOO_LARGE = _l("the mail is too large for the recipient")
OF_BOUNCES: dict[str, LazyString] = {
    "4.2.2": _MAILBOX_FULL,
    "4.4.1": _NOT_IN_TIME,
    "4.4.7": _NOT_IN_TIME,
    "5.1.0": _NO_MAILBOX,
    "5.1.1": _NO_MAILBOX,
    "5.1.2": _NO_DOMAIN,
    "5.1.3": _l("the address is not written like one"),
    "5.1.6": _l("the mailbox has moved"),
    "5.1.10": _NO_MAILBOX,
    "5.2.0": _MAILBOX_CLOSED,
    "5.2.1": _MAILBOX_CLOSED,
    "5.2.2": _MAILBOX_FULL,
    "5.2.3": _TOO_LARGE,
    "5.3.4": _TOO_LARGE,
    "5.4.4": _NO_DOMAIN,
    "5.4.7": _NOT_IN_TIME,
}
_OTHER_BOUNCE = _l("the recipient's mail server refused it")
# What became of a call.
CALLS: dict[str, LazyString] = {
    "busy": _l("the line was busy"),
    "no-answer": _l("nobody answered"),
    "canceled": _l("the call was cancelled"),
    "failed": _l("the call could not be connected"),
    "completed": _l("answered, but no key was pressed"),
    "not_taken": _l("ended, and nobody took the ticket in it"),
}
BOUNCED = "bounced"  # the status that a mail gets which came back
_MISSED = (AttemptState.UNDELIVERED, AttemptState.FAILED, AttemptState.UNKNOWN, AttemptState.EXPIRED)


def why_not(attempt: Attempt) -> LazyString | str:
    """The reason as a short phrase; the provider's own text only for a code without words; "" if it arrived."""
    if attempt.state not in _MISSED:
        return ""
    code = attempt.error_code
    call = CALLS.get(attempt.provider_status) if attempt.channel is Channel.VOICE else None
    if attempt.provider_status == BOUNCED:
        return OF_BOUNCES.get(code, _OTHER_BOUNCE)
    http = OF_HTTP.get(code) if attempt.channel is not Channel.EMAIL else None
    return OURS.get(attempt.error_text) or OURS.get(code) or CODES.get(code) or http or call or attempt.error_text


def providers_code(attempt: Attempt) -> str:
    """The code as the provider knows it; "" for our own reasons, which have words alone."""
    return "" if attempt.error_code in OURS else attempt.error_code
