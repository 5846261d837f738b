import re
import smtplib
from email.message import EmailMessage

import pytest
import requests

ANNA, BARTEK, HOTLINE = "+48500000011", "+48500000012", "+48500000001"
ASK = "<Response><Gather numDigits='1' action='/key'><Say>Nacisnij 1 &lt;teraz&gt;</Say></Gather></Response>"


@pytest.fixture
def ringing(sdk, sim, program):
    program.answers["/key"] = "<Response><Say>Dziekuje</Say></Response>"
    call = sdk.calls.create(to=ANNA, from_=HOTLINE, twiml=ASK, status_callback="https://helpdesk.test/s")
    sim.ring(call.sid)
    return call.sid


def press(sim, path, **form):
    return requests.post(sim.url + path, data=form, timeout=5, allow_redirects=False)


def live(sim):
    return requests.get(sim.url + "/live", timeout=5).json()


def send_mail(sim, html="<p>Otwórz <a href='https://helpdesk.test/t'>zgłoszenie</a><script>x</script></p>"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "h@helpdesk.test", "anna@gmina.test", "Zgłoszenie <1>"
    message.set_content("Otwórz https://helpdesk.test/t")
    message.add_alternative(html, "html")
    with smtplib.SMTP("127.0.0.1", sim.smtp_port, timeout=5) as smtp:
        smtp.send_message(message)
    return sim.mails_to("anna@gmina.test")[-1].sid


def test_everybody_has_a_phone_and_a_mailbox(sim):
    page = requests.get(sim.url, timeout=5).text
    assert page.count('class="phone"') == 2
    assert "anna@gmina.test" in page


def test_page_runs_nothing_that_is_written_into_it(sim):
    answer = requests.get(sim.url, timeout=5)
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script>|<style|\son\w+=|style=", answer.text)
    assert "//cdn" not in answer.text


def test_ringing_phone_is_picked_up_and_answered_with_a_key(sim, ringing):
    assert "/answer" in live(sim)["p-48500000011-calls"]
    assert press(sim, f"/phones/{ANNA}/calls/{ringing}/answer").status_code == 303
    assert "Nacisnij 1 &lt;teraz&gt;" in live(sim)["p-48500000011-calls"]
    press(sim, f"/phones/{ANNA}/calls/{ringing}/press", key="1")
    assert sim.call(ringing).status == "completed"


def test_ringing_phone_can_be_declined(sim, ringing):
    press(sim, f"/phones/{ANNA}/calls/{ringing}/decline")
    assert sim.call(ringing).status == "busy"


def test_person_texts_the_program_and_reads_the_reply(sim, program):
    program.answers["/twilio/sms"] = "<Response><Message>Przyjete</Message></Response>"
    press(sim, f"/phones/{ANNA}/texts", body="1")
    assert program.sent_to("/twilio/sms")[0]["From"] == ANNA
    assert "Przyjete" in live(sim)["p-48500000011-texts"]


def test_person_calls_the_hotline_and_hangs_up(sim, program):
    program.answers["/twilio/voice"] = ASK
    press(sim, f"/phones/{BARTEK}/calls")
    (call,) = sim.calls_to(HOTLINE)
    assert call.from_ == BARTEK
    press(sim, f"/phones/{BARTEK}/calls/{call.sid}/hang-up")
    assert sim.call(call.sid).status == "completed"


def test_person_leaves_a_message(sim, program):
    program.answers |= {"/twilio/voice": "<Response><Record action='/key'/></Response>", "/key": "<Response/>"}
    call = sim.call_in(ANNA)
    assert "leave-message" in live(sim)["p-48500000011-calls"]
    press(sim, f"/phones/{ANNA}/calls/{call.sid}/leave-message")
    assert len(sim.exchange.state.recordings.all()) == 1


def test_call_that_is_gone_is_no_crash(sim):
    assert press(sim, f"/phones/{ANNA}/calls/CA0/answer").status_code == 303


def test_phone_of_nobody_is_not_found(sim):
    assert press(sim, "/phones/+48500000099/texts", body="1").status_code == 404


def test_mail_is_shown_without_its_scripts_being_able_to_run(sim):
    sid = send_mail(sim)
    page = requests.get(f"{sim.url}/mails/{sid}", timeout=5).text
    assert "Zgłoszenie &lt;1&gt;" in page
    assert '<a href="https://helpdesk.test/t"' in page
    assert "<script>x" not in page
    html = requests.get(f"{sim.url}/mails/{sid}/html", timeout=5)
    assert "sandbox" in html.headers["Content-Security-Policy"]
    assert "allow-scripts" not in html.headers["Content-Security-Policy"]


def test_source_of_a_mail_is_plain_text(sim):
    answer = requests.get(f"{sim.url}/mails/{send_mail(sim)}/source", timeout=5)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert requests.get(f"{sim.url}/mails/EM0", timeout=5).status_code == 404


def test_other_site_cannot_press_buttons(sim):
    stranger = {"Origin": "https://stranger.test"}
    answer = requests.post(f"{sim.url}/phones/{ANNA}/texts", data={"body": "1"}, headers=stranger, timeout=5)
    assert answer.status_code == 403
    assert sim.messages_to(HOTLINE) == []


def test_page_is_not_served_under_a_strange_name(sim):
    answer = requests.get(sim.url, headers={"Host": "stranger.test"}, timeout=5)
    assert answer.status_code == 403


def test_language_is_polish_until_english_is_chosen(sim):
    visitor = requests.Session()
    assert '<html lang="pl">' in visitor.get(sim.url, timeout=5).text
    visitor.post(f"{sim.url}/language", data={"locale": "en"}, timeout=5)
    assert '<html lang="en">' in visitor.get(sim.url, timeout=5).text


def test_text_to_an_unknown_phone_is_shown_apart(sim, sdk):
    sdk.messages.create(to="+48500000099", from_=HOTLINE, body="Do nikogo")
    assert "Do nikogo" in live(sim)["others"]


def test_what_went_wrong_is_shown(sim, program):
    program.status = 500
    sim.call_in(ANNA)
    assert "11200" in live(sim)["problems"]
