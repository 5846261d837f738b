"""The ticket form is light: an old phone on a weak connection."""

from helpdesk.models.codes import UnitKind
from tests.browser.stage import PHONE

KILOBYTE = 1000


def loaded_bytes(page, address: str) -> int:
    """Bytes over the wire for one visit, headers included, as the browser counts them."""
    sizes: list[float] = []
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    wire.detach()
    return int(sum(sizes))


def test_the_form_loads_first_under_100_kb_and_again_under_15_kb(site, visit):
    page = visit(PHONE)
    address = site.link_of(UnitKind.FIRE_BRIGADE) + "?category=held_post"
    first, again = loaded_bytes(page, address), loaded_bytes(page, address)
    print(f"first {first} bytes, again {again} bytes")
    assert first < 100 * KILOBYTE
    assert 0 < again < 15 * KILOBYTE
