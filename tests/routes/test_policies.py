"""Managers keep the escalation policies, administrators look; whatever was typed is kept."""

import re

import pytest
import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import AuditEntry, EscalationPolicy
from helpdesk.models.codes import Category, StepTarget
from helpdesk.oncall.running_alerts import running
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.drafts import opened

STEP = {
    "target": "on_call",
    "schedule_id": "",
    "first": "sms",
    "second": "voice",
    "third": "",
    "gap": "30",
    "minutes": "5",
    "repeats": "1",
}


def form(*steps, **changes):
    """What a browser sends; each step is `STEP` with changes."""
    fields = {"name": "Hejt", "municipality_id": "", "group_id": "", "category": "hate", "acks_wanted": "1"}
    for number, step in enumerate(steps or ({},)):
        fields |= {f"steps-{number}-{name}": value for name, value in (STEP | step).items()}
    return fields | {"ack_minutes": "", "do": "save"} | changes


def added():
    db.session.rollback()
    return db.session.scalars(sa.select(EscalationPolicy).order_by(EscalationPolicy.id)).all()[-1]


@pytest.fixture
def manager(client, cast):
    sign_in(client, cast.marek)
    return client


def test_a_policy_is_added_with_its_steps(manager, cast):
    people = [str(cast.celina.id), str(cast.dorota.id)]
    several = {"target": "people", "people": people, "repeats": "2", "second": ""}
    answer = manager.post("/oncall/policies/add", data=form(several, {"target": "people", "people": people[:1]}))
    assert answer.status_code == 303
    policy = added()
    assert (policy.name, policy.category) == ("Hejt", Category.HATE)
    first, second = policy.steps
    assert (first.target, first.user_ids, first.repeats, first.channels) == (
        StepTarget.PEOPLE,
        [cast.celina.id, cast.dorota.id],
        2,
        ["sms"],
    )
    assert (second.target, second.user_id) == (StepTarget.USER, cast.celina.id)


def test_a_change_is_written_down_with_before_and_after(manager, cast):
    manager.post(f"/oncall/policies/{cast.policy.id}", data=form({"target": "managers"}, category="", name="Nowa"))
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "policy_changed")).one()
    assert (entry.data["before"]["name"], entry.data["after"]["name"]) == ("Domyślna", "Nowa")
    assert [step["target"] for step in entry.data["after"]["steps"]] == ["managers"]
    assert entry.user_id == cast.marek.id


def test_a_running_alert_keeps_its_steps_and_the_page_counts_it(manager, cast):
    alert = running(opened(cast))
    steps = [step.target for step in alert.steps]
    assert "Trwa 1 alarm" in manager.get(f"/oncall/policies/{cast.policy.id}").text
    manager.post(f"/oncall/policies/{cast.policy.id}", data=form(category=""))
    db.session.rollback()
    assert [step.target for step in alert.steps] == steps


def test_the_same_scope_twice_is_refused_with_the_name_of_the_other(manager, cast):
    answer = manager.post("/oncall/policies/add", data=form(category=""))
    assert answer.status_code == 422
    assert "Domyślna" in answer.text


WRONG = {
    "a step without people": {"target": "people"},
    "no number": {"minutes": "pięć"},
    "too many minutes": {"minutes": "100000"},
    "a channel twice": {"second": "sms"},
    "an unknown person": {"target": "people", "people": ["999999"]},
    "an unknown target": {"target": "the pope"},
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_refused_and_kept(manager, cast, name):
    answer = manager.post("/oncall/policies/add", data=form(WRONG[name], name="Moja nazwa"))
    assert answer.status_code == 422
    assert 'class="error"' in answer.text and "Moja nazwa" in answer.text
    assert WRONG[name].get("minutes", "") in answer.text
    assert added().name == "Domyślna"


def test_without_steps_nothing_is_saved(manager):
    data = {name: value for name, value in form().items() if not name.startswith("steps")}
    assert manager.post("/oncall/policies/add", data=data).status_code == 422


def test_a_group_brings_its_municipality_and_none_of_another_one(manager, cast):
    group = str(cast.brzezina.groups[0].id)
    wrong = form(group_id=group, municipality_id=str(cast.modrzewie.id))
    assert manager.post("/oncall/policies/add", data=wrong).status_code == 422
    manager.post("/oncall/policies/add", data=form(group_id=group))
    assert added().municipality_id == cast.brzezina.id


BUTTONS = {
    "add": ["1", "2", "3", "5"],
    "up-1": ["2", "1", "3"],
    "down-1": ["1", "3", "2"],
    "remove-0": ["2", "3"],
    "up-0": ["1", "2", "3"],
    "down-2": ["1", "2", "3"],
    "up-99": ["1", "2", "3"],
    "remove-x": ["1", "2", "3"],
}


@pytest.mark.parametrize("button", BUTTONS)
def test_buttons_rearrange_the_steps_and_keep_what_was_typed(manager, button):
    typed = [{"minutes": number} for number in "123"]
    page = manager.post("/oncall/policies/add", data=form(*typed, do=button, name="")).text
    fields = [
        part.split('value="')[1].split('"')[0] for part in page.split('name="steps-') if "-minutes" in part[:12]
    ]
    assert fields == BUTTONS[button]
    assert added().name == "Domyślna"


def test_a_person_without_a_working_phone_is_a_warning_not_an_error(manager, cast):
    with transaction():
        cast.celina.contacts[0].verified_at = None
    step = {"target": "people", "people": [str(cast.celina.id)]}
    page = manager.post("/oncall/policies/add", data=form(step, do="preview")).text
    assert page.count(cast.celina.name) > 2 and "notice warning" in page
    assert manager.post("/oncall/policies/add", data=form(step)).status_code == 303


def test_the_preview_of_unsaved_steps_shows_them(manager, cast):
    step = {"target": "people", "people": [str(cast.dorota.id)]}
    data = form(step, do="preview", preview_at="2026-03-14T23:10")
    page = manager.post("/oncall/policies/add", data=data).text
    assert "23:10:00" in page and "23:10:30" in page
    assert "•••" in page


def test_a_copy_starts_with_the_same_steps(manager, cast):
    page = manager.get(f"/oncall/policies/add?copy={cast.policy.id}").text
    assert page.count("<fieldset") >= len(cast.policy.steps)
    assert "Domyślna (" in page


def test_a_deleted_policy_says_what_counts_instead(manager, cast):
    manager.post("/oncall/policies/add", data=form())
    policy = added()
    assert "Domyślna" in manager.get(f"/oncall/policies/{policy.id}/delete").text
    assert manager.post(f"/oncall/policies/{policy.id}/delete").status_code == 303
    assert added().name == "Domyślna"


def test_administrators_look_and_do_not_change(client, cast):
    sign_in(client, cast.anna)
    page = client.get("/oncall/policies")
    assert "Domyślna" in page.text and f"/oncall/policies/{cast.policy.id}" not in page.text
    for path in ("add", str(cast.policy.id), f"{cast.policy.id}/delete"):
        assert client.post(f"/oncall/policies/{path}", data=form()).status_code == 403


def test_anybody_of_the_staff_asks_what_would_happen(client, cast):
    sign_in(client, cast.anna)
    query = f"municipality_id={cast.modrzewie.id}&category=hate&at=2026-03-14T23:10"
    page = client.get(f"/oncall/policies/preview?{query}").text
    assert "Domyślna" in page and "23:10:30" in page


@pytest.mark.parametrize(
    "query", ["at=", "at=x", "at=2026-03-14T23:10&category=x", "", "municipality_id=x&at=2026"]
)
def test_a_preview_of_nothing_is_refused(client, cast, query):
    sign_in(client, cast.anna)
    assert client.get(f"/oncall/policies/preview?{query}").status_code == 422


def test_no_such_policy(manager):
    assert manager.get("/oncall/policies/99999999999999999999").status_code == 404


def test_a_new_policy_starts_without_a_complaint_and_says_what_it_does(manager):
    page = manager.get("/oncall/policies/add").text
    assert 'class="error"' not in page and "Not a valid choice" not in page
    assert "Od razu: dyżurny" in page
    assert 'class="error"' not in manager.post("/oncall/policies/add", data=form(do="add")).text


def test_a_choice_that_always_has_an_answer_is_not_called_optional(manager):
    page = manager.get("/oncall/policies/add").text
    assert re.search(r'for="steps-0-target">[^<]*</label>', page)
    assert re.search(r'for="steps-0-third">[^<]*<span class="optional">', page)


def test_mail_that_comes_by_itself_is_explained(manager):
    page = manager.post("/oncall/policies/add", data=form({"target": "managers"}, do="preview")).text
    assert "E-mail dochodzi sam" in page


def test_a_preview_without_a_category_asks_for_the_general_policy(manager):
    answer = manager.get("/oncall/policies/preview?at=2026-03-14T23:10")
    assert answer.status_code == 200
    assert "23:10:00" in answer.text
