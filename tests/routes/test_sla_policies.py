"""Managers edit policies with a look at real tickets first; whatever was typed is kept."""

import pytest
import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.forms.sla_policy import CELLS
from helpdesk.models import Calendar, SlaPolicy
from helpdesk.models.codes import Category, Priority
from helpdesk.sla import following
from helpdesk.sla.editing import version_of
from helpdesk.sla.policy_editing import draft_of, facts_of
from tests.conftest import sign_in
from tests.drafts import opened


@pytest.fixture
def manager(client, cast):
    sign_in(client, cast.marek)
    return client


@pytest.fixture
def policy(cast):
    return db.session.scalars(sa.select(SlaPolicy)).one()


@pytest.fixture
def form(policy):
    """What a browser sends, with changes: 1 day to resolve anything, on the office's calendar."""
    office = db.session.scalars(sa.select(Calendar).filter_by(always_open=False)).one().id
    always = db.session.scalars(sa.select(Calendar).filter_by(always_open=True)).one().id
    seen = version_of(facts_of(draft_of(policy)))
    fields = {
        "name": policy.name,
        "seen": seen,
        "again_urgent": "2 h",
        "again_normal": "24 h",
        "again_at_most": "10",
    }
    for place, (priority, _kind) in enumerate(CELLS):
        calendar = always if priority is Priority.URGENT else office
        fields |= {f"base-{place}-time": "1 dzień", f"base-{place}-calendar_id": str(calendar)}
    own = {"own-0-category": "hate", "own-0-priority": "normal", "own-0-kind": "resolve"}
    own |= {"own-0-time": "2 h", "own-0-calendar_id": str(always)}
    return lambda *with_own, **changes: fields | (own if with_own else {}) | {"do": "save"} | changes


def test_a_policy_is_changed_with_a_row_for_a_category(manager, policy, form):
    answer = manager.post(f"/sla/policies/{policy.id}", data=form("own", acknowledgement_answers="y"))
    assert answer.status_code == 303
    db.session.rollback()
    minutes = {(t.priority, t.category): t.minutes for t in policy.targets if t.kind == "resolve"}
    assert minutes == {
        (Priority.URGENT, None): 1440,
        (Priority.NORMAL, None): 480,
        (Priority.NORMAL, Category.HATE): 120,
    }
    assert policy.acknowledgement_answers


def test_the_look_names_the_ticket_and_saves_nothing(manager, cast, policy, form):
    ticket = opened(cast, priority=Priority.NORMAL)
    answer = manager.post(f"/sla/policies/{policy.id}", data=form(do="preview"))
    assert answer.status_code == 200
    assert ticket.number in answer.text and "Nic jeszcze nie zapisano" in answer.text
    assert following.still_to_come() == 0


def test_saving_says_how_many_tickets_are_still_to_come(manager, cast, policy, form):
    opened(cast, priority=Priority.NORMAL)
    page = manager.post(f"/sla/policies/{policy.id}", data=form(), follow_redirects=True).text
    assert page.count("1 otwarte zgłoszenie") == 1 and "Zapisano." in page


BUTTONS = {
    "add:own": ("own-0-time", True),
    "remove:own:0": ("own-0-time", False),
    "add:rules": ("rules-0-share", True),
}


@pytest.mark.parametrize("button", BUTTONS)
def test_rows_come_and_go_without_saving_and_keep_what_was_typed(manager, policy, form, button):
    sent = form("own") if button.startswith("remove") else form()
    answer = manager.post(f"/sla/policies/{policy.id}", data=sent | {"do": button, "name": "Moja"})
    name, is_there = BUTTONS[button]
    assert answer.status_code == 200
    assert (f'name="{name}"' in answer.text, "Moja" in answer.text) == (is_there, True)


WRONG = {
    "a time without a unit": {"base-0-time": "17"},
    "no time for a category": {"own-0-time": ""},
    "a calendar that is not there": {"base-1-calendar_id": "999999"},
    "no pace": {"again_urgent": "czasem"},
    "too often": {"again_at_most": "1000"},
    "no name": {"name": ""},
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_refused_beside_the_field_and_kept(manager, policy, form, name):
    answer = manager.post(f"/sla/policies/{policy.id}", data=form("own") | WRONG[name])
    assert answer.status_code == 422
    assert 'class="error"' in answer.text and "1 dzień" in answer.text
    db.session.rollback()
    assert 480 not in [t.minutes for t in policy.targets if t.kind == "resolve"]


def test_the_summary_of_errors_names_the_row(manager, policy, form):
    page = manager.post(
        f"/sla/policies/{policy.id}", data=form("own", **{"base-5-time": "x", "own-0-time": "y"})
    ).text
    assert "Zwykłe: Rozwiązanie, Czas: Podaj czas" in page and "Wiersz 1, Czas: Podaj czas" in page


def test_a_policy_without_any_time_is_refused(manager, policy, form):
    nothing = {f"base-{place}-time": "" for place in range(6)}
    assert manager.post(f"/sla/policies/{policy.id}", data=form() | nothing).status_code == 422


def test_whoever_comes_second_is_told_and_loses_nothing(manager, policy, form):
    sent = form()
    manager.post(f"/sla/policies/{policy.id}", data=sent)
    answer = manager.post(f"/sla/policies/{policy.id}", data=sent | {"name": "Moja nazwa"})
    assert answer.status_code == 409
    assert "Marek Testowy" in answer.text and "Moja nazwa" in answer.text


def test_a_copy_begins_with_the_same_times(manager, policy, form):
    assert "(kopia)" in manager.get(f"/sla/policies/add?copy={policy.id}").text
    assert manager.post("/sla/policies/add", data=form(name="Druga")).status_code == 303
    assert "Druga" in manager.get("/sla").text


def test_another_policy_becomes_the_default(manager, policy, form):
    manager.post("/sla/policies/add", data=form(name="Druga"))
    other = db.session.scalars(sa.select(SlaPolicy).filter_by(name="Druga")).one()
    assert manager.post(f"/sla/policies/{other.id}/default", data={"do": "preview"}).status_code == 200
    assert not other.is_default
    manager.post(f"/sla/policies/{other.id}/default", data={"do": "save"})
    db.session.rollback()
    assert (other.is_default, policy.is_default) == (True, False)


def test_a_contract_is_given_a_policy(manager, cast, policy):
    contract = cast.modrzewie.contracts[0]
    url = f"/sla/contracts/{contract.id}"
    assert "Modrzewie" in manager.get("/sla/contracts?q=modrz").text
    assert manager.post(url, data={"policy_id": str(policy.id), "do": "preview"}).status_code == 200
    assert contract.sla_policy_id is None
    assert manager.post(url, data={"policy_id": str(policy.id), "do": "save"}).status_code == 303
    db.session.rollback()
    assert contract.sla_policy_id == policy.id
    assert manager.post(url, data={"policy_id": "999999", "do": "save"}).status_code == 422


def test_deleting_asks_first_and_says_why_not(client, cast):
    sign_in(client, cast.marek)
    default = db.session.query(SlaPolicy).filter_by(is_default=True).one()
    address = f"/sla/policies/{default.id}/delete"
    assert default.name in client.get(address).text
    answer = client.post(address)
    assert (answer.status_code, "To domyślny zestaw" in answer.text) == (422, True)
