"""Rule 8. An empty step is skipped at once and noted; an alert cannot end in silence."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import EscalationPolicy, PolicyStep
from helpdesk.models.codes import EventKind, StepTarget
from helpdesk.oncall.running_alerts import running
from helpdesk.sentences import sentence
from helpdesk.transaction import transaction
from tests.conftest import sign_in

STEP_MINUTES = 5


def steps_go_by(story, count):
    """Each at its time; nobody answers."""
    for _ in range(count):
        clock.advance(timedelta(minutes=STEP_MINUTES))
        story.passes()


def noted(story, ticket, kind):
    return [event for event in story.state(ticket).events if event.kind is kind]


@pytest.fixture
def unanswered(story, cast):
    """An alert that went through all its steps."""
    ticket = story.files(cast.osp, cast.jan)
    steps_go_by(story, 4)
    return ticket


@pytest.fixture
def pages(story, cast):
    """Every page of ours that an administrator can open without knowing more, by its address."""
    client = story.app.test_client()
    sign_in(client, cast.anna)
    rules = [rule for rule in story.app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    ours = [rule.rule for rule in rules if not rule.endpoint.startswith("security.")]

    def read():
        answers = {path: client.get(path) for path in ours}
        texts = {path: answer.text for path, answer in answers.items() if answer.mimetype == "text/html"}
        return {path: text for path, text in texts.items() if '<main id="content"' in text}

    return read


def alerts_to(story, user):
    return [text for text in story.texts(user) if text.startswith("PILNE")]


def test_a_step_with_nobody_to_reach_is_skipped_at_once_and_noted(story, cast):
    with transaction():
        cast.anna.contacts[0].verified_at = None
    ticket = story.files(cast.osp, cast.jan)
    assert ticket.number in story.last_text(cast.beata)
    assert [event.data["step"] for event in noted(story, ticket, EventKind.STEP_EMPTY)] == [1]


def test_whoever_cannot_be_reached_is_named_on_the_ticket(story, cast):
    with transaction():
        cast.anna.contacts[0].broken_at = clock.now()
    (event,) = noted(story, story.files(cast.osp, cast.jan), EventKind.STEP_EMPTY)
    assert "Anna Testowa" in sentence(event)


def test_without_anybody_on_duty_all_administrators_are_alerted_at_once(story, cast):
    with transaction():
        cast.schedule.rotations[0].members.clear()
    ticket = story.files(cast.osp, cast.jan)
    team = (cast.anna, cast.beata, cast.celina, cast.dorota)
    assert all(ticket.number in story.last_text(user) for user in team)
    assert len(noted(story, ticket, EventKind.STEP_EMPTY)) == 2


def test_a_policy_that_names_nobody_ends_with_administrators_and_managers_all_the_same(story, cast):
    with transaction():
        nobody = PolicyStep(position=0, target=StepTarget.USER, channels=["sms"])
        db.session.add(EscalationPolicy(name="own", municipality_id=cast.modrzewie.id, steps=[nobody]))
    story.files(cast.osp, cast.jan)
    assert story.texts(cast.dorota)
    steps_go_by(story, 1)
    assert story.texts(cast.marek)


def test_after_the_last_step_it_starts_again_with_everybody_alerted_until_somebody_answers(story, cast, unanswered):
    team = (cast.anna, cast.beata, cast.celina, cast.dorota, cast.marek)
    assert all(alerts_to(story, user) for user in team)
    assert len(alerts_to(story, cast.anna)) == 3  # on duty, among all, and again from the beginning
    assert noted(story, unanswered, EventKind.ALERTED)[-1].data["round"] == 2
    story.answers(cast.celina, "1")
    before = len(alerts_to(story, cast.beata)), len(story.calls(cast.beata))
    steps_go_by(story, 2)
    assert (len(alerts_to(story, cast.beata)), len(story.calls(cast.beata))) == before


def test_the_banner_stands_on_every_page_of_staff_until_somebody_acknowledges(story, cast, unanswered, pages):
    shown = pages()
    assert {"/desk", "/duty", "/dashboard", "/health", "/units"} <= shown.keys()
    assert [path for path, text in shown.items() if f"Zgłoszenie {unanswered.number} czeka" not in text] == []
    jan = story.app.test_client()
    sign_in(jan, cast.jan)
    assert 'class="banner"' not in jan.get("/", follow_redirects=True).text
    story.answers(cast.celina, "1")
    assert [path for path, text in pages().items() if 'class="banner"' in text] == []


def test_no_banner_while_the_steps_still_run(story, cast, pages):
    story.files(cast.osp, cast.jan)
    steps_go_by(story, 1)
    assert 'class="banner"' not in pages()["/desk"]


def test_with_nobody_to_reach_at_all_it_looks_again_every_two_minutes(story, cast):
    with transaction():
        for user in cast.everybody():
            for contact in user.contacts:
                contact.verified_at = None
    ticket = story.files(cast.osp, cast.jan)
    with transaction():
        cast.dorota.contacts[0].verified_at = clock.now()
    story.passes(minutes=2)
    assert ticket.number in story.last_text(cast.dorota)


def test_when_every_phone_fails_the_rounds_keep_their_distance(story, cast):
    story.files(cast.osp, cast.jan)
    for _ in range(10):
        for user in cast.everybody():
            for call in story.calls(user):
                story.sim.fail(call.sid)
            for sms in story.sim.messages_to(user.contacts[0].value):
                story.sim.fail(sms.sid, 30006)
        clock.advance(timedelta(seconds=25))
        story.passes()
    assert 1 <= len(story.calls(cast.anna)) <= 2
    assert 1 <= len(story.texts(cast.anna)) <= 2


def test_where_neither_sms_nor_calls_work_mails_alert_everybody(story, cast):
    story.sim.exchange.auth_token = "another"
    ticket = story.files(cast.osp, cast.jan)
    story.passes(minutes=2)
    team = (cast.anna, cast.beata, cast.celina, cast.dorota, cast.marek)
    assert [user.name for user in team if not any(ticket.number in s for s in story.subjects(user))] == []


def test_where_the_last_step_has_nobody_the_rounds_keep_their_distance_too(story, cast):
    with transaction():
        cast.marek.active = False
    story.files(cast.osp, cast.jan)
    for _ in range(10):
        for user in cast.everybody():
            for call in story.calls(user):
                story.sim.busy(call.sid)
        story.passes(seconds=50)
    assert 2 <= len(story.calls(cast.anna)) <= 5


def test_who_says_2_is_left_alone_until_the_next_round(story, cast):
    story.files(cast.osp, cast.jan)
    story.answers(cast.anna, "2")
    steps_go_by(story, 2)  # all administrators
    assert len(alerts_to(story, cast.anna)) == 1
    assert alerts_to(story, cast.celina)


def test_a_step_whose_people_have_all_said_2_says_so(story, cast):
    with transaction():
        for user in (cast.beata, cast.celina, cast.dorota):
            user.active = False
    ticket = story.files(cast.osp, cast.jan)
    story.answers(cast.anna, "2")
    steps_go_by(story, 1)
    told = [sentence(event) for event in noted(story, ticket, EventKind.STEP_EMPTY)]
    assert any("Anna Testowa" in text for text in told)
    assert story.texts(cast.marek)


def test_where_the_only_one_says_2_they_are_asked_again_at_the_steps_pace(story, cast):
    with transaction():
        for user in (cast.beata, cast.celina, cast.dorota, cast.marek):
            user.active = False
    story.files(cast.osp, cast.jan)
    for _ in range(6):
        story.answers(cast.anna, "2")
        story.passes(seconds=100)
    assert 2 <= len(alerts_to(story, cast.anna)) <= 3


def test_a_clock_that_is_put_back_silences_no_alert(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.passes(seconds=15)
    clock.advance(timedelta(hours=-2))
    story.passes(seconds=30)
    assert story.calls(cast.anna)
    story.passes(minutes=9)
    assert running(story.state(ticket)).position == 1


def test_after_the_clock_was_put_back_a_new_alert_leaves_at_once(story, cast):
    story.files(cast.osp, cast.jan)
    story.answers(cast.anna, "1")
    clock.advance(timedelta(minutes=-50))
    story.files(cast.osp, cast.jan, summary="Zupełnie inna sprawa")
    story.passes(seconds=30)
    assert len([text for text in story.texts(cast.anna) if "PILNE" in text]) == 2


def test_phones_that_ring_go_on_ringing_though_every_sms_says_that_they_are_dead(story, cast):
    story.files(cast.osp, cast.jan)
    people = [cast.anna, cast.beata, cast.celina, cast.dorota, cast.marek]
    rang = [nobody_wakes(story, people, minutes=10) for _ in range(3)]
    assert rang[0] < rang[1] < rang[2]


def nobody_wakes(story, people, minutes):
    """Each SMS comes back with 30005, each call rings out; how many calls there were in all."""
    for _ in range(minutes * 3):
        for person in people:
            for sms in story.sim.messages_to(person.contacts[0].value):
                if sms.status in ("queued", "sending", "sent"):
                    story.sim.undeliver(sms.sid, 30005)
            for call in story.calls(person):
                if not call.is_over:
                    story.sim.ring(call.sid)
                    story.sim.no_answer(call.sid)
        story.passes(seconds=20)
    return sum(len(story.calls(person)) for person in people)
