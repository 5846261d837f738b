"""Every error code of Twilio that we know how to answer has its row, and its row says the right thing."""

import pytest

from helpdesk.notify.codes import DECISIONS
from helpdesk.notify.parcel import Decision

OURS_TO_MEND = {Decision.CONFIGURATION}
NEVER_THERE_AGAIN = {Decision.PERMANENT}
ANOTHER_CHANNEL = {Decision.REFUSED}
ANOTHER_PROVIDER = {Decision.ELSEWHERE}
AGAIN = {Decision.TEMPORARY, Decision.ONCE_MORE}

# From Twilio's error dictionary.
EXPECTED = {
    "20003": OURS_TO_MEND,  # credentials
    "20005": OURS_TO_MEND,  # account closed or suspended
    "30002": OURS_TO_MEND,  # account suspended
    "20429": {Decision.TEMPORARY},  # too many requests, never processed
    "21211": NEVER_THERE_AGAIN,  # number invalid
    "21217": NEVER_THERE_AGAIN,
    "21210": OURS_TO_MEND,  # our number may not make calls
    "21212": OURS_TO_MEND,  # our sender or callback address
    "21606": OURS_TO_MEND,
    "21603": OURS_TO_MEND,
    "21609": OURS_TO_MEND,
    "21408": OURS_TO_MEND,  # country not enabled
    "21215": OURS_TO_MEND,
    "21219": OURS_TO_MEND,  # trial account
    "21608": OURS_TO_MEND,
    "21610": {Decision.OPTED_OUT},
    "21612": ANOTHER_PROVIDER,  # this sender cannot reach it
    "21614": ANOTHER_CHANNEL,  # landline
    "21635": ANOTHER_CHANNEL,
    "30006": ANOTHER_CHANNEL | NEVER_THERE_AGAIN,
    "21611": AGAIN,  # queue full
    "30001": AGAIN,
    "63038": OURS_TO_MEND,  # daily limit of the account
    "30003": AGAIN,  # handset off
    "30004": NEVER_THERE_AGAIN,  # blocked
    "30005": NEVER_THERE_AGAIN,  # unknown
    "30007": ANOTHER_PROVIDER,  # filtered: never the same text again
    "30008": AGAIN,  # unknown
    "30034": OURS_TO_MEND,  # sender not registered
    "30036": ANOTHER_CHANNEL,  # validity over
    "11200": OURS_TO_MEND,  # our webhook or TwiML
    "11205": OURS_TO_MEND,
    "12100": OURS_TO_MEND,
    "12200": OURS_TO_MEND,
}


@pytest.mark.parametrize("code", EXPECTED)
def test_a_known_code_has_its_row(code):
    assert DECISIONS[code] in EXPECTED[code]


def test_codes_are_written_as_twilio_reports_them():
    assert all(code.isdecimal() and len(code) == 5 for code in DECISIONS)
