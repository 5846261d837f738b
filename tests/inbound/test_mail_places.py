"""A mailbox of a municipality: whose ticket a mail becomes, and of which group."""

from dataclasses import replace

import pytest

from helpdesk.mailboxes import Mailbox
from helpdesk.transaction import transaction
from tests.inbound.mails import arrives, raw_mail

JAN = "jan@modrzewie.test"
pytestmark = pytest.mark.usefixtures("takes_mail")


@pytest.fixture
def box(app, cast, monkeypatch):
    """Of Modrzewie, for its only group; Jan speaks for a library elsewhere too."""
    with transaction():
        cast.jan.units.append(cast.library)
    group = cast.modrzewie.groups[0].name
    box = Mailbox(address="modrzewie@helpdesk.test", host="imap.test", municipality="MOD", group=group)
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mailboxes_file=(box,)))
    return box


def test_of_several_units_the_one_of_the_mailbox_is_meant(cast, box):
    assert arrives(raw_mail(JAN), box.address).ticket.unit == cast.osp


def test_in_a_mailbox_for_all_it_is_the_first(cast, box):
    assert arrives(raw_mail(JAN), "pomoc@helpdesk.test").ticket.unit == cast.library


def test_its_tickets_are_of_its_group(cast, box):
    assert arrives(raw_mail(JAN), box.address).ticket.group_id == cast.modrzewie.groups[0].id


def test_a_unit_of_elsewhere_gets_no_group_that_is_not_its_own(cast, box):
    with transaction():
        cast.jan.units.remove(cast.osp)
    ticket = arrives(raw_mail(JAN), box.address).ticket
    assert (ticket.unit, ticket.group_id) == (cast.library, None)
