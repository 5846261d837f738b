"""Where the files beside the code lie, in a checkout and in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def templates_folder() -> Path:
    """Top-level `templates/` of a checkout, else the copy inside the wheel."""
    checkout = PACKAGE.parent / "templates"
    return checkout if (checkout / "base.html").exists() else PACKAGE / "templates"


def translations_folder() -> Path:
    return PACKAGE / "translations"


def migrations_folder() -> Path:
    return PACKAGE / "migrations"
