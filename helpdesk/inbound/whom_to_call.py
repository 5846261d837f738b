"""Nobody can write down a number at night: who took a ticket by a key reads it in an SMS."""

from flask_babel import force_locale

from helpdesk import outbox
from helpdesk.inbound.taking import yours_words
from helpdesk.models import Ticket, User
from helpdesk.models.codes import Channel, Lane, NotificationEvent
from helpdesk.oncall.acknowledgement import Acknowledged
from helpdesk.oncall.people import address_of


def text_whom_to_call(ticket: Ticket, user: User, result: Acknowledged) -> None:
    number = address_of(user, Channel.SMS)
    if number is None:
        return
    with force_locale(user.locale):
        text = yours_words(ticket, result)
    outbox.enqueue(
        outbox.Letter(
            event=NotificationEvent.SMS_ANSWER,
            channel=Channel.SMS,
            address=number,
            dedupe_key=f"yours:{ticket.id}:{ticket.acknowledged_at}:{user.id}",
            locale=user.locale,
            lane=Lane.REPLY,
            user_id=user.id,
            ticket_id=ticket.id,
            params={"text": text},
        )
    )
