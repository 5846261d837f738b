"""Twilio's error codes as data: what each means for us. Source: Twilio's error dictionary, November 2026.

An unknown code is treated as temporary once, then the alert goes on over the next channel.
"""

from helpdesk.notify.parcel import Decision

DECISIONS: dict[str, Decision] = {
    "20003": Decision.CONFIGURATION,  # credentials
    "20404": Decision.CONFIGURATION,  # no such account or resource
    "20429": Decision.TEMPORARY,  # too many requests, never processed
    "21211": Decision.PERMANENT,  # number invalid
    "21217": Decision.PERMANENT,
    "21212": Decision.CONFIGURATION,  # our sender or callback address
    "21603": Decision.CONFIGURATION,
    "21606": Decision.CONFIGURATION,
    "21609": Decision.CONFIGURATION,
    "21215": Decision.CONFIGURATION,  # country not enabled
    "21408": Decision.CONFIGURATION,
    "21608": Decision.CONFIGURATION,  # trial account: verified numbers only
    "21610": Decision.OPTED_OUT,
    "21611": Decision.TEMPORARY,  # queue full
    "21612": Decision.REFUSED,  # this sender cannot reach it
    "21614": Decision.REFUSED,  # landline: voice still works
    "21635": Decision.REFUSED,
    "30001": Decision.TEMPORARY,  # queue overflow
    "30002": Decision.CONFIGURATION,  # account suspended
    "30003": Decision.TEMPORARY,  # handset off, out of range
    "30004": Decision.PERMANENT,  # blocked
    "30005": Decision.PERMANENT,  # unknown handset
    "30006": Decision.REFUSED,  # landline or unreachable carrier
    "30007": Decision.REFUSED,  # filtered by the carrier: never the same text again
    "30008": Decision.TEMPORARY,  # unknown
    "30034": Decision.CONFIGURATION,  # unregistered sender
    "30036": Decision.REFUSED,  # validity over
    "63038": Decision.CONFIGURATION,  # daily limit of the account
}


def decision_for(code: str) -> Decision:
    return DECISIONS.get(code, Decision.TEMPORARY)
