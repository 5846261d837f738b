"""Where a message leads to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import current_app

from helpdesk import tokens
from helpdesk.config import settings
from helpdesk.models import Notification
from helpdesk.models.codes import NotificationEvent
from helpdesk.tickets.urgent_question import link_token

TO_TAKE = frozenset({NotificationEvent.ALERT, NotificationEvent.NEW_TICKET})
FOR_STAFF = frozenset(
    {
        NotificationEvent.ALERT,
        NotificationEvent.NEW_TICKET,
        NotificationEvent.REPORTER_WROTE,
        NotificationEvent.REOPENED,
        NotificationEvent.ASSIGNED,
        NotificationEvent.REMINDER,
        NotificationEvent.BREACH,
        NotificationEvent.TAKEN,
        NotificationEvent.STILL_YOURS,
        NotificationEvent.SMS_ANSWER,
    }
)
# Letters about the duty lead to the page where the reader can act on them.
PAGES = {
    NotificationEvent.COVER_WANTED: "cover.index",
    NotificationEvent.SWAP_ANSWERED: "cover.index",
    NotificationEvent.DUTY_REMINDER: "duty.now",
    NotificationEvent.DUTY_UNCONFIRMED: "cover.index",
    NotificationEvent.MONTHLY_REPORT: "reports.month",
    NotificationEvent.DIGEST: "desk.index",
}
# What the address of such a page needs, from the params of the letter.
PAGE_VALUES = {NotificationEvent.MONTHLY_REPORT: ("municipality_id", "month")}


def link_of(notification: Notification) -> str:
    """The address that the message leads to; empty where there is none."""
    ticket, event, user_id = notification.ticket, notification.event, notification.user_id
    if ticket is None:
        return _page_of(notification)
    if event in FOR_ONE and user_id is not None:
        return FOR_ONE[event](notification, ticket.id, user_id)
    if notification.params.get("participant"):
        # The reporter's own link is theirs; whoever has no account reads and answers by mail.
        return absolute("desk.ticket", number=ticket.number) if user_id is not None else ""
    if event in FOR_STAFF:
        return absolute("desk.ticket", number=ticket.number)
    return absolute("reporter.page", token=tokens.sign(tokens.TICKET_PAGE, ticket.id))


def absolute(endpoint: str, **values: Any) -> str:
    """The public address of a page; never taken from a request's Host, and there is none in the worker."""
    path = current_app.url_map.bind("public").build(endpoint, values)
    return settings().public_url + path


def _page_of(notification: Notification) -> str:
    page, values = PAGES.get(notification.event), PAGE_VALUES.get(notification.event, ())
    return absolute(page, **{name: notification.params[name] for name in values}) if page else ""


def _to_take(_notification: Notification, ticket_id: int, user_id: int) -> str:
    return absolute("ack.page", token=tokens.sign(tokens.ACK_LINK, ticket_id, user_id))


def _to_make_urgent(notification: Notification, ticket_id: int, user_id: int) -> str:
    asked_at = datetime.fromisoformat(notification.params["asked_at"])
    return absolute("urgent.page", token=link_token(ticket_id, user_id, asked_at))


# A page with a button, signed for the one person who may press it.
FOR_ONE: dict[NotificationEvent, Callable[[Notification, int, int], str]] = {
    **dict.fromkeys(TO_TAKE, _to_take),
    NotificationEvent.URGENT_QUESTION: _to_make_urgent,
}
