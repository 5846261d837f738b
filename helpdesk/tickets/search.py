"""Looking for a piece of text."""

from typing import Any

import sqlalchemy as sa


def contains(text: str, *columns: Any) -> sa.ColumnElement[bool]:
    """One of the columns has the text in it, in upper or lower case.

    The variants because SQLite folds the case of ASCII letters only.
    """
    others = () if text.isascii() else (text.lower(), text.upper(), text.capitalize())
    variants = sorted({text, *others})
    return sa.or_(*(column.icontains(variant, autoescape=True) for column in columns for variant in variants))
