"""The PDF of the monthly report goes with its mail."""

import io

import pypdf

from helpdesk.jobs import send_monthly_reports
from helpdesk.models.codes import NotificationEvent
from helpdesk.notify.attached import files_of
from tests.letters import letter


def test_a_coordinator_gets_the_report_with_the_pdf_and_a_link(story, cast):
    send_monthly_reports()  # Wednesday, 11 March: later than the first working day, so it is caught up
    story.passes()
    mail = story.sim.mails_to(cast.kinga.contacts[1].value)[-1]
    assert mail.subject == "Raport miesięczny: luty 2026, gmina Modrzewie"
    assert f"/reports/{cast.modrzewie.id}/2026-02" in mail.text
    assert b"application/pdf" in mail.raw and b"raport-modrzewie-2026-02.pdf" in mail.raw
    story.passes(minutes=30)
    assert story.subjects(cast.kinga) == [mail.subject]


def test_the_file_is_the_same_at_a_second_try_and_in_the_readers_language(cast):
    params = {"municipality_id": cast.modrzewie.id, "place": "Modrzewie", "month": "2026-02"}
    notification = letter(NotificationEvent.MONTHLY_REPORT, None, cast.kinga, "en", **params)
    (first,), (second,) = files_of(notification), files_of(notification)
    assert first == second and first.name == "report-modrzewie-2026-02.pdf"
    words = pypdf.PdfReader(io.BytesIO(first.content)).pages[0].extract_text()
    assert "Monthly report: February 2026" in words


def test_other_mails_have_no_files(cast):
    assert files_of(letter(NotificationEvent.SIGN_IN_CODE, None, cast.kinga, code="1")) == []
