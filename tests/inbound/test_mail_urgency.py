"""A mail that cries "urgent", and one whose sender is in doubt."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.inbound.mail_mime import Field, Headers
from helpdesk.inbound.mail_subject import cries, has_cried, plain
from helpdesk.inbound.mail_trust import doubt
from helpdesk.models import Notification
from helpdesk.models.codes import Channel, MailState, MessageKind, NotificationEvent, Priority
from helpdesk.transaction import transaction
from tests.drafts import opened, works
from tests.inbound.mails import answer, arrives, raw_mail

JAN, ANNA, KINGA = "jan@modrzewie.test", "anna@modrzewie.test", "kinga@modrzewie.test"
FAILED = "mx.helpdesk.test; dmarc=fail (p=none) header.from=modrzewie.test; spf=pass"
pytestmark = pytest.mark.usefixtures("takes_mail")


@pytest.fixture
def checked(app, takes_mail, monkeypatch):
    """A house whose mail server says what it found out."""
    trusting = replace(app.config["SETTINGS"], mail_authserv_id="mx.helpdesk.test")
    monkeypatch.setitem(app.config, "SETTINGS", trusting)


@pytest.fixture
def allowed(cast):
    with transaction():
        cast.osp.urgent_by_mail = True


def questions():
    query = sa.select(Notification).filter_by(event=NotificationEvent.URGENT_QUESTION)
    return list(db.session.scalars(query))


@pytest.mark.parametrize(
    ("subject", "now", "ever"),
    [
        ("PILNE: powódź", True, True),
        ("Pilne - powódź", True, True),
        ("[PILNE] powódź", True, True),
        ("!! Urgent!", True, True),
        ("pilne", True, True),
        ("PILNE powódź", True, True),
        ("Odp: PILNE: powódź", False, True),
        ("Re[2]: Fwd: URGENT: flood", False, True),
        ("Pilne zebranie rady", False, False),
        ("Urgently needed", False, False),
        ("To nie jest PILNE: kiermasz", False, False),
        ("PILNEGO psa oddam", False, False),
        ("", False, False),
    ],
)
def test_the_word_counts_alone_at_the_beginning(subject, now, ever):
    assert (cries(subject), has_cried(subject)) == (now, ever)


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [("Re: Odp[2]: Fwd:  Post", "Post"), ("Lokalizacji: Rynek", "Lokalizacji: Rynek"), ("A Re: b", "A Re: b")],
)
def test_only_what_stands_before_a_subject_is_taken_off(subject, wanted):
    assert plain(subject) == wanted


@pytest.mark.parametrize("subject", ["PILNE: post zniknął", "Odp: PILNE: post zniknął"])
def test_a_cry_opens_a_normal_ticket_and_asks_back(cast, subject):
    ticket = arrives(raw_mail(JAN, Subject=subject)).ticket
    assert ticket.priority is Priority.NORMAL
    assert [(q.address, q.user_id, q.ticket_id) for q in questions()] == [(JAN, cast.jan.id, ticket.id)]


def test_where_the_unit_has_allowed_it_the_alert_begins_at_once(cast, allowed):
    assert arrives(raw_mail(JAN, Subject="PILNE: post zniknął")).ticket.priority is Priority.URGENT
    assert questions() == []


@pytest.mark.parametrize(
    ("sender", "subject"),
    [(JAN, "Odp: PILNE: post zniknął"), (KINGA, "PILNE: post zniknął")],
    ids=["old words", "no member"],
)
def test_allowed_or_not_old_words_and_other_people_are_asked(cast, allowed, sender, subject):
    ticket = arrives(raw_mail(sender, Subject=subject)).ticket
    assert ticket.priority is Priority.NORMAL and len(questions()) == 1


def test_an_automatic_mail_cries_in_vain(cast, allowed):
    row = arrives(raw_mail(JAN, Subject="PILNE: post zniknął", Auto_Submitted="auto-generated"))
    assert (row.ticket, questions()) == (None, [])


def test_in_an_answer_only_words_typed_now_are_asked_about(cast, sim):
    ticket = opened(cast, priority=Priority.NORMAL)
    works(Channel.EMAIL)
    [mail] = sim.mails_to(JAN)
    arrives(answer(mail, JAN, "Nadal.", Subject="Odp: PILNE: post"))
    assert questions() == []
    arrives(answer(mail, JAN, "Teraz płonie.", Subject="PILNE: post"))
    arrives(answer(mail, JAN, "Halo?", Subject="PILNE!!!"))
    assert [each.ticket_id for each in questions()] == [ticket.id]


DKIM = "dkim=pass header.d=modrzewie.test"


@pytest.mark.parametrize(
    ("results", "wanted"),
    [
        ("dmarc=pass; spf=fail", ""),
        ("dmarc=fail; spf=pass; " + DKIM, "dmarc"),
        ("spf=fail", "spf"),
        ("spf=softfail; dmarc=none", "spf"),
        ("spf=fail; " + DKIM, ""),
        ("spf=fail; dkim=pass header.i=@modrzewie.test", ""),
        ("spf=fail; dkim=pass header.d=zly.test", "spf"),
        ("spf=fail; dkim=pass header.d=test", "spf"),
        ("spf=fail; dkim=fail header.d=modrzewie.test", "spf"),
        ("spf=neutral; dmarc=temperror", ""),
        ("none", ""),
        ("dmarc=fail (x; y=1) header.from=a", "dmarc"),
    ],
)
def test_what_the_server_found_out(results, wanted):
    head = Headers([Field("authentication-results", f"mx.helpdesk.test 1; {results}".encode())])
    assert doubt(head, JAN, "MX.helpdesk.test") == wanted


@pytest.mark.parametrize("authserv_id", ["", "other.test"])
def test_other_servers_are_not_believed(authserv_id):
    assert doubt(Headers([Field("authentication-results", FAILED.encode())]), JAN, authserv_id) == ""


def test_a_doubtful_mail_wakes_nobody_and_is_not_answered(cast, allowed, checked):
    row = arrives(raw_mail(JAN, Subject="PILNE: post", Authentication_Results=FAILED))
    assert (row.state, row.reason, row.doubt, row.ticket) == (MailState.HELD, "doubtful", "dmarc", None)
    assert db.session.scalar(sa.select(sa.func.count(Notification.id))) == 0


def test_a_doubtful_mail_threads_only_by_what_we_signed(cast, sim, checked):
    ticket = opened(cast, priority=Priority.NORMAL)
    works(Channel.EMAIL)
    guessed = arrives(raw_mail(JAN, Subject=f"Re: [{ticket.number}]", Authentication_Results=FAILED))
    assert guessed.state is MailState.HELD
    signed = arrives(answer(sim.mails_to(JAN)[0], JAN, "Ja.", Authentication_Results=FAILED))
    assert (signed.state, signed.doubt, [m.body for m in ticket.messages]) == (MailState.TAKEN, "dmarc", ["Ja."])


def test_a_doubtful_mail_never_answers_the_reporter_in_the_name_of_staff(cast, sim, checked):
    ticket = opened(cast, priority=Priority.NORMAL)
    works(Channel.EMAIL)
    arrives(answer(sim.mails_to(JAN)[0], JAN, "Kiedy?"))
    works(Channel.EMAIL)
    arrives(answer(sim.mails_to(ANNA)[-1], ANNA, "Nigdy.", Authentication_Results=FAILED))
    assert ticket.messages[-1].kind is MessageKind.INTERNAL
