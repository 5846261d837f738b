"""Policies are edited with a look at what it would change; open tickets follow, finished ones do not."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.jobs import follow_edits
from helpdesk.models import AuditEntry, Calendar, Contract, FollowUp, SlaPolicy
from helpdesk.models.codes import Category, Priority, SlaTargetKind
from helpdesk.sla import following
from helpdesk.sla.clock import clocks_of
from helpdesk.sla.editing import version_of
from helpdesk.sla.effects import effect_of
from helpdesk.sla.policy_editing import (
    RuleDraft,
    TargetDraft,
    add_policy,
    assign,
    change_policy,
    delete_policy,
    draft_of,
    facts_of,
    make_default,
)
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.lifecycle import resolve
from helpdesk.transaction import transaction, what_if
from tests.drafts import opened

NORMAL, URGENT, RESOLVE = Priority.NORMAL, Priority.URGENT, SlaTargetKind.RESOLVE


def with_minutes(draft, minutes, kind=RESOLVE, priority=NORMAL):
    """The draft with another time for the target."""
    change = [replace(t, minutes=minutes) if (t.kind, t.priority) == (kind, priority) else t for t in draft.targets]
    return replace(draft, targets=tuple(change))


def edit(policy, draft, by):
    return change_policy(policy, draft, version_of(facts_of(draft_of(policy))), by)


def saved(policy, draft, by):
    with transaction():
        return edit(policy, draft, by)


def preview(policy, draft, by):
    return what_if(lambda: effect_of(edit(policy, draft, by)))


def follow_all():
    for each in following.due():
        with transaction():
            following.follow(each)


def test_a_looser_target_reaches_the_open_ticket_and_not_the_finished_one(cast, promises, ticket, row):
    done = opened(cast, priority=NORMAL)
    with transaction():
        resolve(done, of_user(cast.anna))
    saved(promises, with_minutes(draft_of(promises), 960), cast.marek)
    follow_all()
    assert row.minutes == 960
    assert clocks_of(done)[RESOLVE].minutes == 480


def test_the_preview_tells_what_saving_does_and_leaves_nothing_behind(cast, promises, ticket, row):
    before, draft = row.due_at, with_minutes(draft_of(promises), 960)
    effect = preview(promises, draft, cast.marek)
    assert (effect.touched, effect.moved, effect.later, effect.earlier) == (1, 1, 1, 0)
    assert (row.due_at, db.session.scalars(sa.select(FollowUp)).all()) == (before, [])
    saved(promises, draft, cast.marek)
    follow_all()
    assert [(move.before, move.after) for move in effect.most] == [(before, row.due_at)]


def test_a_stricter_target_never_makes_a_ticket_late(cast, promises, ticket, row):
    clock.advance(timedelta(hours=5))
    effect = preview(promises, with_minutes(draft_of(promises), 30), cast.marek)
    assert effect.most[0].after > clock.now()
    assert (effect.earlier, effect.later) == (1, 0)


def test_the_preview_says_how_many_finished_tickets_would_have_been_late(cast, promises, ticket):
    clock.advance(timedelta(hours=2))
    with transaction():
        resolve(ticket, of_user(cast.anna))
    effect = preview(promises, with_minutes(draft_of(promises), 60), cast.marek)
    assert (effect.past, effect.was_late, effect.would_be_late) == (1, 0, 1)


def test_a_paused_ticket_is_shown_as_if_it_ran_on(cast, promises, ticket, row):
    with transaction():
        row.paused_at, row.due_at = clock.now(), None
    move = preview(promises, with_minutes(draft_of(promises), 960), cast.marek).most[0]
    assert move.is_paused and move.after > move.before


def test_time_that_passes_during_the_look_is_no_move(cast, promises, ticket, row):
    with transaction():
        row.paused_at, row.due_at = clock.now(), None
    clock.reset()
    assert preview(promises, with_minutes(draft_of(promises), 300, priority=URGENT), cast.marek).moved == 0


def test_a_promise_of_a_category_is_added_and_taken_away(cast, promises, ticket, row):
    calendar = db.session.scalars(sa.select(Calendar).filter_by(always_open=True)).one()
    draft = draft_of(promises)
    own = TargetDraft(NORMAL, RESOLVE, ticket.category, 6000, calendar.id)
    saved(promises, replace(draft, targets=(*draft.targets, own)), cast.marek)
    follow_all()
    assert row.minutes == 6000
    saved(promises, draft, cast.marek)
    assert facts_of(draft_of(promises)) == facts_of(draft)


def test_other_reminders_reach_the_open_ticket_and_move_no_deadline(cast, promises, ticket, row):
    rule, due = RuleDraft(NORMAL, 80, ("holder", "managers"), ("email",)), row.due_at
    saved(promises, replace(draft_of(promises), rules=(rule,)), cast.marek)
    follow_all()
    assert draft_of(promises).rules == (rule,)
    assert (row.due_at, sorted(reminder.share for reminder in row.reminders)) == (due, [80, 100])


def test_how_often_a_breach_is_said_again_concerns_no_ticket(cast, promises, ticket):
    assert saved(promises, replace(draft_of(promises), again_at_most=3), cast.marek) is None
    assert following.still_to_come() == 0


REFUSED = {
    "name_in_use": lambda draft: replace(draft, name="Inna"),
    "no_targets": lambda draft: replace(draft, targets=()),
    "target_twice": lambda draft: replace(draft, targets=(*draft.targets, draft.targets[0])),
    "share_twice": lambda draft: replace(draft, rules=[RuleDraft(NORMAL, 80, (), ())] * 2),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_makes_no_sense_is_refused(cast, promises, code):
    with transaction():
        add_policy(replace(draft_of(promises), name="Inna"), cast.marek)
    with pytest.raises(NotAllowed, match=code):
        saved(promises, REFUSED[code](draft_of(promises)), cast.marek)


def test_a_calendar_that_never_opens_is_refused(cast, promises):
    with transaction():
        never = Calendar(name="Nigdy", time_zone="Europe/Warsaw")
        db.session.add(never)
    target = TargetDraft(URGENT, RESOLVE, Category.OTHER, 60, never.id)
    draft = draft_of(promises)
    with pytest.raises(NotAllowed, match="never_open"):
        saved(promises, replace(draft, targets=(*draft.targets, target)), cast.marek)


def test_whoever_began_with_an_older_version_does_not_overwrite(cast, promises):
    seen = version_of(facts_of(draft_of(promises)))
    saved(promises, with_minutes(draft_of(promises), 960), cast.marek)
    with pytest.raises(NotAllowed, match="changed_meanwhile"), transaction():
        change_policy(promises, draft_of(promises), seen, cast.marek)


def test_only_a_manager_changes_a_policy(cast, promises):
    with pytest.raises(NotAllowed, match="not_manager"):
        saved(promises, with_minutes(draft_of(promises), 960), cast.anna)


def test_another_default_reaches_the_tickets_of_contracts_without_a_policy(cast, promises, ticket, row):
    with transaction():
        other = add_policy(replace(with_minutes(draft_of(promises), 960), name="Dłuższe"), cast.marek)
        make_default(other, cast.marek)
    follow_all()
    assert row.minutes == 960
    assert db.session.scalars(sa.select(SlaPolicy).filter_by(is_default=True)).one() is other


def test_a_policy_given_to_a_contract_reaches_that_municipality_alone(cast, promises, ticket, row):
    elsewhere = opened(cast, unit=cast.library, priority=NORMAL)
    with transaction():
        other = add_policy(replace(with_minutes(draft_of(promises), 960), name="Dłuższe"), cast.marek)
        assign(cast.modrzewie.contracts[0], other.id, cast.marek)
    assert following.still_to_come() == 1
    follow_all()
    assert [r.minutes for r in (row, clocks_of(elsewhere)[RESOLVE])] == [960, 480]


def test_the_record_says_who_changed_what(cast, promises):
    saved(promises, replace(draft_of(promises), again_urgent=60), cast.marek)
    entry = db.session.scalars(sa.select(AuditEntry).filter_by(action="sla_policy_changed")).one()
    assert (entry.user_id, entry.data["before"]["again_urgent"], entry.data["after"]["again_urgent"]) == (
        cast.marek.id,
        120,
        60,
    )


def test_one_ticket_that_cannot_follow_does_not_hold_up_the_others(cast, promises, ticket, row):
    other = opened(cast, priority=NORMAL, unit=cast.library)
    saved(promises, with_minutes(draft_of(promises), 960), cast.marek)
    with transaction():
        row.calendar = Calendar(name="Nigdzie", time_zone="Nowhere")
    follow_edits()
    assert clocks_of(other)[RESOLVE].minutes == 960
    assert following.still_to_come() == 1


def test_a_policy_that_nobody_has_is_deleted_with_a_trace(cast):
    with transaction():
        copy = add_policy(replace(draft_of(cast_policy()), name="Kopia"), cast.marek)
    with transaction():
        delete_policy(copy, cast.marek)
    assert db.session.query(SlaPolicy).filter_by(name="Kopia").count() == 0
    entry = db.session.query(AuditEntry).filter_by(action="sla_policy_deleted").one()
    assert entry.user_id == cast.marek.id


def test_the_default_policy_is_not_deleted(cast):
    with pytest.raises(NotAllowed, match="sla_policy_default"), transaction():
        delete_policy(cast_policy(), cast.marek)


def test_a_policy_that_a_contract_names_is_not_deleted(cast):
    with transaction():
        copy = add_policy(replace(draft_of(cast_policy()), name="Kopia"), cast.marek)
        db.session.query(Contract).first().sla_policy_id = copy.id
    with pytest.raises(NotAllowed, match="sla_policy_in_use"), transaction():
        delete_policy(copy, cast.marek)


def cast_policy():
    return db.session.query(SlaPolicy).filter_by(is_default=True).one()
