import pytest

from helpdesk.simulator.steps import Dial, Gather, Hangup, Number, Pause, Redirect, Say
from helpdesk.simulator.twiml import TwimlError, interpret, interpret_reply


def voice(verbs):
    return interpret(f"<Response>{verbs}</Response>")


def test_verbs_come_in_order():
    steps = voice("<Say language='pl-PL' voice='Polly.Ewa'>Pilne</Say><Pause length='2'/><Hangup/>")
    assert steps == (Say("Pilne", language="pl-PL", voice="Polly.Ewa"), Pause(2), Hangup())


def test_gather_holds_its_prompts():
    (gather,) = voice("<Gather input='dtmf' numDigits='1' timeout='8'><Say>1</Say><Pause/></Gather>")
    assert gather == Gather((Say("1"), Pause()), num_digits=1, timeout=8)


def test_dial_takes_a_plain_number_or_several():
    assert voice("<Dial>+48500000012</Dial>") == (Dial((Number("+48500000012"),)),)
    (dial,) = voice("<Dial><Number url='/x'>+48500000012</Number><Number>+48500000013</Number></Dial>")
    assert [number.url for number in dial.numbers] == ["/x", ""]


def test_redirect_keeps_its_url():
    assert voice("<Redirect>/voice?n=1&amp;m=2</Redirect>") == (Redirect("/voice?n=1&m=2"),)


def test_ticket_number_may_be_spelled_out():
    (said,) = voice("<Say>Numer <say-as interpret-as='digits'>42</say-as><break time='1s'/></Say>")
    assert said.text == "Numer 42"


@pytest.mark.parametrize(
    ("verbs", "code"),
    [
        ("<Sing/>", 12200),
        ("<Say volume='3'>x</Say>", 12200),
        ("<Say></Say>", 12200),
        ("<Say><b>x</b></Say>", 12200),
        ("<Say voice='Polly.Ewa'>x</Say>", 13512),
        ("<Say voice='Polly.Joanna' language='pl-PL'>x</Say>", 13512),
        ("<Say voice='Google.en-US-Standard-A' language='pl-PL'>x</Say>", 13512),
        ("<Gather input='speech'/>", 12200),
        ("<Gather numDigits='one'/>", 12200),
        ("<Gather><Dial>+48500000012</Dial></Gather>", 12200),
        ("<Gather finishOnKey='x'/>", 12200),
        ("<Redirect method='GET'>/x</Redirect>", 12200),
        ("<Redirect/>", 12200),
        ("<Hangup>now</Hangup>", 12200),
        ("<Dial/>", 12200),
        ("<Dial><Client>anna</Client></Dial>", 12200),
        ("<Number>+48500000012</Number>", 12200),
        ("<Reject reason='tired'/>", 12200),
        ("<Record transcribe='true'/>", 12200),
        ("<Record recordingStatusCallbackEvent='done'/>", 12200),
        ("<Play/>", 12200),
        ("<Say>", 12100),
    ],
)
def test_mistake_is_found(verbs, code):
    with pytest.raises(TwimlError) as mistake:
        voice(verbs)
    assert mistake.value.code == code


@pytest.mark.parametrize("document", ["", "hello", "<Answer/>", "<Response attr='x'/>"])
def test_voice_document_is_a_bare_response(document):
    with pytest.raises(TwimlError):
        interpret(document)


def test_reply_is_text_or_body_or_nothing():
    assert interpret_reply("<Response><Message>A</Message><Message><Body>B</Body></Message></Response>") == (
        "A",
        "B",
    )
    assert interpret_reply("<Response/>") == interpret_reply("") == ()


def test_voice_verb_in_a_reply_is_a_mistake():
    with pytest.raises(TwimlError):
        interpret_reply("<Response><Say>x</Say></Response>")
