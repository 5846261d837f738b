"""What a reporter writes on a ticket."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, TextAreaField

from helpdesk.forms.fields import CleanForm, NeededAtTimes, at_most
from helpdesk.forms.uploads import ACCEPT, PICTURES_HINT, PICTURES_LABEL, Kept


class AnswerForm(CleanForm):
    """A message, files, or both. `reopen` says that the writer knows the ticket was finished."""

    body = TextAreaField(_l("Your message"), validators=[NeededAtTimes(), at_most(5000)])
    pictures = MultipleFileField(PICTURES_LABEL, description=PICTURES_HINT, render_kw={"accept": ACCEPT})
    reopen = BooleanField()

    def is_valid(self, kept: Kept) -> bool:
        """Check everything and put each error beside its field, those of the uploads too."""
        self.validate()
        words = (self.body.data or "").strip()
        if not words and (self.reopen.data or not (kept.files or kept.problems)):
            self.body.errors = [str(_l("Write something, or add a picture."))]
        if self.reopen.data and not words:
            self.body.errors = [str(_l("Write what is still wrong."))]
        self.pictures.errors = [*self.pictures.errors, *kept.problems]
        return not self.errors
