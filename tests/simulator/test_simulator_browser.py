from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

ANNA, HOTLINE = "+48500000011", "+48500000001"
ASK = "<Response><Gather numDigits='1' action='/key'><Say>Nacisnij 1.</Say></Gather></Response>"

pytestmark = pytest.mark.browser


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 360, "height": 800})
        browser.close()


def test_phone_rings_and_is_used_without_leaving_the_page(page, sim, sdk, program):
    program.answers["/key"] = "<Response><Say>Dziekuje</Say></Response>"
    page.goto(sim.url)
    page.locator("input[name=body]").last.fill("half a sentence")
    call = sdk.calls.create(to=ANNA, from_=HOTLINE, twiml=ASK, status_callback="https://helpdesk.test/s")
    sim.ring(call.sid)
    page.locator(".is-ringing .btn-success").click()
    expect(page.locator(".said")).to_have_text("Nacisnij 1.")
    page.locator(".keypad [value='1']").click()
    expect(page.locator("details summary")).to_be_visible()
    assert sim.call(call.sid).status == "completed"
    assert page.locator("input[name=body]").last.input_value() == "half a sentence"


def test_page_fits_a_narrow_phone(page, sim):
    page.goto(sim.url)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_page_says_so_when_the_simulator_is_gone(page, sim):
    page.goto(sim.url)
    sim.stop()
    expect(page.locator("#offline")).to_be_visible()
