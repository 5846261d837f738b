"""A reply of the desk as a mail."""

from helpdesk.models.codes import Category, Channel, Priority
from helpdesk.notify.quotation import LINES, short
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.conversation import reply, write_as_reporter
from helpdesk.transaction import transaction
from tests.drafts import opened, works

JAN = "jan@modrzewie.test"


def reply_mail(cast, sim, body="Post już widać.", asked="Gdzie jest post?", **changes):
    with transaction():
        cast.modrzewie.mail_signature = "Zespół grupy Modrzewie\ntel. 500 100 200"
    ticket = opened(cast, priority=Priority.NORMAL, **changes)
    with transaction():
        write_as_reporter(ticket, asked)
    with transaction():
        reply(ticket, of_user(cast.anna), body)
    works(Channel.EMAIL)
    return next(mail for mail in sim.mails_to(JAN) if body in mail.text)


def test_it_says_the_words_who_wrote_them_and_for_whom(cast, sim):
    text = reply_mail(cast, sim).text.replace("\r\n", "\n")
    assert "Post już widać.\n\nAnna Testowa\nZespół grupy Modrzewie\ntel. 500 100 200\n" in text


def test_below_the_line_stands_what_it_answers(cast, sim):
    above, line, below = reply_mail(cast, sim).text.partition("----------")
    assert line and "Gdzie jest post?" not in above and "> Gdzie jest post?" in below


def test_hate_is_not_sent_around_again(cast, sim):
    assert "Gdzie jest post?" not in reply_mail(cast, sim, category=Category.HATE).text


def test_a_quotation_is_short():
    assert short("\n\n".join("abcdefghij")).splitlines() == [*"abcdef", "…"] and LINES == 6
    assert len(short("słowo " * 500)) <= 402
    assert short("Jedno.") == "Jedno."


def test_the_html_part_has_a_line_and_a_quotation(cast, sim):
    html = reply_mail(cast, sim).html
    assert "<hr" in html and "<blockquote" in html and "----------" not in html
