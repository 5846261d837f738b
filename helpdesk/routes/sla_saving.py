"""Look first, then save: what all editors of promised times have in common."""

from collections.abc import Callable
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.i18n import when
from helpdesk.models import User
from helpdesk.sentences import _
from helpdesk.sla.editing import last_change
from helpdesk.sla.effects import Effect, effect_of
from helpdesk.sla.following import Edit
from helpdesk.transaction import transaction, what_if

PREVIEW, MEANWHILE = "preview", "changed_meanwhile"
Save = Callable[[], Edit | None]


def handle(
    form: Any, save: Save, page: Callable[[Effect | None], str], done: Callable[[], ResponseReturnValue]
) -> ResponseReturnValue:
    """1. what is wrong in the form, 2. what saving would change, 3. or saved."""
    if not form.validate_on_submit():
        return page(None), 422
    try:
        if request.form.get("do") == PREVIEW:
            return page(what_if(lambda: effect_of(save())))
        with transaction():
            save()
    except NotAllowed as refused:
        form.refuse(refused.code)
        return page(None), 409 if refused.code == MEANWHILE else 422
    return done()


def who_changed_it(subject: str) -> str:
    """ "Last changed by Marek, 3 March at 10:02"; "" where nobody did."""
    change = last_change(subject)
    user = db.session.get(User, change.user_id) if change and change.user_id else None
    return _("Last changed by %(name)s, %(at)s.", name=user.name, at=when(change.at)) if change and user else ""
