"""Charts are SVG that a strict content policy lets through and a screen reader can name."""

import re
from xml.etree import ElementTree

import pytest

from helpdesk.reports.charts import FLOOR, TOP, Series, Words, bar_chart, meter, nice_top, share_chart

WORDS = Words("demo", "Tickets <b>", "12 filed & 3 resolved")


def _parse(markup):
    return ElementTree.fromstring(str(markup))


def _bars(svg, css):
    return [part for part in svg.iter("rect") if part.get("class") == css]


def test_a_chart_has_a_name_and_a_description_and_escapes_both():
    svg = _parse(bar_chart(WORDS, ["1"], [Series("filed", [1])]))
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "demo-title demo-desc"
    assert [svg.find(name).text for name in ("title", "desc")] == [WORDS.title, WORDS.description]


def test_a_chart_has_no_style_and_no_script():
    text = str(bar_chart(WORDS, ["1"], [Series("filed", [1])])) + str(share_chart(WORDS, ["1"], [0.5]))
    assert not re.search(r"style=|<script|<style|\son\w+=", text)


def test_bars_are_as_high_as_their_values():
    svg = _parse(bar_chart(WORDS, ["a", "b", "c"], [Series("filed", [10, 5, 0])]))
    assert [float(bar.get("height")) for bar in _bars(svg, "filed")] == [FLOOR - TOP, (FLOOR - TOP) / 2]


def test_bars_of_two_series_stand_side_by_side():
    svg = _parse(bar_chart(WORDS, ["a"], [Series("filed", [1]), Series("resolved", [1])]))
    (left,), (right,) = _bars(svg, "filed"), _bars(svg, "resolved")
    end = float(left.get("x")[:-1]) + float(left.get("width")[:-1])
    assert end == pytest.approx(float(right.get("x")[:-1]), abs=0.02)


def test_a_line_is_broken_where_there_is_no_share():
    svg = _parse(share_chart(WORDS, list("abcd"), [1.0, 0.5, None, 0.0]))
    assert len([line for line in svg.iter("line") if line.get("class") == "line"]) == 1
    assert [float(dot.get("cy")) for dot in svg.iter("circle")] == [TOP, (TOP + FLOOR) / 2, FLOOR]


@pytest.mark.parametrize("count", [1, 7, 31, 92])
def test_no_more_labels_than_a_phone_can_show(count):
    svg = _parse(bar_chart(WORDS, [str(i) for i in range(count)], [Series("filed", [1] * count)]))
    assert len([text for text in svg.iter("text") if text.get("class") == "label"]) <= 5


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 2), (1, 2), (3, 4), (5, 6), (7, 10), (11, 20), (61, 100), (4321, 6000)]
)
def test_the_scale_ends_on_a_round_even_number(highest, top):
    assert nice_top(highest) == top


def test_a_meter_is_for_the_eye_only():
    svg = _parse(meter(0.5))
    assert svg.get("aria-hidden") == "true"
    assert [part.get("width") for part in svg.iter("rect")] == ["100", "50"]
