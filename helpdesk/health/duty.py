"""Would an alert reach a human being: who is on duty, have they phones that ring, did the last test arrive?"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock, warning_words
from helpdesk.config import settings
from helpdesk.contact_words import our_number
from helpdesk.extensions import db
from helpdesk.health.check import Check, Verdict, ask_the_doctor
from helpdesk.health.sent import REACHED
from helpdesk.i18n import when
from helpdesk.models import Attempt, DutyTest, Notification, User
from helpdesk.models.codes import Channel, RoleName, WarningKind
from helpdesk.oncall import duty_test
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.people import address_of, people_with
from helpdesk.oncall.running_alerts import unanswered
from helpdesk.oncall.steps import PHONE
from helpdesk.oncall.warnings import AHEAD, PlanWarning, warnings
from helpdesk.sentences import _

URGENT_WITHIN = timedelta(days=7)  # a gap that is further away is worth a note only
MOST_NAMED = 5
ELSEWHERE = (WarningKind.UNCOVERED, WarningKind.UNREACHABLE)  # checks of their own
PATIENCE = timedelta(minutes=2)  # with nobody to reach, an alert is through all its steps at once


def alerts() -> Check:
    open_ones = unanswered()
    if not open_ones:
        return Check("alerts", Verdict.OK, _("No alert has gone through all its steps unanswered."))
    numbers = ", ".join(escalation.ticket.number for escalation in open_ones[:5])
    says = _("Nobody has answered the alerts for: %(numbers)s. Take them at the desk.", numbers=numbers)
    return Check("alerts", Verdict.BROKEN, says)


def arrived() -> Check:
    """Has every alert that went through all its steps reached a phone, though nobody answers it?"""
    late = [each for each in unanswered() if each.opened_at <= clock.now() - PATIENCE]
    reached = _that_reached_a_phone([escalation.id for escalation in late])
    lost = [escalation for escalation in late if escalation.id not in reached]
    if not lost:
        return Check("arrived", Verdict.OK, _("Every alert has reached a phone."))
    says = _(
        "These alerts have gone through all their steps and reached no phone: %(numbers)s. Take them at the desk.",
        numbers=", ".join(escalation.ticket.number for escalation in lost[:5]),
    )
    return Check("arrived", Verdict.BROKEN, says, ask_the_doctor())


def _that_reached_a_phone(escalations: list[int]) -> set[int]:
    """Those of the alerts of which an SMS went all the way or a phone rang, answered or not."""
    rang = sa.and_(Attempt.channel == Channel.VOICE, Attempt.sent_at.is_not(None), Attempt.error_code == "")
    query = (
        sa.select(Notification.escalation_id)
        .join(Attempt)
        .where(
            Notification.escalation_id.in_(escalations),
            Attempt.channel.in_(PHONE),
            sa.or_(Attempt.state.in_(REACHED), rang),
        )
    )
    return set(db.session.scalars(query))


def on_call() -> Check:
    schedule, now = duty.main_schedule(), clock.now()
    if schedule is None:
        return Check(
            "on_call", Verdict.BROKEN, _("There is no on-call schedule, so alerts go to all administrators.")
        )
    gaps = [each for each in warnings(now, now + AHEAD) if each.kind is WarningKind.UNCOVERED]
    if not gaps:
        return Check("on_call", Verdict.OK, _("Somebody is on duty at every hour of the next 14 days."))
    is_near = gaps[0].starts_at < now + URGENT_WITHIN
    return _check_of("on_call", Verdict.BROKEN if is_near else Verdict.WARNING, gaps)


def plan() -> Check:
    """What else will go wrong with the duty of the next two weeks unless somebody acts."""
    now = clock.now()
    found = [each for each in warnings(now, now + AHEAD) if each.kind not in ELSEWHERE]
    if not found:
        return Check("plan", Verdict.OK, _("The plan of the next 14 days has no other loose ends."))
    return _check_of("plan", Verdict.WARNING, found)


def _check_of(name: str, verdict: Verdict, found: list[PlanWarning]) -> Check:
    """What is wrong with the nearest ones, and all that there is to do about them."""
    nearest = [each.params() for each in found[:MOST_NAMED]]
    says = [warning_words.says(params) for params in nearest]
    if more := len(found) - len(nearest):
        says.append(_("And %(count)s more: see On-call.", count=more))
    does = dict.fromkeys(warning_words.does(params) for params in nearest)
    return Check(name, verdict, "\n".join(says), " ".join(does))


def reachable() -> Check:
    """Has everybody whose turn comes within two weeks a verified number that works?"""
    people = _on_duty_soon(clock.now())
    ringing = {user for user in people if address_of(user, Channel.VOICE) is not None}
    says, does = [], ""
    if silent := _without(Channel.VOICE, people):
        says.append(_("On duty soon without a verified, working phone: %(names)s", names=silent))
    if stopped := _without(Channel.SMS, ringing):
        says.append(_("On duty soon and gets calls but no SMS, because of a STOP: %(names)s", names=stopped))
        does = _("SMS come again after START by SMS to %(number)s: ask for that.", number=our_number())
    if says:
        return Check("reachable", Verdict.BROKEN if silent else Verdict.WARNING, "\n".join(says), does)
    return Check("reachable", Verdict.OK, _("Everybody on duty in the next 14 days has a verified phone."))


def _without(channel: Channel, people: set[User]) -> str:
    """Their names, those whom nothing reaches over the channel."""
    return ", ".join(sorted(user.name for user in people if address_of(user, channel) is None))


def _on_duty_soon(now: datetime) -> set[User]:
    return {shift.user for schedule in duty.all_schedules() for shift in duty.shifts(schedule, now, now + AHEAD)}


def managers() -> Check:
    none = _("There is no manager, the last resort of every alert. Run: helpdesk user create --role manager …")
    return _last_resort("managers", RoleName.MANAGER, none) or Check(
        "managers", Verdict.OK, _("A manager can be called.")
    )


def administrators() -> Check:
    none = _(
        "There is no administrator, and all of them are called when nobody on duty answers. "
        "Run: helpdesk user create --role administrator …"
    )
    return _last_resort("administrators", RoleName.ADMINISTRATOR, none) or Check(
        "administrators", Verdict.OK, _("An administrator can be called.")
    )


def _last_resort(name: str, role: RoleName, none: str) -> Check | None:
    """Every alert ends with these people: what is wrong when a call reaches none of them."""
    people = set(people_with(role))
    if not people:
        return Check(name, Verdict.BROKEN, none)
    if all(address_of(user, Channel.VOICE) is None for user in people):
        says = _(
            "An alert that nobody answers ends with these people, and none has a verified, working phone: "
            "%(names)s. Who signs in with a code by SMS verifies the number.",
            names=_without(Channel.VOICE, people),
        )
        return Check(name, Verdict.BROKEN, says)
    return None


def tested() -> Check:
    """Does the weekly test alert come, and how did the last one go?"""
    if settings().test_alert_at is None:
        return Check("tested", Verdict.WARNING, _("No test alerts are sent: TEST_ALERT_AT is off."))
    if (skipped := duty_test.skipped()) is not None:
        says = _(
            "The test alert of %(when)s was not made, and none since. Does the scheduler run?", when=when(skipped)
        )
        return Check("tested", Verdict.BROKEN, says)
    last = duty_test.last_outcome()
    if last is not None and last.confirmed_at is None:
        return Check("tested", Verdict.BROKEN, missed_words(last))
    if last is None:
        following = when(duty_test.next_moment(clock.now()))
        return Check("tested", Verdict.OK, _("The first test alert comes on %(when)s.", when=following))
    return Check("tested", Verdict.OK, confirmed_words(last))


def words_on_tests(now: datetime) -> list[str]:
    """When the next test alert comes and to whom, and how the last one went; empty where there are none."""
    following, last = duty_test.next_moment(now), duty_test.last_outcome()
    words = []
    if following is not None:
        user = duty_test.whom(following)
        name = user.name if user else "–"
        words.append(_("Next test alert: %(when)s, %(name)s.", when=when(following), name=name))
    if last is not None:
        words.append(confirmed_words(last) if last.confirmed_at else missed_words(last))
    return words


def confirmed_words(test: DutyTest) -> str:
    name, at = test.user.name if test.user else "", when(test.confirmed_at)
    return _("Test alert: %(name)s confirmed it on %(when)s.", name=name, when=at)


def missed_words(test: DutyTest) -> str:
    facts = {"name": test.user.name if test.user else "", "when": when(test.created_at)}
    match duty_test.why_missed(test):
        case duty_test.NOBODY:
            return _(
                "The test alert of %(when)s reached nobody: nobody is on duty next. Fill the schedule.", **facts
            )
        case duty_test.NO_PHONE:
            return _(
                "The test alert of %(when)s could not be sent: %(name)s has no verified, working phone.", **facts
            )
        case _no_answer:
            return _(
                "The test alert of %(when)s was not confirmed by %(name)s. Check that phone before the next duty.",
                **facts,
            )
