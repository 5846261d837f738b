"""The tables, a file per noun; columns, constraints and relations, no decisions, no commit."""

from helpdesk.models.audit import ApiToken, AuditEntry, Heartbeat, IdempotencyKey
from helpdesk.models.escalation import (
    Acknowledgement,
    DutyTest,
    Escalation,
    EscalationPolicy,
    EscalationStep,
    PolicyStep,
)
from helpdesk.models.exports import Export
from helpdesk.models.figures import CountedTicket, Figure, FigureDue
from helpdesk.models.hotline import HotlineCall
from helpdesk.models.mail import InboundMail
from helpdesk.models.organisation import Contract, Group, Municipality, Profile, Unit
from helpdesk.models.outbox import Attempt, Inbound, Notification
from helpdesk.models.people import Contact, NotifyRule, Role, User
from helpdesk.models.provider import Provider
from helpdesk.models.schedule import (
    Absence,
    DutyShift,
    Override,
    Rotation,
    RotationMember,
    Schedule,
    ShiftNotice,
    Swap,
    TemporarySchedule,
    TemporaryShift,
    WarningTold,
)
from helpdesk.models.sla import (
    Calendar,
    Clock,
    ClockChange,
    ClockPause,
    DigestItem,
    FollowUp,
    Reminder,
    ReminderRule,
    ReportSent,
    SlaPolicy,
    SlaTarget,
)
from helpdesk.models.ticket import Attachment, Message, Participant, Ticket, TicketCounter, TimelineEvent

__all__ = [
    "Absence",
    "Acknowledgement",
    "ApiToken",
    "Attachment",
    "Attempt",
    "AuditEntry",
    "Calendar",
    "Clock",
    "ClockChange",
    "ClockPause",
    "Contact",
    "Contract",
    "CountedTicket",
    "DigestItem",
    "DutyShift",
    "DutyTest",
    "Escalation",
    "EscalationPolicy",
    "EscalationStep",
    "Export",
    "Figure",
    "FigureDue",
    "FollowUp",
    "Group",
    "Heartbeat",
    "HotlineCall",
    "IdempotencyKey",
    "Inbound",
    "InboundMail",
    "Message",
    "Municipality",
    "Notification",
    "NotifyRule",
    "Override",
    "Participant",
    "PolicyStep",
    "Profile",
    "Provider",
    "Reminder",
    "ReminderRule",
    "ReportSent",
    "Role",
    "Rotation",
    "RotationMember",
    "Schedule",
    "ShiftNotice",
    "SlaPolicy",
    "SlaTarget",
    "Swap",
    "TemporarySchedule",
    "TemporaryShift",
    "Ticket",
    "TicketCounter",
    "TimelineEvent",
    "Unit",
    "User",
    "WarningTold",
]
