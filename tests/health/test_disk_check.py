"""Is there room for what people upload?"""

from dataclasses import replace
from types import SimpleNamespace

from helpdesk.config import settings
from helpdesk.health import disk
from helpdesk.health.check import Verdict


def test_files_can_be_stored(app):
    assert disk.uploads().ok


def test_a_folder_that_takes_no_files_is_named(app, monkeypatch, tmp_path):
    (tmp_path / "uploads").write_text("a file where the folder should be")
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), data_dir=tmp_path))
    check = disk.uploads()
    assert check.verdict is Verdict.BROKEN and check.says.startswith(f"Files cannot be stored in {tmp_path}")


def test_little_room_is_a_warning(app, monkeypatch):
    left = SimpleNamespace(free=199 * 1024 * 1024)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _folder: left)
    check = disk.uploads()
    assert check.verdict is Verdict.WARNING and check.says.startswith("Only 199 MB are free")
