"""The tables, a file per noun; columns, constraints and relations, no decisions, no commit."""

from helpdesk.models.audit import ApiToken, AuditEntry, Heartbeat, IdempotencyKey
from helpdesk.models.escalation import DutyTest, Escalation, EscalationPolicy, EscalationStep, PolicyStep
from helpdesk.models.organisation import Contract, Group, Municipality, Profile, Unit
from helpdesk.models.outbox import Attempt, Inbound, Notification
from helpdesk.models.people import Contact, Role, User
from helpdesk.models.provider import Provider
from helpdesk.models.schedule import Override, Rotation, RotationMember, Schedule
from helpdesk.models.sla import Calendar, Clock, ClockPause, Reminder, SlaPolicy, SlaTarget
from helpdesk.models.ticket import Attachment, Message, Ticket, TicketCounter, TimelineEvent

__all__ = [
    "ApiToken",
    "Attachment",
    "Attempt",
    "AuditEntry",
    "Calendar",
    "Clock",
    "ClockPause",
    "Contact",
    "Contract",
    "DutyTest",
    "Escalation",
    "EscalationPolicy",
    "EscalationStep",
    "Group",
    "Heartbeat",
    "IdempotencyKey",
    "Inbound",
    "Message",
    "Municipality",
    "Notification",
    "Override",
    "PolicyStep",
    "Profile",
    "Provider",
    "Reminder",
    "Role",
    "Rotation",
    "RotationMember",
    "Schedule",
    "SlaPolicy",
    "SlaTarget",
    "Ticket",
    "TicketCounter",
    "TimelineEvent",
    "Unit",
    "User",
]
