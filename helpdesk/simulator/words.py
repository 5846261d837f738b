"""The page's words for codes."""

from flask_babel import lazy_gettext as _

MESSAGE_STATUS = {
    "accepted": _("accepted"),
    "queued": _("waiting to be sent"),
    "sending": _("being sent"),
    "sent": _("sent"),
    "delivered": _("delivered"),
    "undelivered": _("not delivered"),
    "failed": _("failed"),
    "canceled": _("canceled"),
    "received": _("sent"),
}
CALL_STATUS = {
    "queued": _("about to ring"),
    "ringing": _("ringing"),
    "in-progress": _("in progress"),
    "completed": _("ended"),
    "busy": _("declined or engaged"),
    "failed": _("failed"),
    "no-answer": _("not answered"),
    "canceled": _("canceled by the caller"),
}
LINE = {
    "answered": _("The call is answered."),
    "play": _("A sound is played"),
    "digits": _("Key pressed"),
    "dial": _("Calling"),
    "bridged": _("Connected with"),
    "record": _("A tone: the message is being recorded."),
    "recorded": _("Seconds recorded"),
    "error": _("The instructions for this call could not be used"),
}
