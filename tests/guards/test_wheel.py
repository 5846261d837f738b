"""A built wheel carries all that the checkout has, and runs alone."""

import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from helpdesk.paths import PACKAGE

ROOT = PACKAGE.parent
UPGRADES = "import helpdesk, helpdesk.cli.commands as c; print(helpdesk.__file__); c.commands(['db', 'upgrade'])"
SOURCES = ("pyproject.toml", "hatch_build.py", "README.md", "helpdesk", "templates")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: compiling catalogues in place would pull them away from tests that run beside."""
    copy, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("dist")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        else:
            shutil.copy(source, copy)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=copy, check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def files(folder: Path, pattern: str = "*") -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob(pattern) if path.is_file()}


@pytest.mark.parametrize("folder", ["static", "migrations"])
def test_assets_and_migrations_are_in_the_wheel(installed, folder):
    wanted = {name for name in files(PACKAGE / folder) if "__pycache__" not in name}
    assert wanted
    assert wanted <= files(installed / "helpdesk" / folder)


def test_templates_are_in_the_wheel(installed):
    assert files(ROOT / "templates") == files(installed / "helpdesk" / "templates")


def test_compiled_translations_are_in_the_wheel(installed):
    folder = PACKAGE / "translations"
    wanted = {name.removesuffix(".po") + ".mo" for name in files(folder, "*.po")}
    assert wanted
    assert wanted <= files(installed / "helpdesk" / "translations")


def test_no_test_and_no_private_file_is_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"helpdesk"}


def test_an_installed_wheel_migrates_an_empty_database(installed, tmp_path):
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed), "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", UPGRADES]
    done = subprocess.run(command, cwd=tmp_path, env=environ, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed))
    with closing(sqlite3.connect(tmp_path / "helpdesk.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
