"""Twilio's refusals as data: code, HTTP status, text. https://www.twilio.com/docs/api/errors"""

from collections.abc import Mapping

REFUSALS: Mapping[int, tuple[int, str]] = {
    20001: (400, "A parameter is invalid"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20005: (403, "Account not active"),
    20009: (409, "The resource is not complete yet"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too many requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    21201: (400, "No 'To' number is specified"),
    21205: (400, "Url parameter is required and must be valid; exactly one of Url and Twiml"),
    21210: (400, "The source phone number is not verified for your account"),
    21211: (400, "Invalid 'To' phone number"),
    21212: (400, "Invalid 'From' phone number"),
    21213: (400, "'From' phone number is required"),
    21214: (400, "The phone number you are attempting to call cannot be reached"),
    21215: (400, "Account not authorized to call this number: international permissions"),
    21216: (400, "Account not allowed to call this number"),
    21217: (400, "The phone number does not appear to be valid"),
    21220: (400, "Call is not in-progress. Cannot redirect"),
    21408: (400, "Permission to send an SMS has not been enabled for the region of the 'To' number"),
    21602: (400, "Message body is required"),
    21603: (400, "A 'From' phone number or a MessagingServiceSid is required"),
    21604: (400, "A 'To' phone number is required"),
    21606: (400, "The 'From' phone number is not a valid, message-capable number of your account"),
    21609: (400, "The 'StatusCallback' URL is not a valid URL"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "Message cannot be sent with the current combination of 'To' and 'From' parameters"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21624: (400, "Invalid validity period value"),
    21626: (400, "Invalid status callback event"),
    21701: (400, "The Messaging Service does not exist"),
    30409: (409, "The message could not be canceled: it is not scheduled"),
}


class RefusalError(Exception):
    """An answer of Twilio's other than yes; `code` is a key of REFUSALS."""

    def __init__(self, code: int, detail: str = "") -> None:
        self.code = code
        self.status, text = REFUSALS[code]
        self.text = f"{text}: {detail}" if detail else text
        super().__init__(f"{code}: {self.text}")

    def as_json(self) -> dict[str, object]:
        """The shape of every error of the REST API."""
        return {
            "code": self.code,
            "message": self.text,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
