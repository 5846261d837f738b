"""A coordinator ends the monthly reports by mail."""

from datetime import UTC, datetime

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.jobs import send_monthly_reports
from helpdesk.models import AuditEntry
from helpdesk.models.codes import Channel
from helpdesk.reports.monthly_letters import due
from helpdesk.reports.subscription import stop_token
from tests.conftest import sign_in
from tests.drafts import works


@pytest.fixture
def link(cast):
    return f"/stop-reports/{stop_token(cast.kinga.id)}"


def test_one_click_of_the_mail_program_ends_them(client, cast, link):
    answer = client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and not cast.kinga.reports_by_mail


def test_opening_the_link_changes_nothing(client, cast, link):
    assert "<button" in client.get(link).text and cast.kinga.reports_by_mail


def test_they_begin_again(client, cast, link):
    client.post(link)
    client.post(f"{link}/again")
    assert cast.kinga.reports_by_mail


def test_each_change_is_written_down_once(client, cast, link):
    for address in (link, link, f"{link}/again"):
        client.post(address)
    entries = db.session.query(AuditEntry).filter_by(user_id=cast.kinga.id).order_by(AuditEntry.id)
    said = [entry.action for entry in entries]
    assert said == ["report_mails_stopped", "report_mails_wanted"]


def test_a_forged_link_ends_nothing(client, cast):
    assert client.post(f"/stop-reports/{cast.kinga.id}-0123456789abcdef").status_code >= 400
    assert cast.kinga.reports_by_mail


def test_the_mail_carries_the_link_and_nothing_comes_after_it(client, cast, sim):
    clock.freeze(datetime(2026, 3, 2, 9, tzinfo=UTC))
    send_monthly_reports()
    works(Channel.EMAIL)
    [mail] = sim.mails_to("kinga@modrzewie.test")
    address = mail.headers["List-Unsubscribe"].strip().strip("<>")
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    client.post(address.removeprefix("http://helpdesk.test"))
    clock.freeze(datetime(2026, 4, 1, 9, tzinfo=UTC))
    assert due() == []


def test_a_coordinator_finds_the_page_among_the_reports(client, cast, link):
    sign_in(client, cast.kinga)
    assert link in client.get(f"/reports/{cast.modrzewie.id}").text
