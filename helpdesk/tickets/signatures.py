"""What stands under the mails to the units of a municipality."""

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Municipality, User
from helpdesk.users import require_manager


def find_municipality(municipality_id: int) -> Municipality:
    """Raises NotFound: there is none."""
    place = db.session.get(Municipality, municipality_id)
    if place is None:
        raise NotFound("not_found")
    return place


def change_signature(place: Municipality, text: str, by: User) -> None:
    """Mails that are sent from now on have it; empty for the name of the house.

    Raises:
        NotAllowed: "not_manager".
    """
    require_manager(by)
    before, place.mail_signature = place.mail_signature, text
    data = {"from": before, "to": text}
    subject = f"municipality:{place.id}"
    db.session.add(AuditEntry(user_id=by.id, action="mail_signature_changed", subject=subject, data=data))
