"""Words for codes, in the reader's language. The database holds codes only."""

from enum import Enum

from flask_babel import LazyString, format_decimal
from flask_babel import lazy_gettext as _l

from helpdesk.models import codes as c

WORDS: tuple[tuple[Enum, LazyString], ...] = (
    (c.UnitKind.OFFICE, _l("Municipal office")),
    (c.UnitKind.SCHOOL, _l("School")),
    (c.UnitKind.KINDERGARTEN, _l("Kindergarten")),
    (c.UnitKind.NURSERY, _l("Nursery")),
    (c.UnitKind.LIBRARY, _l("Library")),
    (c.UnitKind.CULTURE_CENTRE, _l("Culture centre")),
    (c.UnitKind.MUSEUM, _l("Museum")),
    (c.UnitKind.SPORTS_CENTRE, _l("Sports centre")),
    (c.UnitKind.SPORTS_CLUB, _l("Sports club")),
    (c.UnitKind.FIRE_BRIGADE, _l("Volunteer fire brigade")),
    (c.UnitKind.SOCIAL_WELFARE, _l("Social welfare centre")),
    (c.UnitKind.HEALTH_CENTRE, _l("Health centre")),
    (c.UnitKind.UTILITIES, _l("Municipal utilities")),
    (c.UnitKind.VILLAGE, _l("Village")),
    (c.UnitKind.ASSOCIATION, _l("Association")),
    (c.UnitKind.OTHER, _l("Other unit")),
    (c.RoleName.REPORTER, _l("Reporter")),
    (c.RoleName.COORDINATOR, _l("Coordinator")),
    (c.RoleName.ADMINISTRATOR, _l("Administrator")),
    (c.RoleName.MANAGER, _l("Manager")),
    (c.ContactKind.PHONE, _l("Phone")),
    (c.ContactKind.EMAIL, _l("E-mail")),
    (c.ProfileRight.REQUESTED, _l("Requested")),
    (c.ProfileRight.GRANTED, _l("Granted")),
    (c.ProfileRight.REVOKED, _l("Revoked")),
    (c.Category.HELD_POST, _l("Held post")),
    (c.Category.HATE, _l("Hate")),
    (c.Category.HATE_SPEECH, _l("Hate speech")),
    (c.Category.RULE_VIOLATION, _l("Rule violation")),
    (c.Category.MISLEADING, _l("Misleading content")),
    (c.Category.PUBLISHING_TROUBLE, _l("Trouble with publishing")),
    (c.Category.PROFILE_PERMISSION, _l("Profile permission")),
    (c.Category.PUBLICATION_REQUEST, _l("Publication request")),
    (c.Category.OTHER, _l("Something else")),
    (c.Priority.URGENT, _l("Urgent")),
    (c.Priority.NORMAL, _l("Normal")),
    (c.TicketStatus.NEW, _l("New")),
    (c.TicketStatus.ACKNOWLEDGED, _l("Acknowledged")),
    (c.TicketStatus.IN_PROGRESS, _l("In progress")),
    (c.TicketStatus.WAITING, _l("Waiting for the unit")),
    (c.TicketStatus.RESOLVED, _l("Resolved")),
    (c.TicketStatus.CLOSED, _l("Closed")),
    (c.TicketSource.FORM, _l("Form")),
    (c.TicketSource.LINK, _l("Unit link")),
    (c.TicketSource.API, _l("API")),
    (c.TicketSource.EMAIL, _l("E-mail message")),
    (c.TicketSource.PHONE, _l("Phone call")),
    (c.TicketSource.SMS, _l("SMS message")),
    (c.ExportState.WAITING, _l("Waits for its turn")),
    (c.ExportState.WRITING, _l("Is being made")),
    (c.ExportState.READY, _l("Ready")),
    (c.ExportState.FAILED, _l("Could not be made")),
    (c.ExportState.REMOVED, _l("Removed after a day")),
    (c.Channel.SMS, _l("SMS")),
    (c.Channel.VOICE, _l("Call")),
    (c.Channel.EMAIL, _l("E-mail")),
    (c.AttemptState.DUE, _l("waiting to be sent")),
    (c.AttemptState.SENDING, _l("being sent")),
    (c.AttemptState.ACCEPTED, _l("accepted by the provider")),
    (c.AttemptState.SENT, _l("sent")),
    (c.AttemptState.DELIVERED, _l("delivered")),
    (c.AttemptState.UNDELIVERED, _l("not delivered")),
    (c.AttemptState.FAILED, _l("failed")),
    (c.AttemptState.EXPIRED, _l("expired")),
    (c.AttemptState.CANCELLED, _l("cancelled, no longer needed")),
    (c.AttemptState.UNKNOWN, _l("outcome unknown, being checked")),
    (c.AttemptMoment.PICKED_UP, _l("picked up")),
    (c.AttemptMoment.PRESSED, _l("a key was pressed")),
    (c.AttemptMoment.UNCONFIRMED, _l("delivery not confirmed in time, the alert went on")),
    (c.SlaTargetKind.ACKNOWLEDGE, _l("Acknowledgement")),
    (c.SlaTargetKind.FIRST_RESPONSE, _l("First response")),
    (c.SlaTargetKind.RESOLVE, _l("Resolution")),
    (c.AckVia.SMS, _l("by SMS reply")),
    (c.AckVia.VOICE, _l("by keypress in the call")),
    (c.AckVia.PAGE, _l("on the page")),
    (c.AckVia.EMAIL, _l("from the e-mail")),
    (c.AckVia.API, _l("through the API")),
    (c.StepTarget.ON_CALL, _l("Person on duty")),
    (c.StepTarget.NEXT_ON_CALL, _l("Next person on duty")),
    (c.StepTarget.USER, _l("Named person")),
    (c.StepTarget.PEOPLE, _l("Several people")),
    (c.StepTarget.ADMINISTRATORS, _l("All administrators")),
    (c.StepTarget.MANAGERS, _l("Managers")),
    (c.RotationKind.HOURLY, _l("Every so many hours")),
    (c.RotationKind.DAILY, _l("Every so many days")),
    (c.RotationKind.WEEKLY, _l("Every so many weeks")),
    (c.RotationKind.MONTHLY, _l("Every so many months")),
    (c.HolidayRule.AS_USUAL, _l("As on any other day")),
    (c.HolidayRule.OFF, _l("The layer does not count")),
    (c.HolidayRule.WHOLE_DAY, _l("The layer counts all day")),
    (c.OverrideKind.REPLACE, _l("Replacement")),
    (c.OverrideKind.ADD, _l("One more person")),
    (c.OverrideKind.REMOVE, _l("One person less")),
    (c.SwapState.OFFERED, _l("Offered")),
    (c.SwapState.ACCEPTED, _l("Accepted")),
    (c.SwapState.DECLINED, _l("Declined")),
    (c.SwapState.WITHDRAWN, _l("Withdrawn")),
    (c.SwapState.UNDONE, _l("Undone")),
    (c.HotlineState.MENU, _l("in the menu")),
    (c.HotlineState.RINGING, _l("ringing at the administrators")),
    (c.HotlineState.CONNECTED, _l("connected")),
    (c.HotlineState.RECORDING, _l("leaving a message")),
    (c.HotlineState.OVER, _l("over")),
    (c.HotlineOutcome.RINGING, _l("ringing")),
    (c.HotlineOutcome.PICKED_UP, _l("picked up")),
    (c.HotlineOutcome.NO_KEY, _l("picked up, no key was pressed")),
    (c.HotlineOutcome.NO_ANSWER, _l("no answer")),
    (c.HotlineOutcome.BUSY, _l("busy or declined")),
    (c.HotlineOutcome.FAILED, _l("could not be called")),
    (c.HotlineOutcome.CANCELLED, _l("stopped ringing: not needed any more")),
    (c.HotlineOutcome.PASSED, _l("pressed 2: cannot take it")),
    (c.HotlineOutcome.TOO_LATE, _l("pressed 1, somebody else had it")),
    (c.HotlineOutcome.TAKEN, _l("took the call")),
    (c.HotlineMoment.CALLED_AGAIN, _l("called again")),
    (c.HotlineMoment.RINGING, _l("ringing")),
    (c.HotlineMoment.PASSED, _l("passed on")),
    (c.HotlineMoment.HUNG_UP, _l("hung up")),
    (c.HotlineMoment.NOBODY, _l("nobody took the call")),
    (c.HotlineMoment.MESSAGE, _l("left a message")),
    (c.HotlineMoment.LOST, _l("the message is lost")),
    (c.RecordingState.NONE, _l("no message")),
    (c.RecordingState.AWAITED, _l("message is being fetched")),
    (c.RecordingState.STORED, _l("message stored")),
    (c.RecordingState.LOST, _l("message lost at the provider")),
    (c.EscalationState.OPEN, _l("Alert is running")),
    (c.EscalationState.ACKNOWLEDGED, _l("Acknowledged")),
    (c.EscalationState.CLOSED, _l("Ended")),
)
# A call is not "delivered".
CALL_WORDS: dict[c.AttemptState, LazyString] = {
    c.AttemptState.SENT: _l("calling"),
    c.AttemptState.DELIVERED: _l("answered with a key"),
    c.AttemptState.UNDELIVERED: _l("no answer"),
}
# By kind and code: equal codes of two kinds ("closed", "sms") have words of their own.
LABELS = {(type(code), code): word for code, word in WORDS}

ERRORS: dict[str, LazyString] = {
    "400": _l("The browser sent something that we could not read. Go back and try again."),
    "401": _l("Please sign in first."),
    "403": _l("You do not have access to this page."),
    "404": _l("There is no such page. Check the address or start from the main page."),
    "405": _l("This address cannot be opened this way."),
    "409": _l("This cannot be done now."),
    "413": _l("The files are too large. Send fewer or smaller ones."),
    "429": _l("Too many attempts. Wait a few minutes and try again."),
    "500": _l("Something went wrong on our side. What you typed was not sent; try again in a moment."),
    "507": _l("Our disk is full: no files can be taken now. Go back and send the form without files."),
    "bad_token": _l("This link is not valid or has expired. Ask for a new one."),
    "not_found": _l("There is no such ticket, or it is not yours to see."),
    "report_not_found": _l("There is no such report, or it is not yours to see."),
    "no_contract": _l("Your municipality has no valid contract for this support. Ask your municipal office."),
    "too_many_exports": _l("Three of your files are in the making. Wait until one is ready."),
    "not_open": _l("This ticket is already finished. Reopen it first."),
    "not_finished": _l("This ticket is still open."),
    "not_waiting": _l("This ticket is not waiting for the unit."),
    "merge_other": _l("There is no other ticket of this municipality with that number."),
    "merge_merged": _l("That ticket was itself merged into another one. Enter the number of that one."),
    "merge_silences": _l(
        "Nobody has this urgent ticket yet, and in the other one nobody is being alerted. "
        "Take it first, or make the other one urgent."
    ),
    "merged": _l("This ticket was merged into another one; go on in that one."),
    "reason_required": _l("Say why; the reason stays on the ticket."),
    "not_staff": _l("Only an administrator or a manager can do this."),
    "not_manager": _l("Only a manager can do this."),
    "in_the_past": _l("This moment has passed. What was stays as it was; choose a later moment."),
    "over": _l("This is over; what was stays as it was."),
    "span": _l("The end must be after the beginning."),
    "too_long": _l("This is too long a time. Change the layers instead."),
    "outside": _l("A shift lies outside the time of the plan."),
    "who_comes": _l("Choose who is to be on duty."),
    "who_goes": _l("Choose who is to be taken off."),
    "same_person": _l("Choose two different people."),
    "part_of_a_swap": _l("This came from a swap of shifts; undo the swap instead."),
    "name_taken": _l("Another schedule has this name."),
    "name_in_use": _l("This name is in use already. Choose another one."),
    "changed_meanwhile": _l(
        "Somebody else changed this meanwhile. What you typed is kept here;"
        " save again to put it in place of theirs."
    ),
    "never_open": _l("This calendar never opens long enough: nothing would ever be due."),
    "no_targets": _l("Promise at least one time."),
    "target_twice": _l("The same priority, target and category stand in two rows. Keep one of them."),
    "share_twice": _l("Two reminders of the same priority stand at the same share. Keep one of them."),
    "unknown_zone": _l("There is no such time zone. Choose one from the list."),
    "sla_policy_default": _l("This is the default policy. Make another one the default first."),
    "sla_policy_in_use": _l("A contract names this policy. Give the contract another one first."),
    "in_a_policy": _l("An escalation policy uses this schedule. Change the policy first."),
    "last_schedule": _l("This is the only schedule. Rename it, or add another one first."),
    "has_history": _l("Somebody was on duty by this schedule; what was is kept. End its layers instead."),
    "no_people": _l("Name at least one person."),
    "not_asked": _l("You were not asked about this ticket, or it is not yours any more."),
    "not_urgent": _l("This ticket is not urgent: assign it instead."),
    "not_reachable": _l("No phone of this person works: choose somebody else."),
    "theirs_already": _l("This person has the ticket already."),
    "no_further": _l("No further people are being looked for."),
    "no_steps": _l("A policy has one to twelve steps."),
    "scope_taken": _l("Another policy is for exactly the same tickets."),
    "too_large": _l("This file is too large."),
    "wrong_type": _l("Only pictures (JPEG, PNG, WebP, GIF) and PDF files are accepted."),
    "empty": _l("This file is empty."),
    "too_many": _l("At most 5 files at once."),
    "not_yours": _l("This is somebody else's. Managers can change it."),
    "not_your_shift": _l("You do not have the duty all of this time. Look at your shifts and choose again."),
    "not_their_shift": _l("The plan has changed meanwhile: that person does not have this duty any more."),
    "shift_over": _l("This duty is over."),
    "offered_already": _l("You have offered this duty already. Take that offer back first."),
    "swap_taken": _l("Somebody was faster: this duty is taken."),
    "swap_not_open": _l("This offer is not open any more."),
    "not_offered_to_you": _l("This duty is offered to somebody else."),
    "you_are_absent": _l("You are marked as absent then. Cancel the absence first."),
    "they_are_absent": _l("Whoever offers it is absent in the time that you would give in return."),
    "on_duty_already": _l("You are on duty then already."),
    "passed_on_since": _l("It has been passed on to another person since. Undo that first."),
    "absence_over": _l("An absence begins now or later and ends after it begins."),
    "absence_too_long": _l("An absence lasts 400 days at most. Check the year."),
    "is_reporter": _l("This is the reporter, who gets the answers anyway."),
    "is_of_staff": _l("This is somebody of the staff, who sees the ticket anyway."),
    "too_many_participants": _l("A ticket has twenty people in copy at most."),
    "not_stored": _l("This file cannot be stored just now. Send the form again without it: the rest is kept."),
}

COMPANIES = {"twilio": "Twilio", "smsapi": "SMSAPI", "smtp": "SMTP"}


def label(code: Enum) -> LazyString:
    """The word for a code; KeyError for a code without one (a guard test keeps that from happening)."""
    return LABELS[type(code), code]


def attempt_label(channel: c.Channel, state: c.AttemptState) -> LazyString:
    """The word for the state of an SMS, a call or a mail."""
    word = CALL_WORDS.get(state) if channel is c.Channel.VOICE else None
    return word or label(state)


def error_sentence(code: str) -> LazyString:
    """The sentence for a stable error code, the general one for a code that has none of its own."""
    return ERRORS.get(code, ERRORS["400" if code.startswith("4") else "500"])


def company(provider: str) -> str:
    """ "sms:twilio" → "Twilio"."""
    code = provider.partition(":")[2]
    return COMPANIES.get(code, code)


def money(amount: float | None, currency: str) -> str:
    return f"{format_decimal(amount or 0, format='#,##0.00')} {currency}"
