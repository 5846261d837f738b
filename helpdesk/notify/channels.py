"""The table of channels: the providers of each, the first choice first."""

from helpdesk.config import settings
from helpdesk.models.codes import Channel
from helpdesk.notify import email, smsapi, twilio
from helpdesk.notify.provider import Provider

PROVIDERS: dict[Channel, tuple[Provider, ...]] = {
    Channel.SMS: (twilio.SMS, smsapi.SMS),
    Channel.VOICE: (twilio.VOICE,),
    Channel.EMAIL: (email.SMTP,),
}


def providers_of(channel: Channel) -> list[Provider]:
    """Those that the house has an account with, in order; the table's first when there is none at all."""
    every = _in_order(channel)
    return [provider for provider in every if provider.is_set_up()] or [every[0]]


def all_providers() -> list[Provider]:
    """Those of every channel that the house has an account with."""
    return [provider for channel in PROVIDERS for provider in providers_of(channel)]


def _in_order(channel: Channel) -> list[Provider]:
    """Those of SMS as SMS_PROVIDERS orders and chooses them."""
    if channel is not Channel.SMS:
        return list(PROVIDERS[channel])
    known = {provider.name: provider for provider in PROVIDERS[channel]}
    wanted = [f"{channel}:{company}" for company in settings().sms_providers]
    return [known[name] for name in wanted if name in known]


def provider_named(channel: Channel, name: str) -> Provider:
    """The one that an attempt was given to; the first of the channel for a name that is no longer known."""
    known = {provider.name: provider for provider in PROVIDERS[channel]}
    return known.get(name) or providers_of(channel)[0]
