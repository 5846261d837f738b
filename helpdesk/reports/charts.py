"""Charts as SVG, drawn on the server: no script, no style attributes; words come from outside, colours from CSS.

Across, everything is measured in per cent of the width, so that text keeps its size on every screen; from top to
bottom in pixels. Classes name the parts (see static/dashboard.css).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

HEIGHT = 230
TOP, FLOOR = 20, 200  # the plot's upper and lower edge
LEFT, RIGHT = 12.0, 99.5  # its sides, in per cent
LABELS_THAT_FIT = 5
WIDEST_BAR = 6.0  # per cent; a lone bar is no wall
BAR_SHARE = 0.76  # of the room of a label; the rest keeps neighbours apart


@dataclass(frozen=True)
class Words:
    """What a screen reader says instead of the picture; `key` makes the ids on the page unique."""

    key: str
    title: str
    description: str


@dataclass(frozen=True)
class Series:
    """A value per label, 0 or more; `css` is the class of its bars."""

    css: str
    values: Sequence[int]


def bar_chart(words: Words, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Bars side by side for each label."""
    top = nice_top(max((value for one in series for value in one.values), default=0))
    ticks = [(str(top * half // 2), half / 2) for half in range(3)]
    width = min(WIDEST_BAR, (RIGHT - LEFT) / max(len(labels), 1) * BAR_SHARE / len(series))
    bars = (
        _bar(one.css, _middle(index, len(labels)) + (order - len(series) / 2) * width, width, value / top)
        for order, one in enumerate(series)
        for index, value in enumerate(one.values)
        if value
    )
    return _picture(words, [*_grid(ticks), *bars, *_below(labels)])


def share_chart(words: Words, labels: Sequence[str], shares: Sequence[float | None]) -> Markup:
    """A line of shares (0 to 1); it is broken where there is none."""
    points = [
        None if share is None else (_middle(i, len(labels)), _height(share)) for i, share in enumerate(shares)
    ]
    lines = (_line("line", *left, *right) for left, right in pairwise(points) if left and right)
    dots = (_DOT.format(*map(_number, point)) for point in points if point)
    ticks = [("0%", 0.0), ("50%", 0.5), ("100%", 1.0)]
    return _picture(words, [*_grid(ticks), *lines, *dots, *_below(labels)])


def meter(share: float) -> Markup:
    """A share (0 to 1) as a small bar, beside the number that says the same."""
    return _METER.format(_number(share * 100))


def nice_top(highest: int) -> int:
    """An even, round number not below `highest`, and at least 2: half of it is a whole number too."""
    scale = 1
    while True:
        for step in (2, 4, 6, 10):
            if step * scale >= highest:
                return step * scale
        scale *= 10


_PICTURE = Markup(
    '<svg class="chart" width="100%" height="{height}" role="img" aria-labelledby="{key}-title {key}-desc">'
    '<title id="{key}-title">{title}</title><desc id="{key}-desc">{description}</desc>{parts}</svg>'
)
_LINE = Markup('<line class="{}" x1="{}%" y1="{}" x2="{}%" y2="{}"/>')
_BAR = Markup('<rect class="{}" x="{}%" y="{}" width="{}%" height="{}"/>')
_DOT = Markup('<circle class="dot" cx="{}%" cy="{}" r="4"/>')
_TEXT = Markup('<text class="{}" x="{}%" y="{}" text-anchor="{}">{}</text>')
_METER = Markup(
    '<svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    '<rect class="track" width="100" height="8"/><rect class="level" width="{}" height="8"/></svg>'
)


def _picture(words: Words, parts: Iterable[Markup]) -> Markup:
    return _PICTURE.format(
        height=HEIGHT,
        key=words.key,
        title=words.title,
        description=words.description,
        parts=Markup("").join(parts),
    )


def _grid(ticks: Iterable[tuple[str, float]]) -> Iterator[Markup]:
    """A line across with its value at the left, for each (text, share of the height)."""
    for text, share in ticks:
        yield _line("floor" if share == 0 else "grid", LEFT, _height(share), RIGHT, _height(share))
        yield _TEXT.format("tick", _number(LEFT - 1), _number(_height(share) + 4), "end", text)


def _below(labels: Sequence[str]) -> Iterator[Markup]:
    """The labels under the plot, as many as fit on a phone."""
    every = -(-len(labels) // LABELS_THAT_FIT)
    for index, text in enumerate(labels):
        if index % every == 0:
            yield _TEXT.format("label", _number(_middle(index, len(labels))), FLOOR + 20, "middle", text)


def _bar(css: str, left: float, width: float, share: float) -> Markup:
    y = _height(share)
    return _BAR.format(css, _number(left), _number(y), _number(width), _number(FLOOR - y))


def _line(css: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return _LINE.format(css, *(_number(value) for value in (x1, y1, x2, y2)))


def _middle(index: int, count: int) -> float:
    return LEFT + (RIGHT - LEFT) * (index + 0.5) / count


def _height(share: float) -> float:
    return FLOOR - (FLOOR - TOP) * share


def _number(value: float) -> str:
    """Two places are finer than a pixel."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
