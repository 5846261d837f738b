"""What is done is closed after two weeks, and not before."""

from datetime import timedelta

from helpdesk import clock, jobs
from helpdesk.models.codes import TicketStatus
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.conversation import reply
from helpdesk.tickets.lifecycle import CLOSED_AFTER, resolve
from helpdesk.transaction import transaction


def resolved(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    with transaction():
        resolve(ticket, of_user(cast.anna))
    return ticket


def test_a_resolved_ticket_stays_resolved_for_a_while(story, cast):
    ticket = resolved(story, cast)
    jobs.close_resolved()
    assert story.state(ticket).status is TicketStatus.RESOLVED


def test_a_ticket_resolved_two_weeks_ago_is_closed(story, cast):
    ticket = resolved(story, cast)
    clock.advance(CLOSED_AFTER + timedelta(minutes=1))
    jobs.close_resolved()
    assert story.state(ticket).status is TicketStatus.CLOSED


def test_closing_words_and_the_news_that_it_is_resolved_are_one_message(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    with transaction():
        closing = reply(ticket, of_user(cast.anna), "Post jest widoczny.")
        resolve(ticket, of_user(cast.anna), closing=closing)
    story.passes()
    (news,) = [text for text in story.texts(cast.jan) if "rozwiaz" in text]
    assert "Post jest widoczny" in news
