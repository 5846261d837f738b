"""Words for codes."""

from flask_babel import force_locale

from helpdesk.labels import attempt_label, label
from helpdesk.models.codes import AckVia, AttemptMoment, AttemptState, Channel, EscalationState, TicketStatus


def test_equal_codes_of_two_kinds_have_words_of_their_own(app):
    with force_locale("en"):
        assert str(label(Channel.SMS)) == "SMS"
        assert str(label(AckVia.SMS)) == "by SMS reply"
        assert str(label(TicketStatus.CLOSED)) == "Closed"
        assert str(label(EscalationState.CLOSED)) == "Ended"


def test_a_call_that_nobody_answered_is_not_called_undelivered(app):
    with force_locale("en"):
        assert str(attempt_label(Channel.VOICE, AttemptState.UNDELIVERED)) == "no answer"
        assert str(attempt_label(Channel.SMS, AttemptState.UNDELIVERED)) == "not delivered"
        assert str(attempt_label(Channel.VOICE, AttemptState.CANCELLED)) == "cancelled, no longer needed"


def test_a_missing_delivery_report_does_not_read_as_a_person_who_did_not_answer(app):
    with force_locale("en"):
        assert str(label(AttemptMoment.UNCONFIRMED)).startswith("delivery not confirmed")
