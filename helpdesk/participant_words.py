"""Sentences about people in copy."""

from flask_babel import gettext as _

from helpdesk.models import TimelineEvent
from helpdesk.models.codes import ParticipantState


def participant(event: TimelineEvent) -> str:
    """Whom a mail named, or whom somebody of the staff added or took off."""
    data, who = event.data, event.actor_name
    name = f"{data['name']} <{data['address']}>" if data.get("name") else str(data.get("address"))
    state = data.get("state", ParticipantState.IN)
    if state == ParticipantState.OFFERED:
        return str(_("A mail names %(name)s in copy, from outside the unit: staff decide", name=name))
    if state == ParticipantState.OUT and data.get("was") == ParticipantState.OFFERED:
        return str(_("%(who)s left %(name)s out of the copies: nothing was sent there", who=who, name=name))
    if state == ParticipantState.OUT:
        return str(_("%(who)s took %(name)s off the copies", who=who, name=name))
    if not who:
        return str(_("A mail names %(name)s in copy: gets the answers from now on", name=name))
    return str(_("%(who)s added %(name)s: gets the answers from now on", who=who, name=name))
