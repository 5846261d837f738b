"""The developer's program that counts what is read as the sources of a corpus say."""

import json
import sys

from benchmarks import mail_corpus
from helpdesk.inbound.mail import read_message
from tests.inbound.mail.build import body, mail


def judged(expected, text="Syrena działa.\n\nW dniu 12.09.2026 Pomoc pisze:\n> Czy działa?\n"):
    return [verdict.right for verdict in mail_corpus.judge(read_message(mail(body(text))), expected)]


def test_each_thing_that_a_source_states_is_judged():
    assert judged({"from": "LUKASZ@soltysi.test", "subject": "Syrena", "attachments": [], "is_bounce": True}) == [
        *(True, True, False, True)
    ]


def test_a_reply_is_compared_in_the_ways_of_the_sources():
    assert judged({"reply": {"exact": "Syrena  działa."}}) == [True]
    assert judged({"reply": {"exact": "Syrena działa. Jan", "keeps_signature": True}}) == [True]
    assert judged({"reply": {"contains": ["działa"], "not_contains": ["Czy"]}}) == [True]
    assert judged({"reply": {"whole_body": True}}) == [False]


def test_the_program_prints_the_shares_and_the_misses(tmp_path, monkeypatch, capsys):
    (tmp_path / "a.eml").write_bytes(mail(body("Syrena")))
    told = [
        {"file": "a.eml", "expected": {"subject": "Syrena", "from_name": "Jan"}},
        {"file": "a.eml", "expected": {"subject": "Most"}, "contested": True},
    ]
    (tmp_path / "index.json").write_text(json.dumps({"messages": told}))
    monkeypatch.setattr(sys, "argv", ["mail_corpus", str(tmp_path)])
    mail_corpus.main()
    printed = capsys.readouterr().out
    assert "2 messages, 0 crashes" in printed
    assert "MISS a.eml sender: wanted 'Jan', found 'Łukasz Wąsik'" in printed
    assert "subject         1 of    1  100.0 %" in printed
