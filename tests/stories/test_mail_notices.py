"""SMS notices of normal tickets, by mail or by the form: one for each, a burst in one, none at night."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Calendar, SlaTarget
from helpdesk.models.codes import Category, Priority, SlaTargetKind
from helpdesk.transaction import transaction
from tests.inbound.mails import arrives, raw_mail

JAN = "jan@modrzewie.test"
NIGHT = timedelta(hours=14)  # from 10:00 to midnight in Warsaw
MORNING = timedelta(hours=7, minutes=1)


@pytest.fixture(autouse=True)
def takes_mail(app, sim):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail_in_address="pomoc@helpdesk.test")


def comes(story, how, number=0):
    if how == "mail":
        ticket = arrives(raw_mail(JAN, Subject=f"Post {number}")).ticket
        story.passes()
        return ticket
    changes = {"priority": Priority.NORMAL, "category": Category.OTHER, "summary": f"Post {number}"}
    return story.files(story.cast.osp, story.cast.jan, **changes)


def promised(minutes):
    """A promise by day and night to take normal tickets."""
    always = db.session.scalars(sa.select(Calendar).filter_by(always_open=True)).one()
    kind = {"priority": Priority.NORMAL, "kind": SlaTargetKind.ACKNOWLEDGE}
    with transaction():
        target = db.session.scalars(sa.select(SlaTarget).filter_by(**kind)).one()
        target.minutes, target.calendar = minutes, always


@pytest.mark.parametrize("how", ["mail", "form"])
def test_the_one_on_duty_gets_one_sms_and_nobody_else_does(story, cast, how):
    ticket = comes(story, how)
    story.passes(minutes=30)
    assert [ticket.number in text for text in story.texts(cast.anna)] == [True]
    assert story.texts(cast.beata) == [] and story.calls(cast.anna) == []


def test_a_burst_is_one_notice_after_the_first(story, cast):
    tickets = [comes(story, how, n) for n, how in enumerate(("mail", "mail", "form", "mail", "mail"))]
    story.passes(minutes=5)
    first, rest = story.texts(cast.anna)
    assert tickets[0].number in first
    assert rest.startswith("4 nowe zgloszenia") and all(ticket.number in rest for ticket in tickets[1:])


@pytest.mark.parametrize("how", ["mail", "form"])
def test_at_night_it_waits_for_the_morning_and_comes_in_one(story, cast, how):
    clock.advance(NIGHT)
    for number in range(4):
        comes(story, how, number)
    story.passes(minutes=20)
    assert story.texts(cast.anna) == []
    clock.advance(MORNING)
    story.passes()
    assert [text[:17] for text in story.texts(cast.anna)] == ["4 nowe zgloszenia"]


@pytest.mark.parametrize("minutes", [120, 7 * 60 + 20], ids=["in the night", "just after it"])
def test_what_is_due_before_anybody_could_act_in_the_morning_does_not_wait(story, cast, minutes):
    promised(minutes)
    clock.advance(NIGHT)
    comes(story, "mail")
    assert len(story.texts(cast.anna)) == 1


def test_what_is_due_later_waits(story, cast):
    promised(9 * 60)
    clock.advance(NIGHT)
    comes(story, "mail")
    assert story.texts(cast.anna) == []
