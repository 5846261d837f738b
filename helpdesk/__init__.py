"""Helpdesk: urgent and normal tickets of municipal units, alerting, escalation, SLA."""

__version__ = "0.1.0"
