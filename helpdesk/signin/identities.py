"""How Flask-Security reads what people are known by: phone numbers, e-mail addresses."""

from flask_security import MailUtil, PhoneUtil

from helpdesk.errors import InvalidPhoneNumber
from helpdesk.phone import parse_phone


class PhoneNumbers(PhoneUtil):
    """Numbers as the rest of the program reads them: nothing that costs a fortune, nothing that rings an alarm."""

    def get_canonical_form(self, input_data: str) -> str | None:
        try:
            return parse_phone(str(input_data))
        except InvalidPhoneNumber:
            return None

    def validate_phone_number(self, input_data: str) -> str | None:
        return None if self.get_canonical_form(input_data) else "invalid"


class MailAddresses(MailUtil):
    """Reads addresses. It sends nothing: codes leave through the outbox (signin.parts.send_code)."""

    def send_mail(self, template: str, *_arguments: object, **_context: object) -> None:
        if template != "security/email/us_instructions":
            raise NotImplementedError(f"{template} needs a template of the outbox before it is switched on")
