"""What the SDK loads late would stand between the claim of the first alert and its POST."""

import subprocess
import sys

LATE = "import sys, helpdesk.notify.twilio as t; before = set(sys.modules); c = t.Client('AC1', 'x'); c.messages, c.calls"


def test_nothing_of_the_sdk_is_left_to_load_at_the_first_message():
    loaded = f"{LATE}; print(*(set(sys.modules) - before))"
    assert (
        subprocess.run([sys.executable, "-W", "ignore", "-c", loaded], capture_output=True, check=True).stdout
        == b"\n"
    )
