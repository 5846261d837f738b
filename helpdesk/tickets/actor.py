"""Who does something to a ticket."""

from dataclasses import dataclass

from helpdesk.models import Ticket, User


@dataclass(frozen=True)
class Actor:
    """A person by the name that the timeline will show; `user_id` is None for people without an account."""

    name: str
    user_id: int | None = None
    is_reporter: bool = False


SYSTEM = Actor(name="")


def of_user(user: User) -> Actor:
    return Actor(name=user.name, user_id=user.id, is_reporter=not user.is_staff)


def of_reporter(ticket: Ticket) -> Actor:
    return Actor(name=ticket.reporter_name, user_id=ticket.reporter_user_id, is_reporter=True)
