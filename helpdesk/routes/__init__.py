"""The pages: one blueprint per noun of the screens."""

from flask import Blueprint

from helpdesk.routes import health, language, twilio_hooks

BLUEPRINTS: list[Blueprint] = [
    health.bp,
    language.bp,
    twilio_hooks.bp,
]
