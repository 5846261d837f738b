"""The people of the staff, for managers."""

import pytest
import sqlalchemy as sa

from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, User
from helpdesk.models.codes import AttemptState, RoleName
from helpdesk.oncall import schedule as duty
from helpdesk.people import staff
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.drafts import attempts, opened


@pytest.fixture
def marek(client, cast):
    sign_in(client, cast.marek)
    return client


def done() -> list[str]:
    return list(
        db.session.scalars(
            sa.select(AuditEntry.action).where(AuditEntry.user_id.is_not(None)).order_by(AuditEntry.id)
        )
    )


def test_the_list_names_the_staff_and_nobody_else(marek, cast):
    page = marek.get("/people").text
    assert "Anna Testowa" in page and "Marek Testowy" in page and "+48 500 000 004" in page
    assert "Jan Testowy" not in page and "Kinga" not in page


def test_reporters_and_coordinators_are_found_by_name(marek, cast):
    assert "Jan Testowy" in marek.get("/people?q=jan").text
    assert "Nie znaleziono nikogo" in marek.get("/people?q=nikt%00taki").text


def test_administrators_see_none_of_it(client, cast):
    sign_in(client, cast.anna)
    assert client.get("/people").status_code == 403
    assert client.post(f"/people/{cast.beata.id}/off").status_code == 403


def test_somebody_new_is_added_with_a_second_factor_and_no_password(marek, cast):
    data = {"name": "Ewa Nowa", "email": "ewa@modrzewie.test", "phone": "500 000 078", "role": "administrator"}
    page = marek.post("/people/add", data=data, follow_redirects=True).text
    assert "Ewa Nowa może się już zalogować" in page
    made = db.session.scalars(sa.select(User).where(User.email == "ewa@modrzewie.test")).one()
    assert (made.password, made.tf_phone_number, made.is_a(RoleName.ADMINISTRATOR)) == (None, "+48500000078", True)
    assert "person_added" in done()


def test_an_address_that_is_taken_is_refused_with_all_that_was_typed(marek, cast):
    data = {"name": "Ewa Nowa", "email": cast.anna.email, "phone": "", "role": "manager"}
    answer = marek.post("/people/add", data=data)
    assert answer.status_code == 422 and "Ktoś ma już ten adres" in answer.text and "Ewa Nowa" in answer.text


def test_roles_change_and_other_roles_stay(marek, cast):
    data = {"name": "Anna Testowa", "locale": "en", "roles": ["administrator", "manager"]}
    marek.post(f"/people/{cast.anna.id}", data=data)
    db.session.expire_all()
    assert cast.anna.is_a(RoleName.MANAGER) and cast.anna.is_a(RoleName.ADMINISTRATOR)
    assert cast.anna.locale == "en" and "person_changed" in done()


def test_a_manager_does_not_take_the_role_from_themselves(marek, cast):
    answer = marek.post(f"/people/{cast.marek.id}", data={"name": "M", "locale": "pl", "roles": ["administrator"]})
    assert answer.status_code == 422 and "odebrać sobie" in answer.text
    assert cast.marek.is_a(RoleName.MANAGER)


def test_before_somebody_is_switched_off_the_page_says_what_nobody_covers(marek, cast):
    assert "Bez tej osoby nikt nie ma dyżuru" in marek.get(f"/people/{cast.anna.id}/off").text
    assert "ktoś będzie" in marek.get(f"/people/{cast.kinga.id}/off").text


def test_whoever_is_switched_off_is_out_of_plan_alerts_and_session_at_once(marek, app, cast):
    theirs = app.test_client()
    sign_in(theirs, cast.anna)
    opened(cast)
    marek.post(f"/people/{cast.anna.id}/off")
    db.session.expire_all()
    assert {attempt.state for attempt in attempts(to=cast.anna)} == {AttemptState.CANCELLED}
    assert cast.anna not in duty.on_call(cast.schedule, cast.schedule.rotations[0].starts_at.replace(hour=9))
    assert theirs.get("/desk").location.startswith("/signin")


def test_they_come_back_with_everything(marek, cast):
    marek.post(f"/people/{cast.anna.id}/off")
    marek.post(f"/people/{cast.anna.id}/on")
    db.session.expire_all()
    assert cast.anna.active and len(cast.anna.contacts) == 2
    assert done()[-2:] == ["person_switched_off", "person_switched_on"]


def test_nobody_switches_themselves_off(marek, cast):
    assert "własnego konta" in marek.post(f"/people/{cast.marek.id}/off", follow_redirects=True).text
    assert cast.marek.active


def test_the_last_active_manager_stays(cast):
    with pytest.raises(NotAllowed, match="last_manager"), transaction():
        staff.switch_off(cast.marek, cast.anna)


def test_a_lost_phone_is_forgotten_after_a_question(marek, cast):
    before = cast.anna.fs_uniquifier
    assert "Zaginął telefon" in marek.get(f"/people/{cast.anna.id}/lost-phone").text
    marek.post(f"/people/{cast.anna.id}/lost-phone")
    db.session.expire_all()
    assert cast.anna.tf_primary_method is None and cast.anna.fs_uniquifier != before
    assert "person_lost_phone" in done()


def test_there_is_nobody_of_a_number_that_nobody_has(marek, cast):
    assert marek.get("/people/999999").status_code == 404
    assert marek.get("/people/99999999999999999999").status_code == 404
