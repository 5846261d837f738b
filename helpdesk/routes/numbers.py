"""Numbers in addresses: one that no row can have is an address that does not exist."""

from werkzeug.routing import IntegerConverter, Map

from helpdesk.base import LARGEST_ID


class RowNumber(IntegerConverter):
    """`<int:…>` up to the largest id; beyond it SQLite's driver raises instead of finding nothing."""

    def __init__(self, map: Map) -> None:  # noqa: A002  (werkzeug names it)
        super().__init__(map, max=LARGEST_ID)
