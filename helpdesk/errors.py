"""The project's named exceptions."""


class InvalidPhoneNumber(ValueError):  # noqa: N818
    """A text that cannot be used as somebody's number.

    `code` is stable and says why, so that a page can choose the sentence: "empty", "not_a_number",
    "emergency", "premium", "extension", "short", "invalid". The number itself is kept out of the
    message, because messages end up in logs.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"unusable phone number: {code}")
        self.code = code


class NeverDue(ValueError):  # noqa: N818
    """No due time exists: the clock is paused with no end, or the calendar never opens long enough."""
