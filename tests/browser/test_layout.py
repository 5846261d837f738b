"""What a screen has room for is neither broken over two lines nor cut."""

from itertools import pairwise

from tests.browser.stage import DESKTOP, PHONE

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


def test_tables_side_by_side_keep_to_their_columns_with_times_of_a_hundred_hours(site, visit):
    page = visit(DESKTOP, site.people("manager")[0])
    page.goto(f"{site.url}/dashboard?period=90")
    set_text = "(all, words) => all.forEach((one) => { one.textContent = words; })"
    page.locator(".groups td:last-child .number").evaluate_all(set_text, "ok. 120 godz. 56 min")
    over = page.locator(".tables section").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth).length"
    )
    assert over == 0 and max(heights(page, ".groups td .number")) < ONE_LINE


def test_the_months_under_a_chart_do_not_run_into_each_other_on_a_phone(site, visit):
    page = visit(PHONE, site.people("manager")[0])
    page.goto(f"{site.url}/dashboard?period=custom&since=2025-02-01&until=2026-12-31")
    chart = page.locator(".chart").first.locator(".label")
    boxes = chart.evaluate_all("all => all.map((one) => one.getBoundingClientRect().toJSON())")
    edges = [(box["left"], box["right"]) for box in boxes]
    assert len(edges) > 3 and all(left[1] + 4 < right[0] for left, right in pairwise(edges))


def test_the_names_of_hours_and_days_fit_their_columns_on_a_phone(site, visit):
    page = visit(PHONE, site.people("manager")[0])
    page.goto(f"{site.url}/dashboard")
    page.locator("details:has(.heat) > summary").click()
    over = page.locator(".heat thead th").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length"
    )
    assert over == 0 and max(heights(page, ".heat thead th")) < ONE_LINE + 2
