"""Notices of normal tickets, as each of the staff wants them."""

from datetime import UTC, datetime, time

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import NotifyRule
from helpdesk.models.codes import Channel, Priority
from helpdesk.transaction import transaction

EVENING = datetime(2026, 3, 11, 19, 30, tzinfo=UTC)  # half past eight in Warsaw


def wants(user, *channels):
    with transaction():
        for channel in channels:
            db.session.add(NotifyRule(user_id=user.id, priority=Priority.NORMAL, channel=channel))


def test_own_quiet_hours_hold_a_notice_longer_than_those_of_the_house(story, cast):
    clock.freeze(EVENING)
    with transaction():
        cast.anna.quiet_from, cast.anna.quiet_until = time(20), time(9)
    story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    assert story.texts(cast.anna) == []
    clock.freeze(datetime(2026, 3, 12, 7, 59, tzinfo=UTC))
    story.passes()
    assert story.texts(cast.anna) == []
    story.passes(minutes=1)
    assert len(story.texts(cast.anna)) == 1


def test_quiet_hours_hold_no_alert(story, cast):
    with transaction():
        cast.anna.quiet_from, cast.anna.quiet_until = time(8), time(20)
    story.files(cast.osp, cast.jan)
    assert len(story.texts(cast.anna)) == 1


def test_whoever_wants_mail_alone_gets_no_sms_on_duty(story, cast):
    wants(cast.anna, Channel.EMAIL)
    story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    assert (len(story.subjects(cast.anna)), story.texts(cast.anna)) == (1, [])


def test_whoever_wants_sms_alone_gets_no_mail_and_the_others_do(story, cast):
    wants(cast.anna, Channel.SMS)
    story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    assert (story.subjects(cast.anna), len(story.texts(cast.anna))) == ([], 1)
    assert len(story.subjects(cast.beata)) == 1


def test_where_nobody_wants_to_hear_of_it_all_get_the_mail(story, cast):
    for user in (cast.beata, cast.celina, cast.dorota, cast.anna):
        wants(user, Channel.SMS)
    with transaction():
        db.session.delete(cast.schedule.rotations[0])
    story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    assert len(story.subjects(cast.beata)) == 1
