"""Whether a coordinator gets the monthly reports by mail, and the link in each that ends it."""

from helpdesk import tokens
from helpdesk.base import read_id
from helpdesk.errors import BadToken
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, User


def stop_token(user_id: int) -> str:
    """For the link; it never expires, as the mails do not."""
    return tokens.sign_words(tokens.STOP_REPORTS, str(user_id))


def reader_of(token: str) -> User:
    """Whose link it is.

    Raises:
        BadToken: not signed by us, or of nobody who is there.
    """
    user_id = read_id(tokens.read_words(tokens.STOP_REPORTS, token)[0])
    user = db.session.get(User, user_id) if user_id is not None else None
    if user is None:
        raise BadToken
    return user


def stop_mails(user: User) -> None:
    """The reports stay on their page."""
    if user.reports_by_mail:
        user.reports_by_mail = False
        _note(user, "report_mails_stopped")


def want_mails_again(user: User) -> None:
    if not user.reports_by_mail:
        user.reports_by_mail = True
        _note(user, "report_mails_wanted")


def _note(user: User, action: str) -> None:
    db.session.add(AuditEntry(user_id=user.id, action=action, subject=f"user:{user.id}"))
