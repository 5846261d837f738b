"""Rows that buttons add to a form and take away, also without script."""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

Row = list[tuple[str, str]]


def is_rearranging(button: str) -> bool:
    return button.partition(":")[0] in ("add", "remove")


def rearranged(sent: MultiDict[str, str], button: str, new: Mapping[str, Row]) -> MultiDict[str, str]:
    """What was sent, with the rows as the button wants them: "add:own" (a row as `new` has it), "remove:own:2"."""
    verb, name, at = [*button.split(":"), "", ""][:3]
    if name not in new:
        return sent
    rows, rest = _split(sent, f"{name}-")
    if verb == "add":
        rows.append(new[name])
    else:
        rows = [row for place, row in enumerate(rows) if str(place) != at]
    for place, row in enumerate(rows):
        rest.extend((f"{name}-{place}-{field}", value) for field, value in row)
    return MultiDict(rest)


def _split(sent: MultiDict[str, str], prefix: str) -> tuple[list[Row], Row]:
    """The rows in their order, and all other fields."""
    rows: dict[int, Row] = {}
    rest = []
    for name, value in sent.items(multi=True):
        number, _dash, field = name.removeprefix(prefix).partition("-")
        if name.startswith(prefix) and number.isdecimal() and field:
            rows.setdefault(int(number), []).append((field, value))
        else:
            rest.append((name, value))
    return [rows[number] for number in sorted(rows)], rest
