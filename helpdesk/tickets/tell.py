"""Tell the people of a ticket: the reporter, the administrators, the one who has it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import NotifyRule, Ticket, User
from helpdesk.models.codes import Channel, Lane, NotificationEvent, Priority, RoleName
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.people import address_of, people_with
from helpdesk.outbox import Letter
from helpdesk.phone import is_mobile
from helpdesk.quiet import when_awake
from helpdesk.tickets.participants import people_in_copy

TIME_TO_ACT = timedelta(minutes=30)  # what is due sooner after the night does not wait for its end


def reporter(ticket: Ticket, event: NotificationEvent, *, key: str, **params: Any) -> None:
    """By mail where there is an address; by SMS when it is urgent or there is no address."""
    ways = {Channel.EMAIL: ticket.reporter_email}
    phone = ticket.reporter_phone
    if phone and is_mobile(phone) and (ticket.is_urgent or not ticket.reporter_email):
        ways[Channel.SMS] = phone
    for channel, address in ways.items():
        if address:
            outbox.enqueue(
                Letter(
                    event=event,
                    channel=channel,
                    address=address,
                    dedupe_key=f"{event}:{ticket.id}:{key}:reporter:{channel}"[:120],
                    locale=ticket.locale,
                    lane=Lane.REPLY,
                    user_id=ticket.reporter_user_id,
                    ticket_id=ticket.id,
                    params=params,
                )
            )


def participants(ticket: Ticket, event: NotificationEvent, *, key: str, **params: Any) -> None:
    """Everybody in copy, each by a mail of their own: see docs/decisions/0017."""
    for person in people_in_copy(ticket):
        outbox.enqueue(
            Letter(
                event=event,
                channel=Channel.EMAIL,
                address=person.address,
                dedupe_key=f"{event}:{ticket.id}:{key}:copy:{person.id}"[:120],
                locale=person.user.locale if person.user else ticket.locale,
                lane=Lane.REPLY,
                user_id=person.user_id,
                ticket_id=ticket.id,
                params={**params, "participant": person.id},
            )
        )


def staff(ticket: Ticket, user: User, event: NotificationEvent, *, key: str, **params: Any) -> None:
    """One administrator by mail, and by a short SMS that waits for the end of the quiet hours unless urgent; of a
    normal ticket as the person wants it."""
    channels = (Channel.EMAIL, Channel.SMS) if ticket.is_urgent else notices_of(user)
    staff_over(channels, ticket, user, event, key=key, params=params)


def staff_over(
    channels: Iterable[Channel],
    ticket: Ticket,
    user: User,
    event: NotificationEvent,
    *,
    key: str,
    params: dict[str, Any],
) -> None:
    """As `staff`, over these channels."""
    for channel in channels:
        _staff_over(channel, ticket, user, event, key=key, params=params)


def administrators_of_new(ticket: Ticket) -> None:
    """A normal ticket: mail to all administrators (managers where there are none), SMS to whoever is on duty; as
    each of them wants it, but everybody gets the mail where nobody wants to hear of it."""
    people = people_with(RoleName.ADMINISTRATOR) or people_with(RoleName.MANAGER)
    schedule = duty.main_schedule()
    on_duty = duty.on_call(schedule, clock.now()) if schedule else []
    wanted = [(user, Channel.EMAIL) for user in people if Channel.EMAIL in notices_of(user)]
    wanted += [(user, channel) for user in on_duty for channel in notices_of(user)]
    for user, channel in dict.fromkeys(wanted) or [(user, Channel.EMAIL) for user in people]:
        _staff_over(channel, ticket, user, NotificationEvent.NEW_TICKET)


def notices_of(user: User) -> list[Channel]:
    """Over what the person hears of normal tickets: by mail and SMS, or what they have chosen of it, if it reaches
    them."""
    query = sa.select(NotifyRule.channel).filter_by(user_id=user.id, priority=Priority.NORMAL)
    chosen = [channel for channel in db.session.scalars(query) if address_of(user, channel)]
    return chosen or [Channel.EMAIL, Channel.SMS]


def _staff_over(
    channel: Channel,
    ticket: Ticket,
    user: User,
    event: NotificationEvent,
    *,
    key: str = "once",
    params: dict[str, Any] | None = None,
) -> None:
    address = address_of(user, channel)
    if address is None:
        return
    outbox.enqueue(
        Letter(
            event=event,
            channel=channel,
            address=address,
            dedupe_key=f"{event}:{ticket.id}:{key}:{user.id}:{channel}"[:120],
            locale=user.locale,
            lane=Lane.REPLY if ticket.is_urgent else Lane.NOTICE,
            user_id=user.id,
            ticket_id=ticket.id,
            params=params or {},
            due_at=_when(channel, ticket, user),
        )
    )


def _when(channel: Channel, ticket: Ticket, user: User) -> datetime:
    """Now, but no phone buzzes at night for what can wait until morning."""
    now = clock.now()
    if channel is Channel.EMAIL or ticket.is_urgent:
        return now
    awake = when_awake(user, now)
    is_too_late = ticket.next_due_at is not None and ticket.next_due_at < awake + TIME_TO_ACT
    return now if is_too_late else awake
