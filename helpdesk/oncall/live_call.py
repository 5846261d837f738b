"""Whether a call to the units' number is just looking for somebody: its ticket's alert must not hurry then."""

from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import HotlineCall
from helpdesk.models.codes import HotlineState

LONGEST_SEARCH = timedelta(minutes=3)  # greeting, four turns of ringing, what is said to those who pick up
SEARCHING = (HotlineState.MENU, HotlineState.RINGING)


def is_looking_for_somebody(ticket_id: int) -> bool:
    """A call about the ticket is in its menu or ringing; not when nothing was heard of it for too long."""
    live = sa.exists().where(
        HotlineCall.ticket_id == ticket_id,
        HotlineCall.state.in_(SEARCHING),
        HotlineCall.heard_at > clock.now() - LONGEST_SEARCH,
    )
    return bool(db.session.scalar(sa.select(live)))
