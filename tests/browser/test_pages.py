"""Every page, at both widths: axe finds nothing (WCAG 2.2 A and AA), the console is silent, nothing overflows,
no words stand letter below letter."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.hotline import calls as hotline
from helpdesk.hotline import recordings
from helpdesk.inbound import hotline as spoken
from helpdesk.mail_ids import reply_address
from helpdesk.models import (
    Absence,
    EscalationPolicy,
    Override,
    Participant,
    Schedule,
    SlaPolicy,
    Ticket,
    Unit,
    User,
)
from helpdesk.models.codes import Category, ExportState, HotlineState, Priority, TicketStatus, UnitKind
from helpdesk.oncall.contacts import mark_broken
from helpdesk.oncall.feeds import renew_own, renew_schedules
from helpdesk.oncall.schedule import main_schedule
from helpdesk.reports import exports
from helpdesk.reports.figures import Filters
from helpdesk.reports.period import Period
from helpdesk.reports.subscription import stop_token
from helpdesk.tickets.attachments import store_sound
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.tickets.urgent_question import link_token
from helpdesk.tokens import ACK_LINK, TICKET_PAGE, sign
from helpdesk.transaction import transaction
from tests.browser.stage import DESKTOP, PHONE, Site
from tests.inbound.mails import arrives, raw_mail

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
CATEGORIES = ("held_post", "hate", "profile_permission", "publication_request")


def _ticket(status: TicketStatus) -> Ticket:
    return db.session.scalars(sa.select(Ticket).where(Ticket.status == status).order_by(Ticket.id.desc())).first()


def _unit() -> Unit:
    return db.session.scalars(sa.select(Unit).where(Unit.kind == UnitKind.FIRE_BRIGADE)).first()


def _policy() -> EscalationPolicy:
    return db.session.scalars(sa.select(EscalationPolicy).order_by(EscalationPolicy.id)).first()


def _sla_policy() -> SlaPolicy:
    return db.session.scalars(sa.select(SlaPolicy).order_by(SlaPolicy.is_default, SlaPolicy.id)).first()


def _ticket_of(unit: Unit) -> Ticket:
    return db.session.scalars(sa.select(Ticket).where(Ticket.unit_id == unit.id).order_by(Ticket.id.desc())).first()


def _alerted(site: Site) -> Ticket:
    """An urgent ticket with attempts, the same at every call."""
    with transaction():
        unit = _unit()
        reporter = Reporter("Olgierd Sikawka", "+48500000014")
        draft = TicketDraft(
            unit=unit,
            category=Category.HELD_POST,
            priority=Priority.URGENT,
            summary="Ostrzeżenie o wichurze",
            reporter=reporter,
            submission_key="browser",
        )
        return open_ticket(draft)


def _called() -> Ticket:
    """A call that Olgierd's unit left a message in, the same at every call."""
    with transaction():
        call = spoken.begin("CABROWSER", "+48500000014")
        if call.state is not HotlineState.OVER:
            hotline.ring_next(call, 1)
            hotline.end(call)
            recordings.heard_of(call, "RE" + "0" * 32, 7)
            recordings.keep(call.id, store_sound(bytes.fromhex("fffb9064") + bytes(413)), "Wiadomość")
            recordings.is_gone_there(call.id)
        return call.ticket


def _called_by_a_stranger() -> Ticket:
    with transaction():
        call = spoken.begin("CASTRANGER", "")
        hotline.end(call)
        return call.ticket


def _page_of(ticket: Ticket) -> str:
    return f"/t/{sign(TICKET_PAGE, ticket.id)}"


def _next_month() -> str:
    return f"{clock.now() + timedelta(days=31):%Y-%m}"


def _last_month() -> str:
    return f"{clock.now().replace(day=1) - timedelta(days=2):%Y-%m}"


def _home(site: Site) -> int:
    """The municipality of the coordinator."""
    return site.people("coordinator")[0].municipality_id


def _dead(site: Site) -> User:
    """An administrator whose number does not work any more."""
    user = site.people("administrator")[-1]
    with transaction():
        mark_broken(user.contacts[0], "30005")
    return user


def _changed_plan(site: Site) -> Schedule:
    """The plan with somebody who stands in, somebody who is absent, and a gap; another schedule beside it."""
    schedule, people, now = main_schedule(), site.people("administrator"), clock.now()
    if db.session.scalar(sa.select(sa.func.count(Absence.id))):
        return schedule
    hours = {n: now + timedelta(hours=n) for n in (2, 5, 20, 50)}
    stands_in = {"user": people[1], "note": "wizyta u lekarza", "starts_at": hours[2], "ends_at": hours[5]}
    with transaction():
        db.session.add(Override(schedule_id=schedule.id, **stands_in))
        db.session.add(Absence(user=people[1], starts_at=hours[20], ends_at=hours[50]))
        db.session.add(Schedule(name="Drugi grafik"))
    return schedule


def _calendars(site: Site) -> Schedule:
    """A schedule that has an address for its calendar, as the manager has."""
    schedule, manager = main_schedule(), site.people("manager")[0]
    with transaction():
        renew_own(manager, manager)
        renew_schedules(schedule, manager)
    return schedule


def _reader(site: Site, role: str | None) -> User | None:
    if role == DEAD_PHONE:
        return _dead(site)
    return site.people(role)[0] if role else None


def _with_copies() -> Ticket:
    return db.session.scalars(sa.select(Ticket).join(Participant).order_by(Ticket.id.desc())).first()


def _urgent_token(**ago: int) -> str:
    ticket = _with_copies()
    return link_token(ticket.id, ticket.reporter_user_id, clock.now() - timedelta(**ago))


def _held_mail(_site: Site) -> str:
    """A stranger's, with attachments, a long word and an answer in it; the same at every call."""
    files = (("protokół.docx", "application", "octet-stream", b"PK"),)
    body = "Dzień dobry,\n\nnasz post się nie ukazał: https://facebook.test/" + "a" * 90 + "\n\n> Pomożecie?\n"
    head = {"Subject": "Post biblioteki o spotkaniu autorskim zniknął", "Message_ID": "<browser@obcy.test>"}
    row = arrives(raw_mail("Halina Obca <halina.obca@biblioteka-w-innej-gminie.test>", body, files=files, **head))
    return f"/mails/{row.id}"


def _export(site: Site, state: ExportState) -> str:
    """Of the manager, in that state; a worker that is at it has written 12,000 rows of 340,000."""
    manager, today = site.people("manager")[0], clock.now().date()
    days, end = {
        ExportState.WRITING: (90, lambda task: exports.go_on(task, 12_000)),
        ExportState.READY: (60, lambda task: exports.finish(task, 340_000)),
        ExportState.FAILED: (30, lambda task: exports.fail(task, exports.NO_ROOM)),
    }[state]
    period = Period(today - timedelta(days=days), today, site.app.config["SETTINGS"].zone)
    with transaction():
        row = exports.start(manager, period, Filters(municipality_id=_home(site)), "pl", 340_000)
        task = exports.take(row.id)
        if task is not None:  # None: it is being written since the last call
            exports.make_folder(task)
            task.path.write_bytes(bytes(34_500_000))
            end(task)
        return f"/dashboard/exports/{row.id}"


def _mailed(site: Site) -> Ticket:
    """A ticket with a mail in its conversation."""
    ticket = _alerted(site)
    writer = site.people("coordinator")[0].email
    arrives(raw_mail(writer, "Nadal nie ma.", To=reply_address(ticket.id, None), Message_ID="<browser@gmina.test>"))
    return ticket


SATURDAY_NIGHT = "2026-03-14T23:10"


def _own(site: Site, role: str, action: str) -> str:
    """A page about the reader's own phone."""
    return f"/me/contacts/{site.people(role)[0].contacts[0].id}/{action}"


def _person(site: Site) -> str:
    return f"/people/{site.people('administrator')[0].id}"


DEAD_PHONE = "somebody whose phone is dead"
PAGES = {
    "landing": (None, lambda site: "/"),
    "sign in": (None, lambda site: "/signin"),
    "not found": (None, lambda site: "/nowhere"),
    "choose a category": (None, lambda site: f"/u/{_unit().link_secret}"),
    **{
        f"form {code}": (None, lambda site, code=code: f"/u/{_unit().link_secret}?category={code}")
        for code in CATEGORIES
    },
    "unknown link": (None, lambda site: "/u/nobody-has-this"),
    "receipt": (None, lambda site: _page_of(_ticket(TicketStatus.NEW)) + "/receipt"),
    "reporter, new": (None, lambda site: _page_of(_ticket(TicketStatus.NEW))),
    "reporter, resolved": (None, lambda site: _page_of(_ticket(TicketStatus.RESOLVED))),
    "acknowledge link": (
        None,
        lambda site: f"/ack/{sign(ACK_LINK, _ticket(TicketStatus.NEW).id, site.people('administrator')[0].id)}",
    ),
    "ticket, called and left a message": ("administrator", lambda site: f"/desk/{_called().number}"),
    "ticket of a stranger": ("administrator", lambda site: f"/desk/{_called_by_a_stranger().number}"),
    "assign to a unit": ("administrator", lambda site: f"/desk/{_called().number}/unit?q=szk"),
    "assign to a unit, nothing found": ("administrator", lambda site: f"/desk/{_called().number}/unit?q=nicniema"),
    "desk": ("administrator", lambda site: "/desk"),
    "desk, nothing found": ("administrator", lambda site: "/desk?q=nicniema"),
    "ticket, new": ("administrator", lambda site: f"/desk/{_ticket(TicketStatus.NEW).number}"),
    "ticket, waiting": ("administrator", lambda site: f"/desk/{_ticket(TicketStatus.WAITING).number}"),
    "ticket, resolved": ("administrator", lambda site: f"/desk/{_ticket(TicketStatus.RESOLVED).number}"),
    "why this deadline": ("administrator", lambda site: f"/desk/{_alerted(site).number}/why"),
    "why this deadline, reporter": (None, lambda site: _page_of(_ticket(TicketStatus.WAITING)) + "/why"),
    "proof, urgent": ("manager", lambda site: f"/desk/{_alerted(site).number}/proof"),
    "proof, nothing sent": ("administrator", lambda site: f"/desk/{_ticket(TicketStatus.NEW).number}/proof"),
    "ticket, alerted": ("administrator", lambda site: f"/desk/{_alerted(site).number}"),
    "my duty": ("administrator", lambda site: "/duty"),
    "my duty, own phone dead": (DEAD_PHONE, lambda site: "/duty"),
    "desk, own phone dead": (DEAD_PHONE, lambda site: "/desk"),
    "my duty, a phone dead": ("manager", lambda site: _dead(site) and "/duty"),
    "absences and swaps": ("administrator", lambda site: "/oncall/cover"),
    "absences and swaps, manager": ("manager", lambda site: "/oncall/cover"),
    "offer a duty": ("administrator", lambda site: "/oncall/cover/offer"),
    "absence": ("manager", lambda site: "/oncall/cover/absent"),
    "on duty now and next": ("administrator", lambda site: "/oncall"),
    "plan, week": ("administrator", lambda site: "/oncall/week"),
    "plan, week of a manager": ("manager", lambda site: _changed_plan(site) and "/oncall/week"),
    "plan, only mine": ("administrator", lambda site: "/oncall/week?mine=1"),
    "plan, month": ("administrator", lambda site: "/oncall/month"),
    "plan, Christmas": ("manager", lambda site: "/oncall/month/2026-12"),
    "calendars, none yet": ("administrator", lambda site: "/oncall/calendars"),
    "calendars": ("manager", lambda site: _calendars(site) and "/oncall/calendars"),
    "my settings": ("administrator", lambda site: "/me"),
    "my settings, coordinator": ("coordinator", lambda site: "/me"),
    "my settings, own phone dead": (DEAD_PHONE, lambda site: "/me"),
    "how alerts come": ("administrator", lambda site: "/me/alerts"),
    "test my alert": ("administrator", lambda site: "/me/test"),
    "remove a number": ("administrator", lambda site: _own(site, "administrator", "remove")),
    "urgent link": (None, lambda site: f"/urgent/{_urgent_token()}"),
    "urgent link, late": (None, lambda site: f"/urgent/{_urgent_token(hours=13)}"),
    "signature": ("manager", lambda site: f"/municipalities/{_unit().municipality_id}/signature"),
    "end of reports": (None, lambda site: f"/stop-reports/{stop_token(site.people('coordinator')[0].id)}"),
    "ticket with people in copy": ("administrator", lambda site: f"/desk/{_with_copies().number}"),
    "mails, none": ("manager", lambda site: "/mails?after=999999"),
    "mails": ("manager", lambda site: _held_mail(site) and "/mails"),
    "mail, held": ("manager", lambda site: f"{_held_mail(site)}?q=szk"),
    "ticket with mails": ("administrator", lambda site: f"/desk/{_mailed(site).number}"),
    "people": ("manager", lambda site: "/people"),
    "people, found": ("manager", lambda site: "/people?q=demo"),
    "add somebody": ("manager", lambda site: "/people/add"),
    "somebody": ("manager", lambda site: _person(site)),
    "switch somebody off": ("manager", lambda site: f"{_person(site)}/off"),
    "a lost phone": ("manager", lambda site: f"{_person(site)}/lost-phone"),
    "health": ("manager", lambda site: "/health"),
    "load of duty": ("manager", lambda site: "/oncall/load"),
    "load of duty, my own, a plan": ("administrator", lambda site: f"/oncall/load?month={_next_month()}"),
    "load of duty, no month": ("manager", lambda site: "/oncall/load?month=marzec"),
    "dashboard": ("manager", lambda site: "/dashboard"),
    "woken at night": ("manager", lambda site: f"/dashboard/nights/{_person(site).rpartition('/')[2]}?period=90"),
    "wall board": ("manager", lambda site: "/dashboard/wall"),
    "dashboard, 90 days": ("manager", lambda site: "/dashboard?period=90"),
    "long export, asked for": ("manager", lambda site: "/dashboard/exports?period=90"),
    "long export, in the making": ("manager", lambda site: _export(site, ExportState.WRITING)),
    "long export, ready": ("manager", lambda site: _export(site, ExportState.READY)),
    "long export, failed": ("manager", lambda site: _export(site, ExportState.FAILED)),
    "long exports": ("manager", lambda site: _export(site, ExportState.WRITING).rpartition("/")[0]),
    "comparison of municipalities": ("manager", lambda site: "/reports?month=" + _last_month()),
    "comparison, no month": ("manager", lambda site: "/reports?month=marzec"),
    "months of a municipality": ("coordinator", lambda site: f"/reports/{_home(site)}"),
    "monthly report": ("coordinator", lambda site: f"/reports/{_home(site)}/{_last_month()}"),
    "monthly report, empty": ("manager", lambda site: f"/reports/{_home(site)}/2020-01"),
    "policies": ("manager", lambda site: "/oncall/policies"),
    "policies, administrator": ("administrator", lambda site: "/oncall/policies"),
    "add a policy": ("manager", lambda site: "/oncall/policies/add"),
    "change a policy": ("manager", lambda site: f"/oncall/policies/{_policy().id}"),
    "delete a policy": ("manager", lambda site: f"/oncall/policies/{_policy().id}/delete"),
    "preview of an alert": ("manager", lambda site: f"/oncall/policies/preview?category=hate&at={SATURDAY_NIGHT}"),
    "sla policies": ("manager", lambda site: "/sla"),
    "add an sla policy": ("manager", lambda site: "/sla/policies/add"),
    "change an sla policy": ("manager", lambda site: f"/sla/policies/{_sla_policy().id}"),
    "delete an sla policy": ("manager", lambda site: f"/sla/policies/{_sla_policy().id}/delete"),
    "another default": ("manager", lambda site: f"/sla/policies/{_sla_policy().id}/default"),
    "policies of contracts": ("manager", lambda site: "/sla/contracts"),
    "working calendars": ("manager", lambda site: "/sla/calendars"),
    "add a calendar": ("manager", lambda site: "/sla/calendars/add"),
    "change a calendar": ("manager", lambda site: f"/sla/calendars/{_sla_policy().targets[-1].calendar_id}"),
    "units": ("coordinator", lambda site: "/units"),
    "unit": ("coordinator", lambda site: f"/units/{_unit().id}"),
    "poster": ("coordinator", lambda site: f"/units/{_unit().id}/poster"),
    "add a unit": ("coordinator", lambda site: "/units/add"),
    "form, signed in": ("coordinator", lambda site: f"/units/{_unit().id}/new?category=hate"),
    "ticket, coordinator": ("coordinator", lambda site: f"/desk/{_ticket_of(_unit()).number}"),
    "schedules": ("manager", lambda site: "/oncall/schedules"),
    "schedule": ("manager", lambda site: f"/oncall/schedules/{main_schedule().id}"),
    "schedule, looked at": ("administrator", lambda site: f"/oncall/schedules/{main_schedule().id}"),
    "add a schedule": ("manager", lambda site: "/oncall/schedules/add"),
    "add a layer": ("manager", lambda site: f"/oncall/schedules/{main_schedule().id}/layers/add"),
    "end a layer": ("manager", lambda site: f"/oncall/schedules/{main_schedule().id}/layers/0/end"),
    "simulator": (None, lambda site: site.simulator.url),
}
PROOF_INSIDE = 702  # CSS pixels between the margins of A4: 186 mm
REPORT_INSIDE = 657  # 174 mm
LONGEST = "1234 godz. 55 min"
# Words in a column of a few letters; headings of stacked tables are out of sight.
SQUEEZED = """() => [...document.querySelectorAll("main *:not(thead *)")].filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    const words = [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    return words.map((node) => node.data.trim()).join("").length > 20 && width > 1 && width < 60 && height > 200;
}).map((one) => one.textContent)"""
# The console notes these answers by itself.
NOT_FOUND = {"not found", "unknown link", "load of duty, no month", "comparison, no month"}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360", "1280"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_quiet_and_fits(site: Site, visit, name, size):
    role, path_of = PAGES[name]
    path = path_of(site)
    page: Page = visit(size, _reader(site, role), noise=name in NOT_FOUND)
    page.goto(path if path.startswith("http") else site.url + path)
    page.evaluate("document.querySelectorAll('.proof-fold, .more').forEach((folded) => { folded.open = true; })")
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate(SQUEEZED) == []


def test_the_proof_prints_on_a4_with_page_numbers_and_nothing_cut(site: Site, visit):
    page: Page = visit(DESKTOP, site.people("manager")[0])
    page.goto(f"{site.url}/desk/{_alerted(site).number}/proof")
    pdf = page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf or b"/MediaBox [0 0 595 842]" in pdf
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PROOF_INSIDE, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= PROOF_INSIDE
    assert page.locator("thead .running").is_visible() and not page.locator(".site-header").is_visible()


def test_the_monthly_report_prints_within_a4_with_times_of_a_thousand_hours(site: Site, visit):
    page: Page = visit(DESKTOP, site.people("coordinator")[0])
    page.goto(f"{site.url}/reports/{_home(site)}/{_last_month()}")
    spans = page.locator("td:nth-last-child(-n+2):nth-child(n+7) .number")
    assert spans.count() == 6
    spans.evaluate_all("(all, words) => all.forEach((one) => { one.textContent = words; })", LONGEST)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": REPORT_INSIDE, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= REPORT_INSIDE
    assert not page.locator(".site-header").is_visible() and page.locator(".operator").is_visible()
