"""The declarative base: column types and naming that every table shares."""

import enum
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, registry


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, on every database (SQLite drops zones).

    Naive values are refused with ValueError.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime refused: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _codes(members: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in members]


Json = sa.JSON().with_variant(JSONB(), "postgresql")
LARGEST_ID = 2**63 - 1  # beyond it SQLite's driver raises instead of finding nothing
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def read_id(text: str | None) -> int | None:
    """The number that was typed or came in an address; None for what no row can have as its id."""
    number = int(text) if text and text.isascii() and text.isdecimal() else None
    return number if number is not None and number <= LARGEST_ID else None


METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
TYPES = {
    datetime: UtcDateTime(),
    dict[str, Any]: Json,
    list[Any]: Json,
    list[str]: Json,
    list[int]: Json,
    enum.Enum: sa.Enum(enum.Enum, native_enum=False, create_constraint=True, values_callable=_codes, length=32),
}


class Base(DeclarativeBase):
    """Enums become strings with a CHECK constraint; datetimes are aware UTC."""

    registry = registry(metadata=METADATA, type_annotation_map=TYPES)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """Of the rows for which `where` (SQL) holds alone."""
    condition = sa.text(where)
    return sa.Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
