"""Is there room for what people upload?"""

import shutil
import tempfile

from helpdesk.config import settings
from helpdesk.health.check import Check, Verdict
from helpdesk.i18n import file_size
from helpdesk.sentences import _

LITTLE_ROOM = 200 * 1024 * 1024  # bytes


def uploads() -> Check:
    """Full, a ticket still comes, but without its files."""
    folder = settings().uploads
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as refused:
        says = _("Files cannot be stored in %(folder)s: %(why)s", folder=folder, why=refused.strerror)
        return Check("uploads", Verdict.BROKEN, says)
    if free < LITTLE_ROOM:
        says = _("Only %(free)s are free for files in %(folder)s. Make room.", free=file_size(free), folder=folder)
        return Check("uploads", Verdict.WARNING, says)
    return Check("uploads", Verdict.OK, _("Files can be stored in %(folder)s.", folder=folder))
