"""The main job in a real browser, from the fire station's link to the manager's dashboard."""

from playwright.sync_api import Page, expect

from helpdesk import clock
from helpdesk.models.codes import UnitKind
from helpdesk.oncall.schedule import main_schedule, next_shift, who_is_on_call
from tests.browser.stage import DESKTOP, PHONE


def card(page: Page, user):
    """The phone and mailbox of a person on the simulator's page."""
    return page.locator(f"#p-{user.contacts[0].value[1:]}")


def file(page: Page, link: str, *, category: str, urgency: str, subject: str, **answers: str) -> str:
    """Fill in the form like somebody in a hurry; the number of the ticket."""
    page.goto(link)
    page.locator(f'a[href*="category={category}"]').click()
    page.locator(f'[name=priority][value="{urgency}"]').check()
    page.locator("[name=subject]").fill(subject)
    for name, value in answers.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=name]").fill("Olgierd Sikawka")
    page.locator("main button[type=submit]").last.click()
    return page.locator(".receipt .figure").first.inner_text()


def test_an_urgent_ticket_reaches_the_second_person_and_everybody_learns_who_has_it(site, visit):
    first = who_is_on_call(main_schedule(), clock.now())
    second = next_shift(main_schedule(), clock.now()).user
    reporter, phones = visit(PHONE), visit(DESKTOP)
    phones.goto(site.simulator.url)
    number = file(
        reporter,
        site.link_of(UnitKind.FIRE_BRIGADE),
        category="held_post",
        urgency="urgent",
        subject="Ostrzeżenie o wichurze",
        q_post_url="https://facebook.test/posty/1",
        phone="500 000 014",
    )
    expect(card(phones, first)).to_contain_text(number)
    site.passes(seconds=31)
    expect(phones.locator("#ringing")).to_contain_text(first.name)
    site.passes(minutes=3)
    expect(card(phones, second)).to_contain_text(number)
    site.passes(seconds=31)
    answer_the_call(phones, second)
    expect(card(phones, first)).to_contain_text(second.name.split()[0])
    expect(phones.locator("#p-48500000014")).to_contain_text(second.name.split()[0])
    reporter.reload()
    expect(reporter.locator("main")).to_contain_text(second.name)
    assert_dashboard_counts_it(site, visit)


def answer_the_call(phones: Page, user) -> None:
    ringing = card(phones, user)
    ringing.get_by_role("button", name="Odbierz").click()
    ringing.get_by_role("button", name="1", exact=True).click()
    expect(ringing).to_contain_text("należy do Ciebie")


def assert_dashboard_counts_it(site, visit) -> None:
    manager = visit(DESKTOP, site.people("manager")[0])
    manager.goto(f"{site.url}/dashboard?period=today")
    expect(manager.locator("main")).to_contain_text("min")


def test_a_normal_ticket_goes_by_mail_with_an_sms_notice(site, visit):
    on_duty = who_is_on_call(main_schedule(), clock.now())
    reporter, phones = visit(PHONE), visit(DESKTOP)
    phones.goto(site.simulator.url)
    number = file(
        reporter,
        site.link_of(UnitKind.CULTURE_CENTRE),
        category="publishing_trouble",
        urgency="normal",
        subject="Nie można dodać wydarzenia",
        q_tried="Dodaję wydarzenie",
        email="kultura.wrzosowice@demo.test",
    )
    for administrator in site.people("administrator"):
        expect(card(phones, administrator).locator(".mails")).to_contain_text(number)
    expect(card(phones, on_duty).locator(".texts")).to_contain_text(number)
    take_by_mail(phones, on_duty, number)
    reporter.reload()
    expect(reporter.locator("main")).to_contain_text(on_duty.name)


def take_by_mail(phones: Page, user, number: str) -> None:
    """Open the mail, follow its link, press the button there."""
    card(phones, user).locator(".mails a", has_text=number).first.click()
    address = phones.locator("a[href*='/ack/']").first.get_attribute("href")
    phones.goto(address)
    phones.get_by_role("button", name="Przyjmuję").click()
    expect(phones.locator("main")).to_contain_text(number)


def test_a_new_alert_comes_on_the_page_while_somebody_types_and_the_words_stay(site, visit):
    on_duty = who_is_on_call(main_schedule(), clock.now())
    link, answers = site.link_of(UnitKind.FIRE_BRIGADE), {"q_post_url": "https://facebook.test/posty/2"}
    reporter, duty = visit(PHONE), visit(PHONE, on_duty)

    def report(subject: str) -> str:
        return file(
            reporter, link, category="held_post", urgency="urgent", subject=subject, phone="500 000 014", **answers
        )

    first = report("Pierwsza sprawa")
    duty.goto(f"{site.url}/duty")
    duty.locator("article", has_text=first).get_by_role("button", name="Przyjmuję").click()
    words = duty.locator("article", has_text=first).locator("textarea")
    if not words.is_visible():
        duty.locator("article", has_text=first).get_by_text("Odpowiedz lub rozwiąż").click()
    words.fill("Już patrzę")
    second = report("Druga sprawa")
    duty.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(duty.locator("#alerts")).to_contain_text(second)
    expect(words).to_have_value("Już patrzę")
