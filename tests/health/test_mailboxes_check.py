"""A mailbox that nobody looks into is told of."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.health import mailboxes
from helpdesk.health.check import Verdict
from helpdesk.inbound.mail_door import set_aside
from helpdesk.mailboxes import Mailbox
from tests.vitals import beat

BOX = Mailbox(address="pomoc@helpdesk.test", host="imap.test", port=993, password="x")
OTHER = replace(BOX, address="modrzewie@helpdesk.test", user="modrzewie")


@pytest.fixture(autouse=True)
def boxes(app, cast, monkeypatch):
    def have(*boxes):
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mailboxes_file=boxes))

    have(BOX, OTHER)
    return have


def test_without_mailboxes_all_is_well(boxes):
    boxes()
    assert mailboxes.fetched().verdict is Verdict.OK


def test_mailboxes_that_are_looked_into_say_when():
    beat(BOX.sign, OTHER.sign)
    found = mailboxes.fetched()
    assert (found.verdict, len(found.lines)) == (Verdict.OK, 2)
    assert "pomoc@helpdesk.test: last look" in found.lines[0]


def test_what_lies_in_the_folder_for_problems_is_counted():
    beat(BOX.sign, OTHER.sign)
    set_aside(b"Subject: x\n\n", BOX.address, "killed")
    assert mailboxes.fetched().lines[0].endswith("; 1 mail lies in its folder for problems.")


def test_one_that_nobody_has_looked_into_for_minutes_is_broken():
    beat(BOX.sign)
    beat(OTHER.sign, age=timedelta(minutes=6))
    found = mailboxes.fetched()
    assert found.verdict is Verdict.BROKEN
    assert found.lines[1] == "Nobody has looked into the mailbox modrzewie@helpdesk.test for 6 min."
    assert found.lines[0].startswith("Mailbox pomoc@helpdesk.test: last look")


def test_one_that_was_never_looked_into_is_broken():
    beat(BOX.sign)
    assert mailboxes.fetched().lines[1] == "Nobody has looked into the mailbox modrzewie@helpdesk.test yet."


def test_a_municipality_that_does_not_exist_is_named(boxes):
    boxes(replace(BOX, municipality="MOD"), replace(OTHER, municipality="XYZ"))
    beat(BOX.sign, OTHER.sign)
    found = mailboxes.fetched()
    assert found.verdict is Verdict.WARNING and "XYZ" in found.says and "MOD" not in found.says


def test_a_group_that_the_municipality_does_not_have_is_named(boxes, cast):
    boxes(
        replace(BOX, municipality="MOD", group=cast.modrzewie.groups[0].name),
        replace(OTHER, municipality="MOD", group="Inna"),
    )
    beat(BOX.sign, OTHER.sign)
    found = mailboxes.fetched()
    assert found.verdict is Verdict.WARNING and "group Inna, which MOD does not have" in found.says
