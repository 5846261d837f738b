"""What a wide screen has room for is not broken over two lines."""

from tests.browser.stage import DESKTOP

ONE_ROW = 80  # pixels
ONE_LINE = 30


def heights(page, selector: str) -> list[float]:
    return page.locator(selector).evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")


def test_the_menu_of_a_manager_is_one_row(site, visit):
    page = visit(DESKTOP, site.people("manager")[0])
    page.goto(f"{site.url}/dashboard")
    assert heights(page, ".site-header")[0] < ONE_ROW


def test_figures_and_spans_of_time_are_one_line(site, visit):
    page = visit(DESKTOP, site.people("manager")[0])
    page.goto(f"{site.url}/dashboard")
    found = heights(page, ".groups td .number, .kpi dd")
    assert len(found) > 20 and max(found) < ONE_LINE
