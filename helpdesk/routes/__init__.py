"""The pages: one blueprint per noun of the screens."""

from flask import Blueprint

from helpdesk.routes import (
    ack,
    contacts,
    cover,
    dashboard,
    desk,
    duty,
    feeds,
    files,
    filing,
    health,
    home,
    language,
    plan,
    proof,
    reporter,
    smsapi_hooks,
    twilio_hooks,
    units,
)

BLUEPRINTS: list[Blueprint] = [
    health.bp,
    home.bp,
    language.bp,
    twilio_hooks.bp,
    smsapi_hooks.bp,
    ack.bp,
    contacts.bp,
    cover.bp,
    dashboard.bp,
    desk.bp,
    duty.bp,
    plan.bp,
    feeds.bp,
    proof.bp,
    files.bp,
    filing.bp,
    reporter.bp,
    units.bp,
]
