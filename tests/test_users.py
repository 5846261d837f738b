"""People who sign in."""

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.cli.user import user as command
from helpdesk.errors import HelpdeskError, InvalidPhoneNumber
from helpdesk.extensions import db
from helpdesk.models import Role, User
from helpdesk.models.codes import ContactKind, RoleName
from helpdesk.transaction import transaction
from helpdesk.users import confirm_contact, create_user, ensure_roles, find_user, has_second_factor


def make(**other):
    values = {"name": "Nowa Osoba", "email": "nowa@modrzewie.test", "role": RoleName.REPORTER, **other}
    with transaction():
        return create_user(**values)


def test_roles_are_made_once(app):
    for _ in range(2):
        with transaction():
            ensure_roles()
    assert db.session.scalar(sa.select(sa.func.count(Role.id))) == len(RoleName)


def test_staff_with_a_phone_have_their_second_factor(app):
    anna = make(role=RoleName.ADMINISTRATOR, phone="500 000 012", password="a long pass phrase")
    assert has_second_factor(anna)
    assert (anna.tf_phone_number, anna.us_phone_number) == ("+48500000012", None)


def test_reporters_sign_in_with_their_phone(app, cast):
    person = make(phone="500 000 012", unit=cast.osp)
    assert person.us_phone_number == "+48500000012"
    assert person.units == [cast.osp] and not has_second_factor(person)


def test_contacts_are_not_proven_by_being_typed(app):
    person = make(phone="500 000 012")
    assert person.contact(ContactKind.PHONE) is None
    with transaction():
        confirm_contact(person, ContactKind.PHONE, "+48500000012")
    assert person.contact(ContactKind.PHONE).verified_at == clock.now()
    assert len(person.contacts) == 2


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"email": "Jan@Modrzewie.TEST"}, "email_taken"),
        ({"phone": "+48500000000"}, "phone_taken"),
        ({"email": "jan"}, "not_an_email"),
        ({"password": "short"}, "weak_password"),
    ],
)
def test_what_cannot_be_is_refused_by_name(app, cast, values, code):
    with pytest.raises(HelpdeskError) as refused:
        make(**values)
    assert refused.value.code == code


def test_an_alarm_number_is_nobodys_phone(app):
    with pytest.raises(InvalidPhoneNumber):
        make(phone="112")


def run(app, *arguments):
    return app.test_cli_runner().invoke(command, [*arguments])


def test_the_command_adds_a_manager_and_says_what_comes_next(app):
    result = run(
        app, "create", "--role", "manager", "--email", "m@x.test", "--name", "Marek Nowy", "--phone", "500000099"
    )
    assert result.exit_code == 0, result.output
    assert "http://helpdesk.test/signin" in result.output and "+48500000099" in result.output
    assert find_user("m@x.test").is_a(RoleName.MANAGER)


def test_the_command_says_why_not(app, cast):
    result = run(app, "create", "--role", "manager", "--email", cast.jan.email, "--name", "Marek Nowy")
    assert result.exit_code == 1 and "e-mail address already" in result.output


def test_the_command_lists_people(app, cast):
    assert "anna@modrzewie.test\tadministrator\tAnna Testowa\tactive" in run(app, "list").output


def test_a_lost_phone_is_forgotten_and_sessions_end(app, cast):
    before = cast.anna.fs_uniquifier
    assert run(app, "forget-second-factor", cast.anna.email).exit_code == 0
    db.session.expire_all()
    anna = db.session.get(User, cast.anna.id)
    assert not has_second_factor(anna) and anna.fs_uniquifier != before
