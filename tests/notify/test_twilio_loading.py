"""What the SDK loads late would stand between the claim of the first alert and its POST."""

import subprocess
import sys

LATE = """
import sys, helpdesk.notify.twilio as used
before = set(sys.modules)
used.Client("AC1", "token").messages, used.Client("AC1", "token").calls
print(*(set(sys.modules) - before))
"""


def test_nothing_of_the_sdk_is_left_to_load_at_the_first_message():
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", LATE], capture_output=True, check=True)
    assert ran.stdout.strip() == b""
