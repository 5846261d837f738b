"""The project's named exceptions."""

from collections.abc import Mapping


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


class HelpdeskError(Exception):
    """A rule of the field was broken. `code` is stable; pages choose the sentence for it (labels.ERRORS)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


class BadSetting(HelpdeskError):  # noqa: N818
    """A setting that the program cannot start with; the message is one sentence for its operator."""

    def __init__(self, sentence: str) -> None:
        super().__init__("bad_setting", sentence)


class MailboxError(HelpdeskError):
    """A mailbox cannot be fetched from. `code`: "unreachable", "certificate", "token" (the company gives none),
    "refused" (user, password or token), "folder", "lost" (the connection), "unreadable" (one mail). The
    detail holds no secret."""


class NotAllowed(HelpdeskError):  # noqa: N818
    """The ticket's state or the person's role forbids the change, e.g. "not_open", "reason_required"."""


def refuse(reasons: Mapping[str, bool]) -> None:
    """Raises NotAllowed with the first code that holds."""
    code = next((code for code, holds in reasons.items() if holds), None)
    if code is not None:
        raise NotAllowed(code)


class NotFound(HelpdeskError):  # noqa: N818
    """It does not exist, or this person must not know that it does."""


class NoContract(HelpdeskError):  # noqa: N818
    """The unit's municipality has no valid contract."""

    def __init__(self) -> None:
        super().__init__("no_contract")


class BadUpload(HelpdeskError):  # noqa: N818
    """A file that is refused: "too_large", "wrong_type", "empty", "too_many", "not_stored"."""


class BadToken(HelpdeskError):  # noqa: N818
    """A link that is forged or has expired."""

    def __init__(self, code: str = "bad_token") -> None:
        super().__init__(code)
