"""What the launcher adds to the requests of a worker, for the record; the program itself knows nothing of them."""

SENT = "X-Chaos-Sent"  # monotonic seconds, just before the first byte
CLAIMED = "X-Chaos-Claimed"  # monotonic seconds, just after the claim was committed
PID = "X-Chaos-Pid"
KILL = "X-Chaos-Kill"  # the name of a moment: kill the process when the message is stored, before the answer
