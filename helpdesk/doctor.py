"""Is this installation fit to alert people? Health (helpdesk/health/) and all that needs the network: the mail
server, the provider, the public address. Nothing is sent to anybody.
"""

import smtplib
from urllib.parse import urlsplit

import requests

from helpdesk.config import Settings, settings
from helpdesk.errors import MailboxError
from helpdesk.health import table
from helpdesk.health.check import Check, Verdict
from helpdesk.inbound.mailbox import open_inbox
from helpdesk.labels import company, money
from helpdesk.mailbox_words import WHY_NOT
from helpdesk.mailboxes import Mailbox
from helpdesk.notify import smsapi, twilio
from helpdesk.notify.channels import all_providers
from helpdesk.notify.email import tls_context
from helpdesk.notify.parcel import DeliveryError
from helpdesk.notify.provider import Provider
from helpdesk.sentences import _
from helpdesk.simulator.loopback import is_loopback

PATIENCE_SECONDS = 3


def checks() -> list[Check]:
    """Every check with its sentence in the current language; takes a few seconds."""
    known = [check for check in table.checks() if check.name != "balance"]  # asked anew below
    found = [public_url(), *known, mail_server(), *map(mailbox, settings().mailboxes)]
    account = provider_account()
    theirs = [account, *([sender()] if account.ok else []), *second_provider(), *balances()]
    return [*found, *theirs, reached_from_outside()]


def _is_address_known() -> bool:
    """Without PUBLIC_URL it is where `helpdesk run` listens, and only that process knows its port."""
    return settings().public_url != Settings.public_url


def public_url() -> Check:
    url = settings().public_url
    verdict = Verdict.WARNING if settings().simulated else Verdict.BROKEN
    if not _is_address_known():
        says = _("PUBLIC_URL is not set. Phones and Twilio need an https:// address that the internet reaches.")
        return Check("public_url", verdict, says)
    if url.startswith("https://"):
        return Check("public_url", Verdict.OK, _("PUBLIC_URL is %(url)s.", url=url))
    says = _(
        "PUBLIC_URL is %(url)s. Phones and Twilio need an https:// address that the internet reaches.", url=url
    )
    return Check("public_url", verdict, says)


def mail_server() -> Check:
    house = settings()
    place = f"{house.mail_server}:{house.mail_port}"
    try:
        _greet_mail_server()
    except (smtplib.SMTPException, OSError) as refused:
        says = _(
            "The mail server %(place)s cannot be used: %(why)s. Check the MAIL_… settings.",
            place=place,
            why=refused,
        )
        return Check("mail_server", Verdict.BROKEN, says)
    return Check("mail_server", Verdict.OK, _("The mail server %(place)s takes our mail.", place=place))


def _greet_mail_server() -> None:
    house = settings()
    with smtplib.SMTP(house.mail_server, house.mail_port, timeout=PATIENCE_SECONDS) as server:
        server.ehlo()
        if house.mail_use_tls:
            server.starttls(context=tls_context())
            server.ehlo()
        if house.mail_username and house.mail_password:
            server.login(house.mail_username, house.mail_password)


def mailbox(box: Mailbox) -> Check:
    """Signs in as the fetcher does; what lies there is left alone."""
    try:
        with open_inbox(box) as inbox:
            waiting = len(inbox.sizes())
    except MailboxError as refused:
        why = f"{WHY_NOT[refused.code]} ({refused})"
        says = _("The mailbox %(address)s cannot be fetched from: %(why)s.", address=box.address, why=why)
        return Check("mailbox", Verdict.BROKEN, says)
    says = _(
        "The mailbox %(address)s can be fetched from; mails in it: %(count)s.", address=box.address, count=waiting
    )
    return Check("mailbox", Verdict.OK, says)


def provider_account() -> Check:
    try:
        status, kind = twilio.account_status(), twilio.account_type()
    except DeliveryError as refused:
        return Check("account", Verdict.BROKEN, _account_refused(refused))
    if status != "active":
        return Check("account", Verdict.BROKEN, _("The Twilio account is not active: %(status)s.", status=status))
    if kind == "Trial":
        says = _("A trial account of Twilio reaches verified numbers only (error 21608). Upgrade it.")
        return Check("account", Verdict.BROKEN, says)
    return Check("account", Verdict.OK, _("The Twilio account is active."))


def _account_refused(refused: DeliveryError) -> str:
    if settings().simulated:
        return _("The simulator is not running. Start: helpdesk run")
    return _("Twilio cannot be used (%(why)s). Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.", why=refused)


def sender() -> Check:
    """Does the account have our number, and does it know where to report to?"""
    phone = settings().hotline
    if not phone.startswith("+"):
        says = _("No number of ours can call people. Set HOTLINE_NUMBER to a number of the Twilio account.")
        return Check("sender", Verdict.BROKEN, says)
    try:
        known = twilio.webhooks_of(phone)
    except DeliveryError as refused:
        return Check("sender", Verdict.BROKEN, _("Twilio did not name our numbers (%(why)s).", why=refused))
    return _judge_webhooks(phone, known)


def _judge_webhooks(phone: str, known: tuple[str, str, str] | None) -> Check:
    house = settings()
    if known is None:
        says = _("The Twilio account has no number %(phone)s. Buy it or correct the settings.", phone=phone)
        return Check("sender", Verdict.BROKEN, says)
    if not _is_address_known():
        says = _("Whether Twilio reports to us was not checked: PUBLIC_URL is not set.")
        return Check("sender", Verdict.WARNING, says)
    pairs = list(zip(("sms", "voice", "voice-status"), known, strict=True))
    wanted = pairs[1:] if house.twilio_messaging_service_sid else pairs  # a service has an SMS address of its own
    missing = {kind: f"{house.public_url}/twilio/{kind}" for kind, typed in wanted if not _leads_to(kind, typed)}
    if missing.keys() - {"voice-status"}:
        urls = ", ".join(missing.values())
        says = _("Type these addresses for %(phone)s at Twilio: %(urls)s", phone=phone, urls=urls)
        return Check("sender", Verdict.BROKEN, says)
    if missing:
        says = _(
            "Type this address for %(phone)s at Twilio as “Call status changes”: %(url)s. Without it the alert"
            " about a caller who hangs up begins minutes later.",
            phone=phone,
            url=missing["voice-status"],
        )
        return Check("sender", Verdict.WARNING, says)
    if house.twilio_from_number and not house.twilio_from_number.startswith("+"):
        says = _("SMS come from “%(name)s”; nobody can answer that. Calls can.", name=house.twilio_from_number)
        return Check("sender", Verdict.WARNING, says)
    return Check("sender", Verdict.OK, _("Twilio reports SMS and calls for %(phone)s to us.", phone=phone))


def second_provider() -> list[Check]:
    """Does SMSAPI take our token, and who can answer an SMS that it carries? Nothing without an account there."""
    if not smsapi.is_set_up():
        return []
    try:
        smsapi.probe()
    except DeliveryError as refused:
        says = _("SMSAPI cannot be used (%(why)s). Check SMSAPI_TOKEN and SMSAPI_URL.", why=refused)
        return [Check("second_provider", Verdict.BROKEN, says)]
    if smsapi.can_reply():
        url = smsapi.incoming_address()
        says = _("SMSAPI takes our SMS. Type this address there for SMS that come in: %(url)s", url=url)
        return [Check("second_provider", Verdict.OK, says)]
    says = _("SMSAPI takes our SMS. Its sender is a name: nobody can answer it, calls can be answered.")
    return [Check("second_provider", Verdict.OK, says)]


def balances() -> list[Check]:
    """What is left with each provider that says so."""
    return [check for check in map(_balance, all_providers()) if check]


def _balance(provider: Provider) -> Check | None:
    who = company(provider.name)
    try:
        left = provider.balance()
    except DeliveryError as refused:
        says = _("%(company)s does not say what is left in the account (%(why)s).", company=who, why=refused)
        return Check("balance", Verdict.WARNING, says)
    if left is None:
        return None
    amount = money(left.amount, left.currency)
    if left.amount < settings().low_balance:
        says = _(
            "%(company)s: only %(amount)s left. Pay in, or soon no message leaves.", company=who, amount=amount
        )
        return Check("balance", Verdict.BROKEN, says)
    return Check(
        "balance", Verdict.OK, _("%(company)s: %(amount)s left in the account.", company=who, amount=amount)
    )


def _leads_to(kind: str, typed: str) -> bool:
    return typed.split("#")[0] == f"{settings().public_url}/twilio/{kind}"


def reached_from_outside() -> Check:
    """The public address asked from here; whether the whole internet gets there, this cannot tell."""
    if not _is_address_known():
        says = _("Whether the web answers was not checked: PUBLIC_URL is not set.")
        return Check("reached", Verdict.WARNING, says)
    url = f"{settings().public_url}/healthz"
    try:
        answer = requests.get(url, timeout=PATIENCE_SECONDS, allow_redirects=False)
        why = "" if answer.ok and answer.json() == {"status": "ok"} else str(answer.status_code)
    except (requests.RequestException, ValueError) as refused:
        why = type(refused).__name__
    if why:
        says = _(
            "%(url)s does not answer as it should (%(why)s). Check DNS, proxy and that the web is up.",
            url=url,
            why=why,
        )
        return Check("reached", Verdict.BROKEN, says)
    if is_loopback(urlsplit(url).hostname or ""):
        return Check("reached", Verdict.OK, _("%(url)s answers, on this machine alone.", url=url))
    return Check("reached", Verdict.OK, _("%(url)s answers.", url=url))
