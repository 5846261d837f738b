"""Words for codes."""

from flask_babel import force_locale

from helpdesk.labels import label
from helpdesk.models.codes import AckVia, Channel, EscalationState, TicketStatus


def test_equal_codes_of_two_kinds_have_words_of_their_own(app):
    with force_locale("en"):
        assert str(label(Channel.SMS)) == "SMS"
        assert str(label(AckVia.SMS)) == "by SMS reply"
        assert str(label(TicketStatus.CLOSED)) == "Closed"
        assert str(label(EscalationState.CLOSED)) == "Ended"
