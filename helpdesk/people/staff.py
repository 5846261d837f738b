"""The staff, as a manager cares for them: added, changed, switched off and on, helped when a phone is lost."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from helpdesk import clock, outbox, users
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, DutyTest, Role, User
from helpdesk.models.codes import STAFF, RoleName
from helpdesk.oncall import in_vain, own_test
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.schedule import Shift
from helpdesk.people.contacts import AHEAD, next_shifts
from helpdesk.tickets.search import contains

MOST_FOUND = 50


@dataclass(frozen=True)
class Member:
    """Somebody of the staff with what a manager wants to know: the last test that was confirmed, the next shift."""

    user: User
    tested: DutyTest | None
    shift: Shift | None


def members() -> list[Member]:
    """All of the staff, those who are here first, by name."""
    names = [role.value for role in STAFF]
    query = sa.select(User).where(User.roles.any(Role.name.in_(names))).order_by(User.active.desc(), User.name)
    tested, shifts = own_test.last_confirmed(), next_shifts(clock.now())
    return [Member(user, tested.get(user.id), shifts.get(user.id)) for user in db.session.scalars(query)]


def found(text: str) -> Sequence[User]:
    """Everybody, reporters and coordinators too, with the text in their name or address."""
    if not text:
        return []
    query = sa.select(User).where(sa.or_(contains(text, User.name), contains(text, User.email)))
    return db.session.scalars(query.order_by(User.name, User.id).limit(MOST_FOUND)).all()


def find(user_id: int) -> User:
    """
    Raises:
        NotFound: there is nobody of that number.
    """
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound("person_not_found")
    return user


def add(*, name: str, email: str, phone: str | None, role: RoleName, by: User) -> User:
    """A new person of the staff. They sign in with a code by mail; the second factor is the phone, or is set up at
    the first sign-in. Raises as `users.create_user`."""
    made = users.create_user(name=name, email=email, role=role, phone=phone)
    _note(made, by, "person_added", role=role.value)
    return made


def change(user: User, *, name: str, roles: frozenset[RoleName], locale: str, by: User) -> None:
    """Name, language, and which of the roles of staff they have; other roles stay.

    Raises:
        NotAllowed: "own_role": nobody takes the manager from themselves; "no_role".
    """
    if not roles:
        raise NotAllowed("no_role")
    if user.id == by.id and user.is_a(RoleName.MANAGER) and RoleName.MANAGER not in roles:
        raise NotAllowed("own_role")
    before = sorted(role.name for role in user.roles)
    known = users.ensure_roles()
    others = [role for role in user.roles if role.name not in STAFF]
    user.name, user.locale = name, locale
    user.roles = [*others, *(known[role] for role in STAFF if role in roles)]
    _note(user, by, "person_changed", before=before, after=sorted(role.name for role in user.roles))


def uncovered_without(user: User) -> list[tuple[datetime, datetime]]:
    """Spans of the next two weeks in which nobody would be on duty any more if the person left."""
    now, spans = clock.now(), []
    for schedule in duty.all_schedules():
        plan = duty.roster(schedule, now, now + AHEAD)
        rest = replace(plan, gone=plan.gone | {user.id})
        there = rest.shifts(now, now + AHEAD)
        for stint in plan.shifts(now, now + AHEAD):
            if stint.person == user.id:
                spans += duty.gaps_between(there, stint.starts_at, stint.ends_at)
    return sorted(spans)


def switch_off(user: User, by: User) -> None:
    """They have left: out of the plan and of alerts at once, which go on as if they were not reached; open sessions
    end, what waits for them is not sent.

    Raises:
        NotAllowed: "yourself"; "last_manager".
    """
    if user.id == by.id:
        raise NotAllowed("yourself")
    managers = _held_managers()
    if [manager.id for manager in managers] == [user.id]:
        raise NotAllowed("last_manager")
    user.active = False
    in_vain.leave_out(user)
    outbox.cancel_for_key(user.id, "")
    user.fs_uniquifier = secrets.token_hex(32)  # last: a key; whoever writes to them waits for us from here on
    _note(user, by, "person_switched_off")


def switch_on(user: User, by: User) -> None:
    """They are back, with everything they had."""
    user.active = True
    _note(user, by, "person_switched_on")


def lost_phone(user: User, by: User) -> None:
    """The second factor is set up anew at the next sign-in; open sessions end."""
    users.forget_second_factor(user)
    _note(user, by, "person_lost_phone")


def _held_managers() -> list[User]:
    """The active ones, locked: two managers who switch each other off at once are one after the other."""
    query = sa.select(User).where(User.active, User.roles.any(Role.name == RoleName.MANAGER)).order_by(User.id)
    return list(
        db.session.scalars(query.with_for_update(key_share=True, of=User).execution_options(populate_existing=True))
    )


def _note(user: User, by: User, action: str, **data: object) -> None:
    db.session.add(AuditEntry(user_id=by.id, action=action, subject=f"user:{user.id}", data=data))
