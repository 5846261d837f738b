import re

import pytest
import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Contract, Unit, User
from helpdesk.tickets.units import can_see_unit, units_page
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.factories import make_ticket

UNIT = {"name": "OSP Wrzosowa", "short_name": "", "kind": "fire_brigade"}


@pytest.mark.parametrize(
    ("who", "own"),
    [("jan", True), ("kinga", True), ("anna", True), ("marek", True), ("stefania", False), ("olga", False)],
)
def test_a_unit_is_seen_by_its_members_its_coordinator_and_staff(client, cast, who, own):
    user = getattr(cast, who)
    sign_in(client, user)
    assert can_see_unit(user, cast.osp) is own
    assert client.get(f"/units/{cast.osp.id}").status_code == (200 if own else 404)


def test_a_member_sees_the_tickets_of_the_own_unit_only(client, cast):
    make_ticket(cast, summary="Nasz post")
    make_ticket(cast, unit=cast.school, reporter_user=cast.stefania, summary="Post szkoły")
    sign_in(client, cast.jan)
    text = client.get(f"/units/{cast.osp.id}").text
    assert "Nasz post" in text and "Post szkoły" not in text


def test_own_tickets_lead_to_the_reporters_page_those_of_others_do_not(client, cast):
    make_ticket(cast, summary="Mój post")
    other = make_ticket(cast, summary="Post kolegi", reporter_user=cast.stefania)
    sign_in(client, cast.jan)
    text = client.get(f"/units/{cast.osp.id}").text
    assert re.search(r'href="/t/[^"]+">Mój post', text)
    assert f'href="/desk/{other.number}">Post kolegi' in text


def test_many_tickets_are_paged(client, cast):
    for number in range(31):
        make_ticket(cast, number=f"MOD-2026-{number:04}", summary=f"Post {number:02}")
    sign_in(client, cast.jan)
    first = client.get(f"/units/{cast.osp.id}").text
    [key] = re.findall(r"after=([^\"&]+)", first)
    rest = client.get(f"/units/{cast.osp.id}?after={key}").text
    assert len(re.findall(r">Post \d\d<", first)) == 30
    assert len(re.findall(r">Post \d\d<", rest)) == 1


def test_a_reporter_with_one_unit_is_led_there(client, cast):
    sign_in(client, cast.jan)
    assert client.get("/units").location == f"/units/{cast.osp.id}"


def test_a_coordinator_sees_the_units_of_the_own_municipality(client, cast):
    sign_in(client, cast.kinga)
    text = client.get("/units").text
    assert cast.osp.name in text and cast.school.name in text and cast.library.name not in text


@pytest.mark.parametrize("text", ["szkoła", "SZKOŁA", "podstawowa", "Modrzewiu"])
def test_units_are_found_by_a_part_of_the_name(client, cast, text):
    sign_in(client, cast.anna)
    page = client.get(f"/units?q={text}").text
    assert cast.school.name in page and cast.osp.name not in page


@pytest.mark.parametrize("key", ["x", "1_2", "_", "1_1_%00", "99_99_zzz", "9" * 30 + "_1_a"])
def test_a_key_that_is_not_ours_is_no_crash(client, cast, key):
    sign_in(client, cast.anna)
    assert client.get(f"/units?after={key}").status_code == 200


def test_all_units_come_up_page_by_page_once_each(cast):
    seen, after = [], ""
    while True:
        page = units_page(cast.anna, after=after, size=1)
        seen += [unit.id for unit in page.units]
        after = page.next_key
        if not after:
            break
    assert sorted(seen) == sorted([cast.osp.id, cast.school.id, cast.library.id])


def test_a_coordinator_adds_a_unit_with_a_link_of_its_own(client, cast):
    sign_in(client, cast.kinga)
    client.post("/units/add", data=UNIT | {"municipality_id": cast.modrzewie.id})
    unit = db.session.scalars(sa.select(Unit).filter_by(name="OSP Wrzosowa")).one()
    assert (unit.short_name, len(unit.link_secret), unit.active) == ("OSP Wrzosowa", 16, True)
    assert client.get(f"/u/{unit.link_secret}").status_code == 200


def test_a_coordinator_adds_no_unit_to_another_municipality(client, cast):
    sign_in(client, cast.kinga)
    answer = client.post("/units/add", data=UNIT | {"municipality_id": cast.brzezina.id})
    assert answer.status_code == 422


def test_a_mistake_in_a_new_unit_is_named(client, cast):
    sign_in(client, cast.kinga)
    answer = client.post("/units/add", data=UNIT | {"municipality_id": cast.modrzewie.id, "name": " "})
    assert 'id="name-error"' in answer.text


@pytest.mark.parametrize(("field", "value"), [("kind", ""), ("name", "osp MODRZEWIE")])
def test_a_unit_needs_a_kind_and_a_name_of_its_own(client, cast, field, value):
    with transaction():
        cast.osp.name = "OSP Modrzewie"
    sign_in(client, cast.kinga)
    answer = client.post("/units/add", data=UNIT | {"municipality_id": cast.modrzewie.id, field: value})
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text


def test_a_managers_page_of_a_unit_begins_with_its_link_not_with_old_tickets(client, cast):
    make_ticket(cast, summary="Nasz post")
    sign_in(client, cast.kinga)
    text = client.get(f"/units/{cast.osp.id}").text
    assert text.index('id="link"') < text.index("Nasz post")


def test_a_renewed_link_works_and_the_old_one_does_not(client, cast):
    old = cast.osp.link_secret
    sign_in(client, cast.kinga)
    client.post(f"/units/{cast.osp.id}/renew")
    db.session.refresh(cast.osp)
    assert client.get(f"/u/{old}").status_code == 404
    assert client.get(f"/u/{cast.osp.link_secret}").status_code == 200


def test_a_link_is_switched_off_and_on_and_the_audit_knows(client, cast):
    sign_in(client, cast.kinga)
    statuses = []
    for change in ("deactivate", "activate"):
        client.post(f"/units/{cast.osp.id}/{change}")
        statuses.append(client.get(f"/u/{cast.osp.link_secret}").status_code)
    assert statuses == [404, 200]
    actions = db.session.scalars(sa.select(AuditEntry.action).filter_by(user_id=cast.kinga.id)).all()
    assert {"unit_deactivated", "unit_activated"} <= set(actions)


@pytest.mark.parametrize("rest", ["renew", "deactivate", "activate", "invite"])
@pytest.mark.parametrize(("who", "status"), [("jan", 403), ("olga", 403), ("foreign_coordinator", 404)])
def test_others_change_nothing(client, cast, rest, who, status):
    with transaction():
        cast.kinga.municipality = cast.brzezina
    user = cast.kinga if who == "foreign_coordinator" else getattr(cast, who)
    sign_in(client, user)
    secret = cast.osp.link_secret
    answer = client.post(f"/units/{cast.osp.id}/{rest}", data={"name": "X", "email": "x@modrzewie.test"})
    db.session.refresh(cast.osp)
    assert (answer.status_code, cast.osp.link_secret) == (status, secret)


def test_an_invited_person_is_a_reporter_of_the_unit(client, cast):
    sign_in(client, cast.kinga)
    form = {"name": "Ewa Nowa", "email": "Ewa@modrzewie.test", "phone": "500 000 044"}
    client.post(f"/units/{cast.osp.id}/invite", data=form)
    ewa = db.session.scalars(sa.select(User).filter_by(email="ewa@modrzewie.test")).one()
    assert (ewa.units, ewa.us_phone_number) == ([cast.osp], "+48500000044")
    assert not ewa.contacts[0].is_usable  # until a code sent there came back


def test_who_has_an_account_is_only_added(client, cast):
    sign_in(client, cast.kinga)
    form = {"name": "Ktoś Inny", "email": "STEFANIA@modrzewie.test", "phone": ""}
    client.post(f"/units/{cast.osp.id}/invite", data=form)
    db.session.refresh(cast.stefania)
    assert cast.stefania.name == "Stefania Testowa"
    assert {unit.id for unit in cast.stefania.units} == {cast.school.id, cast.osp.id}


@pytest.mark.parametrize(
    ("changes", "field"), [({"phone": "500 000 000"}, "phone"), ({"email": ""}, "email"), ({"name": ""}, "name")]
)
def test_a_mistake_in_an_invitation_is_named(client, cast, changes, field):
    sign_in(client, cast.kinga)
    form = {"name": "Ewa Nowa", "email": "ewa@modrzewie.test", "phone": ""} | changes
    answer = client.post(f"/units/{cast.osp.id}/invite", data=form)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text


def test_a_removed_member_no_longer_sees_the_unit(client, cast):
    sign_in(client, cast.kinga)
    client.post(f"/units/{cast.osp.id}/members/{cast.jan.id}/remove")
    db.session.refresh(cast.jan)
    sign_in(client, cast.jan)
    assert client.get(f"/units/{cast.osp.id}").status_code == 404


def test_somebody_who_is_no_member_cannot_be_removed(client, cast):
    sign_in(client, cast.kinga)
    assert client.post(f"/units/{cast.osp.id}/members/{cast.olga.id}/remove").status_code == 404


def test_the_poster_carries_link_hotline_and_112(client, cast):
    sign_in(client, cast.kinga)
    text = client.get(f"/units/{cast.school.id}/poster").text
    assert "http://helpdesk.test/u/" in text and "+48 500 000 100" in text and "112" in text


def test_the_code_on_the_poster_is_a_picture_without_style_or_script(client, cast):
    sign_in(client, cast.kinga)
    answer = client.get(f"/units/{cast.osp.id}/qr.svg")
    assert answer.content_type.startswith("image/svg+xml")
    assert b"<path" in answer.data and b"style" not in answer.data and b"script" not in answer.data


@pytest.mark.parametrize("page", ["poster", "qr.svg"])
def test_a_member_does_not_print_the_poster(client, cast, page):
    sign_in(client, cast.jan)
    assert client.get(f"/units/{cast.osp.id}/{page}").status_code == 403


def test_without_a_contract_the_page_says_so_and_offers_no_form(client, cast):
    with transaction():
        db.session.execute(sa.delete(Contract))
    sign_in(client, cast.jan)
    text = client.get(f"/units/{cast.osp.id}").text
    assert f"/units/{cast.osp.id}/new" not in text


@pytest.mark.parametrize("number", [0, 999, 2**64])
def test_an_unknown_unit_is_not_found(client, cast, number):
    sign_in(client, cast.anna)
    assert client.get(f"/units/{number}").status_code == 404
