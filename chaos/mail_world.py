"""Who writes mails in a run, and what: half of the mails have a Message-ID, the others are known by their bytes."""

from email.message import EmailMessage

import sqlalchemy as sa

from chaos.stage import Stage
from helpdesk.extensions import db
from helpdesk.models import Role, Unit, User
from helpdesk.models.codes import RoleName
from helpdesk.transaction import transaction

WRITERS = 150  # so many that no one's mails come faster than a person writes


def add_writers(scene: Stage) -> None:
    with scene.app().app_context(), transaction():
        units = list(db.session.scalars(sa.select(Unit).order_by(Unit.id)))
        role = db.session.scalars(sa.select(Role).filter_by(name=RoleName.REPORTER)).one()
        db.session.add_all(
            User(
                name=f"Osoba {number}",
                email=f"autor{number}@chaos.test",
                fs_uniquifier=f"fs-writer-{number}",
                roles=[role],
                units=[units[number % len(units)]],
            )
            for number in range(WRITERS)
        )


def write(number: int) -> tuple[str, bytes]:
    """Subject and mail."""
    mail = EmailMessage()
    mail["From"] = f"autor{number % WRITERS}@chaos.test"
    mail["To"] = "pomoc@helpdesk.test"
    mail["Subject"] = f"Sprawa {number:05}"
    if number % 2:
        mail["Message-ID"] = f"<{number}@chaos.test>"
    mail.set_content("Dzień dobry, od rana nie widać naszego posta w grupie. Proszę o pomoc.\n" * 20)
    return str(mail["Subject"]), mail.as_bytes()
