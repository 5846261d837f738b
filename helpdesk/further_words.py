"""Sentences about what happens to an urgent ticket after somebody took it."""

from flask_babel import gettext as _

from helpdesk.models import TimelineEvent


def enough(event: TimelineEvent) -> str:
    return str(_("No further people are needed, says %(who)s", who=event.actor_name))


def asked_again(event: TimelineEvent) -> str:
    return str(_("%(name)s is asked: still yours?", name=event.data.get("name")))


def still_held(event: TimelineEvent) -> str:
    return str(_("%(who)s still has it", who=event.actor_name))


def ack_expired(event: TimelineEvent) -> str:
    name = event.data.get("name")
    if event.data.get("reason") == "given_back":
        return str(_("%(name)s gave it back; somebody else is being looked for", name=name))
    if event.data.get("reason") == "raised":
        says = _(
            "%(name)s took it as a normal ticket; now that it is urgent somebody is being looked for", name=name
        )
        return str(says)
    return str(_("%(name)s did not answer; somebody is being looked for again", name=name))


def handed_over(event: TimelineEvent) -> str:
    to = event.data.get("to")
    return str(_("%(who)s hands it over to %(to)s, who is alerted", who=event.actor_name, to=to))
