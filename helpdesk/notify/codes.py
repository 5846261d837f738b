"""Twilio's error codes as data: what each means for us. Source: Twilio's error dictionary, November 2026.

An unknown code gets one more try, while the alert goes on over the next channel.
"""

from helpdesk.models.codes import AttemptState
from helpdesk.notify.parcel import Decision

DECISIONS: dict[str, Decision] = {
    "11200": Decision.CONFIGURATION,  # our webhook did not answer, or not with TwiML
    "11205": Decision.CONFIGURATION,
    "12100": Decision.CONFIGURATION,
    "12200": Decision.CONFIGURATION,
    "20003": Decision.CONFIGURATION,  # credentials
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
    "21608": Decision.CONFIGURATION,  # trial account: verified numbers only
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
    return DECISIONS.get(code, Decision.ONCE_MORE)
