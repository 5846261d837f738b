"""The pages: one blueprint per noun of the screens."""

from flask import Blueprint

from helpdesk.routes import health, language

BLUEPRINTS: list[Blueprint] = [
    health.bp,
    language.bp,
]
