"""What the page shows of each person: the texts, the calls and the mails, in the order of a phone."""

from dataclasses import dataclass

from helpdesk.simulator.driver import Person, Simulator
from helpdesk.simulator.state import Call, Mail, Message

MOST_TEXTS = 30
MOST_MAILS = 20


@dataclass(frozen=True)
class Card:
    """`texts` oldest first; `mails` newest first; `calls` those going on; `last_call` the newest that is over."""

    person: Person
    anchor: str
    texts: list[Message]
    calls: list[Call]
    last_call: Call | None
    mails: list[Mail]

    @property
    def is_ringing(self) -> bool:
        return any(call.status == "ringing" and call.direction != "inbound" for call in self.calls)


def make_cards(simulator: Simulator) -> list[Card]:
    """One for each person, in the order in which they were given."""
    return [_card(simulator, person) for person in simulator.people]


def _card(simulator: Simulator, person: Person) -> Card:
    state, phone = simulator.exchange.state, person.phone
    texts = state.find_messages(lambda message: phone != "" and phone in {message.to, message.from_})
    calls = state.find_calls(lambda call: phone != "" and call.status != "queued" and _holder(call) == phone)
    over = [call for call in calls if call.is_over]
    return Card(
        person=person,
        anchor=anchor(person),
        texts=texts[-MOST_TEXTS:],
        calls=[call for call in calls if not call.is_over],
        last_call=over[-1] if over else None,
        mails=simulator.mails_to(person.email)[: -MOST_MAILS - 1 : -1] if person.email else [],
    )


def _holder(call: Call) -> str:
    """Whose phone shows this call."""
    return call.from_ if call.direction == "inbound" else call.to


def anchor(person: Person) -> str:
    """A name for the card that fits an id and a URL."""
    return "".join(letter if letter.isalnum() else "-" for letter in f"p{person.phone or person.email}")


@dataclass(frozen=True)
class Others:
    """What went to phones and mailboxes that belong to nobody here, newest first."""

    texts: list[Message]
    mails: list[Mail]


def make_others(simulator: Simulator) -> Others:
    phones = {person.phone for person in simulator.people}
    mailboxes = {person.email.casefold() for person in simulator.people}
    state = simulator.exchange.state
    texts = state.find_messages(lambda message: message.direction != "inbound" and message.to not in phones)
    mails = state.find_mails(lambda mail: not {address.casefold() for address in mail.recipients} <= mailboxes)
    return Others(texts[: -MOST_TEXTS - 1 : -1], mails[: -MOST_MAILS - 1 : -1])
