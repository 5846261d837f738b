"""The pages of absences and swaps."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Absence, ShiftNotice, Swap
from helpdesk.models.codes import SwapState
from helpdesk.oncall import swaps
from helpdesk.oncall.roster import Span
from helpdesk.oncall.schedule import who_is_on_call
from helpdesk.oncall.swaps import Offer
from helpdesk.transaction import transaction
from tests.conftest import sign_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOMORROW = {"starts_at": "2026-03-12T08:00", "ends_at": "2026-03-13T08:00"}  # Beata's shift


@pytest.fixture
def page(app, cast):
    """A browser of that person."""

    def browser(user):
        client = app.test_client()
        sign_in(client, user)
        return client

    return browser


@pytest.fixture
def offered(cast):
    """Beata offers tomorrow's shift to all."""
    with transaction():
        span = Span(clock.now() + 22 * HOUR, clock.now() + 46 * HOUR)
        return swaps.offer(Offer(cast.schedule, span), cast.beata)


def found(model):
    db.session.rollback()
    return list(db.session.scalars(sa.select(model).order_by(model.id)))


def on_duty(cast):
    db.session.rollback()
    return who_is_on_call(cast.schedule, clock.now() + DAY)


def act(client, swap, answer):
    return client.post(f"/oncall/cover/swaps/{swap.id}/{answer}", follow_redirects=True).text


def test_an_empty_page_says_so_and_leads_on(page, cast):
    text = page(cast.marek).get("/oncall/cover").text
    assert "W ciągu najbliższych 30 dni nie masz dyżuru." in text and "/oncall/cover/absent" in text


def test_a_shift_is_offered_from_the_list(page, cast):
    beata = page(cast.beata)
    text = beata.get("/oncall/cover").text
    assert "since=2026-03-12T07:00:00%2B00:00" in text
    form = beata.get(f"/oncall/cover/offer?schedule={cast.schedule.id}&since=2026-03-12T07:00:00%2B00:00").text
    assert 'value="2026-03-12T08:00"' in form
    beata.post("/oncall/cover/offer", data=TOMORROW | {"to": "0"})
    [swap] = found(Swap)
    assert (swap.offered_by, swap.offered_to, swap.ends_at - swap.starts_at) == (cast.beata, None, DAY)


def test_a_shift_in_return_is_offered_to_whom_it_belongs(page, cast):
    back = f"{cast.celina.id} 2026-03-13T07:00:00+00:00"
    page(cast.beata).post("/oncall/cover/offer", data=TOMORROW | {"to": "0", "in_return": back})
    [swap] = found(Swap)
    assert (swap.offered_to, swap.return_starts_at) == (cast.celina, swap.ends_at)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"starts_at": ""}, "Podaj, kiedy się zaczyna."),
        ({"ends_at": "2026-03-11T08:00"}, "Koniec musi być po początku."),
        ({"starts_at": "2026-03-11T12:00"}, "W tym czasie nie masz dyżuru"),
        ({"starts_at": "jutro"}, "Wpisz datę i godzinę"),
    ],
)
def test_what_cannot_be_offered_is_said_beside_the_field_and_all_is_kept(page, cast, changes, says):
    answer = page(cast.beata).post("/oncall/cover/offer", data=TOMORROW | {"to": "0", "note": "Wesele"} | changes)
    assert answer.status_code == 422
    assert says in answer.text and 'value="Wesele"' in answer.text
    assert found(Swap) == []


def test_somebody_elses_shift_in_return_goes_to_nobody_but_them(page, cast):
    data = TOMORROW | {"to": str(cast.dorota.id), "in_return": f"{cast.celina.id} 2026-03-13T07:00:00+00:00"}
    answer = page(cast.beata).post("/oncall/cover/offer", data=data)
    assert answer.status_code == 422 and "Celina Testowa" in answer.text


def test_one_button_takes_the_duty(page, cast, offered):
    dorota = page(cast.dorota)
    assert "Beata Testowa" in dorota.get("/oncall/cover").text
    assert "Dyżur jest Twój" in act(dorota, offered, "accept")
    assert on_duty(cast) is cast.dorota


def test_who_comes_too_late_reads_who_has_it(page, cast, offered):
    act(page(cast.dorota), offered, "accept")
    assert "Dorota Testowa" in act(page(cast.anna), offered, "accept").split("<h1")[0]
    assert on_duty(cast) is cast.dorota


def test_either_undoes_it_and_strangers_have_no_button(page, cast, offered):
    act(page(cast.dorota), offered, "accept")
    undo = f"/oncall/cover/swaps/{offered.id}/undo"
    seen = [
        undo in page(user).get("/oncall/cover").text for user in (cast.anna, cast.dorota, cast.beata, cast.marek)
    ]
    assert seen == [False, True, True, True]
    act(page(cast.anna), offered, "undo")
    assert on_duty(cast) is cast.dorota
    act(page(cast.beata), offered, "undo")
    assert on_duty(cast) is cast.beata


def test_an_offer_is_taken_back(page, cast, offered):
    act(page(cast.beata), offered, "withdraw")
    assert found(Swap)[0].state is SwapState.WITHDRAWN


def test_a_swap_that_does_not_exist_is_not_found(page, cast):
    assert page(cast.anna).post("/oncall/cover/swaps/99/accept").status_code == 404
    assert page(cast.anna).post("/oncall/cover/swaps/1/burn").status_code == 404


def test_an_absence_is_added_and_cancelled(page, cast):
    beata = page(cast.beata)
    beata.post("/oncall/cover/absent", data=TOMORROW | {"user": cast.beata.id, "note": "urlop"})
    [absence] = found(Absence)
    assert absence.user is cast.beata and on_duty(cast) is None
    assert "urlop" in beata.get("/oncall/cover").text
    assert "urlop" not in page(cast.anna).get("/oncall/cover").text.split('id="absent"')[1]
    beata.post(f"/oncall/cover/absences/{absence.id}/cancel")
    assert found(Absence) == [] and on_duty(cast) is cast.beata


def test_who_else_is_absent_is_said_before_it_is_saved(page, cast):
    page(cast.beata).post("/oncall/cover/absent", data=TOMORROW | {"user": cast.beata.id})
    dorota, data = page(cast.dorota), TOMORROW | {"user": cast.dorota.id}
    answer = dorota.post("/oncall/cover/absent", data=data)
    assert answer.status_code == 200 and "Beata Testowa" in answer.text and len(found(Absence)) == 1
    dorota.post("/oncall/cover/absent", data=data | {"seen": str(cast.beata.id)})
    assert len(found(Absence)) == 2


def test_a_manager_adds_the_absence_of_anybody_others_their_own(page, cast):
    page(cast.marek).post("/oncall/cover/absent", data=TOMORROW | {"user": cast.beata.id})
    answer = page(cast.anna).post("/oncall/cover/absent", data=TOMORROW | {"user": cast.celina.id})
    assert answer.status_code == 422
    assert [row.user for row in found(Absence)] == [cast.beata]


def test_a_past_absence_is_refused(page, cast):
    data = {"user": cast.anna.id, "starts_at": "2025-03-12T08:00", "ends_at": "2026-03-13T08:00"}
    answer = page(cast.anna).post("/oncall/cover/absent", data=data)
    assert answer.status_code == 422 and "zaczyna się teraz albo później" in answer.text


def test_a_button_on_my_duty_confirms_the_shift_and_leads_back(page, cast):
    now = clock.now()
    with transaction():
        db.session.add(
            ShiftNotice(
                schedule_id=cast.schedule.id, user_id=cast.anna.id, starts_at=now, ends_at=now + HOUR, start_at=now
            )
        )
    [row] = found(ShiftNotice)
    confirm = f"/oncall/cover/shifts/{row.id}/confirm"
    assert all(confirm in page(cast.anna).get(path).text for path in ("/duty", "/oncall", "/oncall/cover"))
    assert page(cast.beata).post(confirm).status_code == 404
    assert page(cast.anna).post(confirm, data={"back": "/duty"}).location == "/duty"
    assert found(ShiftNotice)[0].confirmed_at is not None
    assert confirm not in page(cast.anna).get("/duty").text


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59", "2099-01-01T08:00", "tomorrow"])
def test_a_time_that_no_plan_has_is_said_and_kept(client, cast, typed):
    sign_in(client, cast.anna)
    assert client.get(f"/oncall/cover/absent?since={typed}&until={typed}").status_code == 200
    sent = {"user": cast.anna.id, "starts_at": typed, "ends_at": typed}
    answer = client.post("/oncall/cover/absent", data=sent)
    assert answer.status_code == 422
    assert typed in answer.text


def test_an_absence_that_ends_in_the_hour_that_comes_twice_ends_the_second_time(client, cast):
    sign_in(client, cast.anna)
    sent = {"user": cast.anna.id, "starts_at": "2026-10-24T20:00", "ends_at": "2026-10-25T02:30"}
    assert client.post("/oncall/cover/absent", data=sent).status_code in (302, 303)
    assert db.session.scalars(sa.select(Absence)).one().ends_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_manager_may_name_somebody_for_an_offered_shift(page, cast, offered):
    text = page(cast.marek).get("/oncall/cover").text
    assert f"instead_of={cast.beata.id}" in text
    assert "/override" not in page(cast.anna).get("/oncall/cover").text


@pytest.mark.parametrize(
    ("absent", "said"),
    [("beata", "Poprosiliśmy innych o przejęcie dyżuru"), ("anna", "W tym czasie nie wypada żaden dyżur")],
)
def test_a_saved_absence_says_whether_a_duty_was_in_it(page, cast, absent, said):
    user = getattr(cast, absent)
    sent = TOMORROW | {"user": user.id}
    assert said in page(user).post("/oncall/cover/absent", data=sent, follow_redirects=True).text


def test_giving_a_duty_away_has_one_name_in_the_plan_and_among_the_swaps(page, cast):
    assert "Oddaj komuś" in page(cast.beata).get("/oncall/cover").text
