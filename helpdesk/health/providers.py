"""Is the way out, and back, open: channels, providers, their accounts, their reports to us?"""

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import ngettext

from helpdesk import clock, signs
from helpdesk.config import SMSAPI_OWN, TWILIO_API, settings
from helpdesk.extensions import db
from helpdesk.health.check import Check, Verdict, ask_the_doctor
from helpdesk.health.sent import LOOK_BACK, NOT_REACHED, REACHED, has_rung, one_of_each_bundle, recent
from helpdesk.i18n import when
from helpdesk.labels import company, label, money
from helpdesk.models import Attempt, Provider
from helpdesk.models.codes import AttemptState, Channel, CircuitState
from helpdesk.notify.channels import all_providers, provider_named, providers_of
from helpdesk.notify.parcel import Decision
from helpdesk.oncall.steps import PHONE
from helpdesk.sentences import _, span

FAILING = 3  # so many failures in an hour and no success: the channel itself is failing
FILTERED = "30007"  # the operator takes us for spam: no matter of one message
REPORTS_AFTER = timedelta(minutes=3)  # by then the provider has reported, if it can reach us
DOUBT_AFTER = timedelta(minutes=5)
HELD_GOOD_AFTER = timedelta(minutes=15)  # a probe says less than a message; so long, and we believe it
MOVED = (AttemptState.SENT, AttemptState.DELIVERED, AttemptState.UNDELIVERED, AttemptState.FAILED)


def set_up() -> Check:
    """Did a provider refuse something that only its account or our settings can mend?"""
    codes = {attempt.error_code for attempt in recent(*NOT_REACHED) if is_ours_to_mend(attempt)}
    if not codes:
        return Check("set_up", Verdict.OK, _("No provider has refused our settings in the last day."))
    says = _(
        "The provider refuses our settings or our account (code %(codes)s).",
        codes=", ".join(sorted(codes)),
    )
    return Check("set_up", Verdict.BROKEN, says, ask_the_doctor())


def is_ours_to_mend(attempt: Attempt) -> bool:
    if not attempt.error_code:
        return False
    decision_for = provider_named(attempt.channel, attempt.provider).decision_for
    return attempt.error_code == FILTERED or decision_for(attempt.error_code) is Decision.CONFIGURATION


def channels() -> Check:
    """Is a channel failing as a whole?"""
    since = clock.now() - timedelta(hours=1)
    ended = one_of_each_bundle(recent(*REACHED, *NOT_REACHED))
    last = [a for a in ended if (a.finished_at or a.sent_at or since) > since]
    failing = [channel for channel in Channel if _is_failing([a for a in last if a.channel is channel])]
    if not failing:
        return Check("channels", Verdict.OK, _("No channel is failing."))
    names = ", ".join(str(label(channel)) for channel in failing)
    says = _("Nothing has arrived over this channel for an hour: %(names)s.", names=names)
    return Check("channels", Verdict.BROKEN, says, ask_the_doctor())


def _is_failing(attempts: list[Attempt]) -> bool:
    """A phone that nobody answers says nothing against the channel."""
    return len(attempts) >= FAILING and all(a.state in NOT_REACHED and not has_rung(a) for a in attempts)


def provider() -> Check:
    """Who is at the far end of the wire?"""
    house = settings()
    if house.simulated:
        says = _("The simulator stands in for Twilio: no SMS and no call leaves this machine.")
        return Check("provider", Verdict.WARNING, says)
    if house.twilio_api_url != TWILIO_API:
        says = _("TWILIO_API_URL is not Twilio's own address: %(url)s", url=house.twilio_api_url)
        return Check("provider", Verdict.WARNING, says)
    if house.smsapi_url not in SMSAPI_OWN:
        says = _("SMSAPI_URL is not SMSAPI's own address: %(url)s", url=house.smsapi_url)
        return Check("provider", Verdict.WARNING, says)
    carriers = ", ".join(company(each.name) for each in providers_of(Channel.SMS))
    return Check("provider", Verdict.OK, _("Calls go to Twilio, SMS to %(companies)s.", companies=carriers))


def rows() -> dict[str, Provider]:
    """What is known of the providers that are set up, by name."""
    names = [provider.name for provider in all_providers()]
    known = db.session.scalars(sa.select(Provider).where(Provider.name.in_(names)).order_by(Provider.name))
    return {row.name: row for row in known}


def circuits() -> Check:
    """Which provider is failing, since when, and whether another one carries its messages."""
    known = rows()
    failing = [row for row in known.values() if row.state is not CircuitState.CLOSED]
    if not failing:
        return Check("circuits", Verdict.OK, _("Every provider takes messages."))
    alone = [row for row in failing if _stand_in(row, known) is None]
    says = "\n".join(_failing_words(row, _stand_in(row, known)) for row in failing)
    if not alone:
        return Check("circuits", Verdict.WARNING, says)
    return Check("circuits", Verdict.BROKEN, says, ask_the_doctor())


def ways_out() -> Check:
    """Has every channel of alerts a provider that works? Of the failing ones, those that keep alerts from getting
    out."""
    known = rows()
    shut = _shut(known)
    if not shut:
        return Check("ways_out", Verdict.OK, _("Every channel of alerts has a provider that takes messages."))
    words = [_failing_words(row, None) for row in known.values() if _channel(row.name) in shut]
    return Check("ways_out", Verdict.BROKEN, "\n".join(words), ask_the_doctor())


def shut_channels() -> list[Channel]:
    """The channels of alerts that no provider takes messages for; one question to the database."""
    return _shut(rows())


def _shut(known: dict[str, Provider]) -> list[Channel]:
    return [channel for channel in map(Channel, PHONE) if not _is_open(channel, known)]


def _is_open(channel: Channel, known: dict[str, Provider]) -> bool:
    return any(_is_held_good(known.get(provider.name)) for provider in providers_of(channel))


def _is_held_good(row: Provider | None) -> bool:
    """It takes messages; or it has answered a probe, and refused no message since for a while."""
    if row is None or row.state is CircuitState.CLOSED:
        return True
    since = row.probed_at
    return row.state is CircuitState.HALF_OPEN and since is not None and since <= clock.now() - HELD_GOOD_AFTER


def _stand_in(failing: Provider, known: dict[str, Provider]) -> str | None:
    """The name of the provider that is used instead."""
    names = [provider.name for provider in providers_of(_channel(failing.name))]
    return next((n for n in names if n not in known or known[n].state is CircuitState.CLOSED), None)


def _failing_words(row: Provider, stand_in: str | None) -> str:
    facts = {
        "channel": label(_channel(row.name)),
        "company": company(row.name),
        "since": when(row.open_since),
        "code": row.error_code or "–",
    }
    if row.state is CircuitState.HALF_OPEN:
        return _("%(channel)s over %(company)s: failed since %(since)s, is being tried again now.", **facts)
    if stand_in is None:
        return _(
            "%(channel)s over %(company)s: failing since %(since)s (code %(code)s), and there is no other.",
            **facts,
        )
    return _(
        "%(channel)s over %(company)s: failing since %(since)s (code %(code)s). %(other)s carries them meanwhile.",
        other=company(stand_in),
        **facts,
    )


def _channel(name: str) -> Channel:
    return Channel(name.partition(":")[0])


def balance() -> Check:
    """Is there money left with the providers, as far as they say (asked every hour)?"""
    low = [row for row in rows().values() if row.balance is not None and row.balance < settings().low_balance]
    if not low:
        return Check("balance", Verdict.OK, _("No provider's account runs low."))
    says = _(
        "Little is left in the account with %(accounts)s. Pay in, or soon no message leaves.",
        accounts=", ".join(f"{company(row.name)}: {money(row.balance, row.currency)}" for row in low),
    )
    return Check("balance", Verdict.BROKEN, says)


def webhook() -> Check:
    """Does the provider's word reach us? Not, if what it took has moved since and it never told us."""
    unheard = unreported()
    if not unheard:
        return Check("webhook", Verdict.OK, _("Twilio's reports reach us."))
    says = _(
        "Twilio's reports do not reach %(url)s, so replies by SMS and digits in calls are lost too. "
        "Check DNS, proxy, certificate and PUBLIC_URL.",
        url=settings().public_url,
    )
    return Check("webhook", Verdict.BROKEN, says)


def unreported() -> list[Attempt]:
    """SMS and calls of Twilio that went out after its last word to us, and have moved: we know it from asking."""
    heard_at, before = signs.seen_at(signs.WEBHOOK), clock.now() - REPORTS_AFTER
    # The sign of life may be a minute older than the last word.
    since = heard_at + signs.EVERY if heard_at else clock.now() - LOOK_BACK
    found = [attempt for attempt in recent(*MOVED) if attempt.provider.endswith("twilio")]
    return [attempt for attempt in found if attempt.accepted_at and since < attempt.accepted_at < before]


def doubtful() -> list[Attempt]:
    """Attempts of which nobody has known for minutes whether the provider has them, oldest first; at most 50."""
    query = (
        sa.select(Attempt)
        .where(Attempt.state == AttemptState.UNKNOWN, Attempt.sending_at < clock.now() - DOUBT_AFTER)
        .order_by(Attempt.sending_at)
        .limit(50)
    )
    return list(db.session.scalars(query))


def doubt() -> Check:
    found = doubtful()
    if not found:
        return Check("doubt", Verdict.OK, _("Of every message it is known whether the provider has it."))
    says = ngettext(
        "Whether %(num)s message was sent nobody has known for %(span)s: the provider cannot be asked.",
        "Whether %(num)s messages were sent nobody has known for %(span)s: the provider cannot be asked.",
        len(found),
        span=span(clock.now() - (found[0].sending_at or clock.now())),
    )
    return Check("doubt", Verdict.BROKEN, str(says))
