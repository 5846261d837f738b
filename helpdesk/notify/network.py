"""What an error of the network says about a request: certainly not received, or nobody knows."""

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NameResolutionError, NewConnectionError

from helpdesk.notify.parcel import Decision, DeliveryError

NOT_CONNECTED, UNANSWERED = "connect", "no_answer"
NEVER_CONNECTED = (NewConnectionError, ConnectTimeoutError, NameResolutionError)


def never_connected(error: Exception) -> bool:
    """Whether the request has certainly not reached anybody."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    inner = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    return isinstance(inner, MaxRetryError) and isinstance(inner.reason, NEVER_CONNECTED)


def unanswered(error: Exception) -> DeliveryError:
    """What it means for a message that a request about it got no answer."""
    if never_connected(error):
        return DeliveryError(Decision.TEMPORARY, NOT_CONNECTED, type(error).__name__)
    return DeliveryError(Decision.UNKNOWN, UNANSWERED, type(error).__name__)
