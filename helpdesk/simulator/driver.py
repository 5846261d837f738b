"""The simulator as a test or the demo holds it: people who answer, press, text, and a wire that fails."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from helpdesk.simulator import calls, conversation, messages
from helpdesk.simulator.callbacks import Callback, Post
from helpdesk.simulator.exchange import Exchange
from helpdesk.simulator.faults import Fault, Faults, OnRequest
from helpdesk.simulator.mail import MailSink
from helpdesk.simulator.state import Call, Mail, Message, Problem, snapshot


@dataclass(frozen=True)
class Person:
    """Somebody with a phone (E.164) and a mailbox; either may be empty."""

    name: str
    phone: str
    email: str
    note: str = ""


class Simulator:
    """Nothing happens by itself: each method is one thing that one person or the network does."""

    def __init__(self, exchange: Exchange, people: Sequence[Person] = ()) -> None:
        self.exchange = exchange
        self.people = tuple(people)
        self.faults = Faults()
        self.on_request: list[OnRequest] = []
        self.sink = MailSink(exchange)
        self.url = ""
        self.smtp_port = 0
        self.closing = ExitStack()

    def stop(self) -> None:
        """Close the ports and end the threads."""
        self.faults.release()
        self.closing.close()

    def route_callbacks(self, post: Post) -> None:
        """Send webhooks through `post(url, params, headers) -> (status, body)` instead of the network."""
        self.exchange.courier.post = post

    # What has arrived, oldest first

    def messages_to(self, number: str) -> list[Message]:
        return self.exchange.state.find_messages(lambda message: message.to == number)

    def calls_to(self, number: str) -> list[Call]:
        return self.exchange.state.find_calls(lambda call: call.to == number)

    def mails_to(self, address: str) -> list[Mail]:
        wanted = address.casefold()
        return self.exchange.state.find_mails(
            lambda mail: wanted in {recipient.casefold() for recipient in mail.recipients}
        )

    def message(self, sid: str) -> Message:
        return messages.find_message(self.exchange, sid)

    def call(self, sid: str) -> Call:
        return snapshot(calls.get_call(self.exchange, sid))

    @property
    def problems(self) -> list[Problem]:
        """What the program did wrong so far: bad TwiML, failed webhooks, complaints of `on_request`."""
        return list(self.exchange.state.problems)

    @property
    def callbacks(self) -> list[Callback]:
        """The status callbacks that were carried, oldest first."""
        return list(self.exchange.courier.sent)

    # The network and the text messages

    def send(self, sid: str) -> None:
        """The carrier has taken the message: sent. It may be the last thing ever heard of it."""
        messages.move_message(self.exchange, sid, ["sent"])

    def deliver(self, sid: str) -> None:
        """The message is on the phone: sent, if it was not, and delivered."""
        message = self.message(sid)
        messages.move_message(
            self.exchange, sid, ["delivered"] if message.status == "sent" else ["sent", "delivered"]
        )

    def fail(self, sid: str, code: int = 30008) -> None:
        """A message, or a call, that fails before it leaves Twilio."""
        if sid.startswith("CA"):
            conversation.end_call(self.exchange, calls.get_call(self.exchange, sid), "failed")
            return
        messages.move_message(self.exchange, sid, ["failed"], code)

    def undeliver(self, sid: str, code: int = 30003) -> None:
        """A message that the carrier or the phone did not take."""
        messages.move_message(self.exchange, sid, ["sent", "undelivered"], code)

    def send_sms(self, from_: str, body: str, to: str = "") -> str:
        """A person texts us (`to`, else the first number); gives back the program's reply, "" for none."""
        number = to or self.exchange.numbers[0]
        return messages.receive_sms(self.exchange, from_=from_, body=body, to=number)

    # Calls

    def ring(self, call_sid: str) -> Call:
        """The phone rings: events initiated and ringing."""
        return self._after(call_sid, lambda call: calls.ring(self.exchange, call))

    def answer(self, call_sid: str) -> Call:
        """Somebody, or a voicemail, picks up and hears the call to its first question."""
        return self._after(call_sid, lambda call: conversation.answer(self.exchange, call.sid))

    def press(self, call_sid: str, keys: str) -> Call:
        """Press 0-9, * or #, one after another."""
        return self._after(call_sid, lambda call: conversation.press(self.exchange, call.sid, keys))

    def wait(self, call_sid: str) -> Call:
        """Do nothing until the call's time-out."""
        return self._after(call_sid, lambda call: conversation.time_out(self.exchange, call.sid))

    def speak(self, call_sid: str, seconds: int = 5) -> Call:
        """Leave a message after the beep."""
        return self._after(call_sid, lambda call: conversation.record(self.exchange, call.sid, seconds=seconds))

    def hang_up(self, call_sid: str) -> Call:
        return self._end(call_sid, "completed")

    def no_answer(self, call_sid: str) -> Call:
        """It rings until the time-out."""
        self.ring(call_sid)
        return self._end(call_sid, "no-answer")

    def busy(self, call_sid: str) -> Call:
        """Engaged, or the person declines."""
        self.ring(call_sid)
        return self._end(call_sid, "busy")

    def call_in(self, from_: str, to: str = "") -> Call:
        """A person calls us (`to`, else the first number) and hears the call to its first question."""
        return snapshot(conversation.call_in(self.exchange, from_=from_, to=to or self.exchange.numbers[0]))

    def _end(self, call_sid: str, status: str) -> Call:
        return self._after(call_sid, lambda call: conversation.end_call(self.exchange, call, status))

    def _after(self, call_sid: str, act: Callable[[Call], None]) -> Call:
        call = calls.get_call(self.exchange, call_sid)
        act(call)
        return snapshot(call)

    # The wire

    def lose_callbacks(self) -> ExitStack:
        """Status callbacks go nowhere, until `carry_callbacks` or the end of a `with` block."""
        return self.exchange.courier.lose()

    def hold_callbacks(self) -> ExitStack:
        """Status callbacks wait for `release_callbacks`."""
        return self.exchange.courier.hold()

    def carry_callbacks(self) -> None:
        self.exchange.courier.carry()

    def release_callbacks(self, order: Callable[[list[Callback]], list[Callback]] = list) -> int:
        """Carry the held ones; `order` may drop, repeat or reorder them."""
        return self.exchange.courier.release(order)

    def settle(self) -> int:
        """Carry out what the program asked for over the API and Twilio does a moment later."""
        return self.exchange.settle()

    def fault(
        self, kind: str, path: str = "", *, method: str = "POST", times: int = 1, seconds: float = 1.0
    ) -> None:
        """The next `times` requests whose method and path fit meet a fault: a key of faults.MOMENTS."""
        self.faults.schedule(Fault(kind, path, method, times, seconds))

    def refuse_mail(self, address: str, reply: str = "550 5.1.1 No such mailbox") -> None:
        """Answer RCPT for an address with `reply`; an empty reply accepts it again."""
        self.sink.refusals[address.casefold()] = reply
