"""Twilio's error codes as data: what each means for us. Source: Twilio's error dictionary, November 2026.

An unknown code means what the HTTP status of its answer does. Where that says nothing either there is one more try,
while the alert goes on over the next channel.
"""

from helpdesk.models.codes import AttemptState
from helpdesk.notify.parcel import Decision

DECISIONS: dict[str, Decision] = {
    "11200": Decision.CONFIGURATION,  # our webhook did not answer, or not with TwiML
    "11205": Decision.CONFIGURATION,
    "12100": Decision.CONFIGURATION,
    "12200": Decision.CONFIGURATION,
    "20003": Decision.CONFIGURATION,  # credentials
    "20005": Decision.CONFIGURATION,  # account closed or suspended
    "20404": Decision.CONFIGURATION,  # no such account or resource
    "20429": Decision.TEMPORARY,  # too many requests, never processed
    "21211": Decision.PERMANENT,  # number invalid
    "21217": Decision.PERMANENT,
    "21210": Decision.CONFIGURATION,  # our number may not make calls
    "21212": Decision.CONFIGURATION,  # our sender or callback address
    "21603": Decision.CONFIGURATION,
    "21606": Decision.CONFIGURATION,
    "21609": Decision.CONFIGURATION,
    "21215": Decision.CONFIGURATION,  # country not enabled
    "21408": Decision.CONFIGURATION,
    "21219": Decision.CONFIGURATION,  # trial account: calls to verified numbers only
    "21608": Decision.CONFIGURATION,  # trial account: SMS to verified numbers only
    "21610": Decision.OPTED_OUT,
    "21611": Decision.TEMPORARY,  # queue full
    "21612": Decision.ELSEWHERE,  # this sender cannot reach it
    "21614": Decision.REFUSED,  # landline: voice still works
    "21635": Decision.REFUSED,
    "30001": Decision.TEMPORARY,  # queue overflow
    "30002": Decision.CONFIGURATION,  # account suspended
    "30003": Decision.ONCE_MORE,  # handset off, out of range
    "30004": Decision.PERMANENT,  # blocked
    "30005": Decision.PERMANENT,  # unknown handset
    "30006": Decision.REFUSED,  # landline or unreachable carrier
    "30007": Decision.ELSEWHERE,  # filtered by the carrier: never the same text again over this provider
    "30008": Decision.ONCE_MORE,  # unknown
    "30034": Decision.CONFIGURATION,  # unregistered sender
    "30036": Decision.REFUSED,  # validity over
    "63038": Decision.CONFIGURATION,  # daily limit of the account
}
BY_HTTP_STATUS: dict[str, Decision] = {
    "401": Decision.CONFIGURATION,
    "403": Decision.CONFIGURATION,  # account closed or suspended; or a proxy on the way
    "429": Decision.TEMPORARY,  # never processed
    "503": Decision.TEMPORARY,
}
# These refuse the whole account; "account" is our own word (twilio.probe).
CLOSES_ACCOUNT = frozenset({"401", "20003", "20005", "30002", "63038", "account"})
# Of an SMS that was taken: account suspended, its daily limit, a sender that is not registered. Not 30007: what a
# carrier filters is one text, and the others arrive.
TOLD_LATER = frozenset({"30002", "63038", "30034"})
TOO_MANY = frozenset({"429", "20429"})


# What Twilio calls a state of a message or a call, and what it is for us. An unknown one is only written down.
MESSAGE_STATES = {
    "accepted": AttemptState.ACCEPTED,
    "scheduled": AttemptState.ACCEPTED,
    "queued": AttemptState.ACCEPTED,
    "sending": AttemptState.ACCEPTED,
    "sent": AttemptState.SENT,
    "delivered": AttemptState.DELIVERED,
    "read": AttemptState.DELIVERED,
    "undelivered": AttemptState.UNDELIVERED,
    "failed": AttemptState.FAILED,
    "canceled": AttemptState.FAILED,
}
# "completed" does not mean that a human being answered: only a digit does, and that came before.
CALL_STATES = {
    "queued": AttemptState.ACCEPTED,
    "initiated": AttemptState.ACCEPTED,
    "ringing": AttemptState.SENT,
    "in-progress": AttemptState.SENT,
    "completed": AttemptState.UNDELIVERED,
    "busy": AttemptState.UNDELIVERED,
    "no-answer": AttemptState.UNDELIVERED,
    "canceled": AttemptState.UNDELIVERED,
    "failed": AttemptState.FAILED,
}


def decision_for(code: str) -> Decision:
    """`code` is Twilio's, or the HTTP status of an answer without one."""
    return DECISIONS.get(code) or BY_HTTP_STATUS.get(code, Decision.ONCE_MORE)


def known_as(status: int, code: int | None) -> str:
    """The code under which we know an answer other than yes: Twilio's own, or the HTTP status that says more."""
    theirs = str(code or status)
    return str(status) if theirs not in DECISIONS and str(status) in BY_HTTP_STATUS else theirs


def decision_for_answer(status: int, code: int | None) -> Decision:
    """What an answer other than yes means: nothing was created, or nobody knows (5xx)."""
    if status >= 500 and str(status) not in BY_HTTP_STATUS:
        return Decision.UNKNOWN
    return decision_for(known_as(status, code))
