"""Letters about somebody's duty: a mail at once, and an SMS that leaves people asleep where it can."""

from datetime import datetime
from typing import Any

from helpdesk import clock, outbox
from helpdesk.models import User
from helpdesk.models.codes import Channel, Lane, NotificationEvent
from helpdesk.oncall.people import address_of
from helpdesk.outbox import Letter
from helpdesk.quiet import when_awake

BOTH = (Channel.EMAIL, Channel.SMS)


def write(
    user: User,
    event: NotificationEvent,
    *,
    key: str,
    params: dict[str, Any],
    by: datetime | None = None,
    expires_at: datetime | None = None,
    channels: tuple[Channel, ...] = BOTH,
) -> None:
    """Tell a person. The SMS waits for the end of their quiet hours, unless that would be after `by` (aware)."""
    now = clock.now()
    due = {Channel.EMAIL: now, Channel.SMS: _not_at_night(user, now, by)}
    for channel in channels:
        address = address_of(user, channel)
        if address is not None:
            outbox.enqueue(
                Letter(
                    event=event,
                    channel=channel,
                    address=address,
                    dedupe_key=f"{key}:{user.id}:{channel}",
                    locale=user.locale,
                    lane=Lane.REPLY,
                    user_id=user.id,
                    params=params,
                    due_at=due[channel],
                    expires_at=expires_at,
                )
            )


def _not_at_night(user: User, now: datetime, by: datetime | None) -> datetime:
    morning = when_awake(user, now)
    return now if by is not None and by <= morning else morning
