"""The table of channels: the providers of each, the first choice first."""

from helpdesk.models.codes import Channel
from helpdesk.notify import email, twilio
from helpdesk.notify.provider import Provider

PROVIDERS: dict[Channel, tuple[Provider, ...]] = {
    Channel.SMS: (twilio.SMS,),
    Channel.VOICE: (twilio.VOICE,),
    Channel.EMAIL: (email.SMTP,),
}


def providers_of(channel: Channel) -> list[Provider]:
    """Those that the house has an account with, in order; the table's first when there is none at all."""
    every = PROVIDERS[channel]
    return [provider for provider in every if provider.is_set_up()] or [every[0]]


def provider_named(channel: Channel, name: str) -> Provider:
    """The one that an attempt was given to; the first of the channel for a name that is no longer known."""
    known = {provider.name: provider for provider in PROVIDERS[channel]}
    return known.get(name) or providers_of(channel)[0]
