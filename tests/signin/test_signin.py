"""Signing in through the real pages; the codes are read from the outbox."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db, limiter, security
from helpdesk.models import Notification, User
from helpdesk.models.codes import Channel, ContactKind, NotificationEvent
from helpdesk.transaction import transaction
from helpdesk.users import new_code_secret
from tests.cast import PASSWORD


def ask(client, identity, **more):
    return client.post("/signin/code", data={"identity": identity, **more})


def bring(client, identity, passcode, **more):
    return client.post("/signin", data={"identity": identity, "passcode": passcode, **more})


def letters() -> list[Notification]:
    query = sa.select(Notification).filter_by(event=NotificationEvent.SIGN_IN_CODE).order_by(Notification.id)
    return list(db.session.scalars(query))


def last_code() -> str:
    return str(letters()[-1].params["code"])


def is_signed_in(client) -> bool:
    with client.session_transaction() as session:
        return "_user_id" in session


def set_up_second_factor(user: User) -> None:
    with transaction():
        user.tf_totp_secret = new_code_secret()


def test_a_code_by_mail_lets_a_reporter_in(client, cast):
    ask(client, cast.jan.email)
    assert [(n.channel, n.address, n.user_id) for n in letters()] == [
        (Channel.EMAIL, "jan@modrzewie.test", cast.jan.id)
    ]
    assert bring(client, cast.jan.email, last_code()).status_code == 302
    assert is_signed_in(client)


@pytest.mark.parametrize("typed", ["+48500000000", "500 000 000", "tel. 500-000-000"])
def test_a_code_by_sms_lets_a_reporter_in(client, cast, typed):
    ask(client, typed)
    assert [(n.channel, n.address) for n in letters()] == [(Channel.SMS, "+48500000000")]
    bring(client, typed, last_code())
    assert is_signed_in(client)


def test_a_used_code_proves_the_contact(client, cast):
    with transaction():
        for contact in cast.jan.contacts:
            contact.verified_at = None
    ask(client, cast.jan.email)
    bring(client, cast.jan.email, last_code())
    assert cast.jan.contact(ContactKind.EMAIL).verified_at == clock.now()
    assert cast.jan.contact(ContactKind.PHONE) is None


def test_a_code_is_good_once(client, app, cast):
    ask(client, cast.jan.email)
    code = last_code()
    bring(client, cast.jan.email, code)
    other = app.test_client()
    bring(other, cast.jan.email, code)
    assert not is_signed_in(other)


def test_a_code_is_good_for_ten_minutes(client, app, cast):
    ask(client, cast.jan.email)
    clock.advance(timedelta(minutes=10))
    bring(client, cast.jan.email, last_code())
    assert is_signed_in(client)


def test_an_old_code_is_refused(client, cast):
    ask(client, cast.jan.email)
    clock.advance(timedelta(minutes=16))
    bring(client, cast.jan.email, last_code())
    assert not is_signed_in(client)


def test_a_wrong_code_is_refused_with_a_word_beside_the_field(client, cast):
    ask(client, cast.jan.email)
    wrong = "000000" if last_code() != "000000" else "111111"
    page = bring(client, cast.jan.email, wrong).text
    assert not is_signed_in(client)
    assert 'aria-describedby=" passcode-error"' in page


def test_strangers_and_acquaintances_get_the_same_answer(client, cast):
    known = ask(client, cast.jan.email).text.replace(cast.jan.email, "X")
    unknown = ask(client, "nobody@modrzewie.test").text.replace("nobody@modrzewie.test", "X")
    assert without_tokens(known) == without_tokens(unknown)
    known = bring(client, cast.jan.email, "12").text.replace(cast.jan.email, "X")
    unknown = bring(client, "nobody@modrzewie.test", "12").text.replace("nobody@modrzewie.test", "X")
    assert without_tokens(known) == without_tokens(unknown)


def without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf_token" not in line]


def test_nobody_gets_a_code_who_is_no_longer_active(client, cast):
    with transaction():
        cast.jan.active = False
    ask(client, cast.jan.email)
    assert letters() == []


def test_what_is_no_address_and_no_number_is_said_at_once(client, cast):
    page = ask(client, "jan").text
    assert 'id="identity-error"' in page


def test_staff_need_a_second_factor_after_a_code(client, cast):
    set_up_second_factor(cast.anna)
    ask(client, cast.anna.email)
    answer = bring(client, cast.anna.email, last_code(), next="/desk")
    assert "/signin/second-factor" in answer.location
    assert not is_signed_in(client)
    assert [(n.channel, n.address) for n in letters()][1:] == [(Channel.SMS, cast.anna.tf_phone_number)]
    client.post("/signin/second-factor", data={"code": last_code()})
    assert is_signed_in(client)


def test_staff_need_a_second_factor_after_a_password(client, cast):
    set_up_second_factor(cast.anna)
    answer = bring(client, cast.anna.email, PASSWORD, next="/desk", **{"with": "password"})
    assert not is_signed_in(client)
    answer = client.post(answer.location, data={"code": last_code()})
    assert answer.location.endswith("/desk")
    assert is_signed_in(client)


def test_a_second_factor_code_is_good_once(client, app, cast):
    set_up_second_factor(cast.anna)
    bring(client, cast.anna.email, PASSWORD)
    code = last_code()
    client.post("/signin/second-factor", data={"code": code})
    other = app.test_client()
    bring(other, cast.anna.email, PASSWORD)
    other.post("/signin/second-factor", data={"code": code})
    assert not is_signed_in(other)


def test_staff_without_a_second_factor_set_one_up_before_anything_else(client, cast):
    with transaction():
        cast.anna.tf_primary_method = cast.anna.tf_phone_number = None
    answer = bring(client, cast.anna.email, PASSWORD)
    assert answer.location.endswith("/second-factor")
    client.post("/second-factor", data={"setup": "sms", "phone": "500 000 077"})
    assert not is_signed_in(client)
    assert letters()[-1].address == "+48500000077"
    client.post("/signin/second-factor", data={"code": last_code()})
    assert is_signed_in(client)
    assert cast.anna.tf_primary_method == "sms"


def test_an_authenticator_app_is_a_second_factor_too(client, cast):
    with transaction():
        cast.anna.tf_primary_method = cast.anna.tf_phone_number = None
    bring(client, cast.anna.email, PASSWORD)
    assert "data:image/svg+xml" in client.post("/second-factor", data={"setup": "authenticator"}).text
    with client.session_transaction() as session:
        code = security.totp_factory.generate_totp_password(session["tf_totp_secret"])
    client.post("/signin/second-factor", data={"code": code})
    assert is_signed_in(client)
    assert cast.anna.tf_primary_method == "authenticator"


def test_a_second_factor_may_not_be_a_number_that_costs_a_fortune(client, cast):
    with transaction():
        cast.anna.tf_primary_method = None
    bring(client, cast.anna.email, PASSWORD)
    client.post("/second-factor", data={"setup": "sms", "phone": "+48 701 234 567"})
    assert letters() == []


def test_reporters_stay_signed_in_on_their_phone_and_staff_do_not(client, app, cast):
    ask(client, cast.jan.email)
    bring(client, cast.jan.email, last_code())
    assert client.get_cookie("remember_token") is not None
    set_up_second_factor(cast.anna)
    staff = app.test_client()
    bring(staff, cast.anna.email, PASSWORD, remember="y")
    staff.post("/signin/second-factor", data={"code": last_code()})
    assert is_signed_in(staff) and staff.get_cookie("remember_token") is None


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test", "\\\\evil.test", "/\\evil.test"])
def test_after_sign_in_nobody_is_led_out_of_the_house(client, cast, target):
    ask(client, cast.jan.email)
    answer = bring(client, cast.jan.email, last_code(), next=target)
    assert urlsplit(answer.location or "/").netloc == ""


def test_signing_in_leads_back_to_where_it_was_asked_for(client, cast):
    ask(client, cast.jan.email, next="/units/1")
    assert bring(client, cast.jan.email, last_code(), next="/units/1").location.endswith("/units/1")


def test_signing_out_needs_a_post(client, cast):
    assert client.get("/signout").status_code == 405


@pytest.mark.parametrize(
    "path", ["/us-setup", "/us-verify", "/us-verify-link", "/verify", "/tf-rescue", "/tf-select"]
)
def test_doors_that_nobody_needs_are_closed(client, cast, path):
    assert client.get(path).status_code == 404


@pytest.fixture
def limited(app):
    limiter.limiter.storage.reset()
    app.config["RATELIMIT_ENABLED"] = True
    yield
    app.config["RATELIMIT_ENABLED"] = False
    limiter.limiter.storage.reset()


def test_codes_are_not_sent_without_end(client, cast, limited):
    typed = ["500000000", "500 000 000", "+48500000000", "0048500000000", "500-000-000", "tel. 500000000"]
    assert [ask(client, number).status_code for number in typed] == [200] * 5 + [429]
    assert len(letters()) == 5


def test_codes_are_not_tried_without_end(client, cast, limited):
    ask(client, cast.jan.email)
    assert [bring(client, cast.jan.email, f"00000{n}").status_code for n in range(10)] == [200] * 10
    assert bring(client, cast.jan.email, last_code()).status_code == 429


def test_second_factor_codes_are_not_tried_without_end(client, cast, limited):
    set_up_second_factor(cast.anna)
    bring(client, cast.anna.email, PASSWORD)
    tries = [client.post("/signin/second-factor", data={"code": f"00000{n}"}).status_code for n in range(10)]
    assert set(tries) == {200}
    assert client.post("/signin/second-factor", data={"code": last_code()}).status_code == 429
