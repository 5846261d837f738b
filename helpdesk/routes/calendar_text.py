"""A calendar as iCalendar text (RFC 5545), in UTC, for programs that fetch it now and then."""

from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import url_for
from icalendar import Calendar
from icalendar import Event as Entry

from helpdesk.config import settings
from helpdesk.oncall.feeds import EPOCH, Event, Feed
from helpdesk.routes.plan_words import week_key
from helpdesk.sentences import _

FETCH_AGAIN = timedelta(hours=1)


def person_calendar(feed: Feed, name: str) -> bytes:
    """In the language that is set."""
    return _calendar(feed, _("My duty – %(name)s", name=name), [_own(event) for event in feed.events])


def schedule_calendar(feed: Feed, name: str) -> bytes:
    """In the language that is set."""
    return _calendar(feed, name, [_named(event) for event in feed.events])


def _own(event: Event) -> str:
    return _("My duty: %(schedule)s", schedule=event.schedule.name)


def _named(event: Event) -> str:
    return event.user.name if event.user else _("Nobody on duty")


def _calendar(feed: Feed, name: str, titles: list[str]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Helpdesk//On-call//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", FETCH_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add("last-modified", feed.changed_at)
    for event, title in zip(feed.events, titles, strict=True):
        calendar.add_component(_entry(feed, event, title))
    return bytes(calendar.to_ical())


def _entry(feed: Feed, event: Event, title: str) -> Entry:
    """`SEQUENCE` must grow with each change: seconds up to the last one do."""
    entry = Entry()
    entry.add("uid", f"{event.key}@{urlsplit(settings().public_url).hostname}")
    entry.add("dtstamp", feed.changed_at)
    entry.add("last-modified", feed.changed_at)
    entry.add("sequence", int((feed.changed_at - EPOCH).total_seconds()))
    entry.add("dtstart", event.starts_at)
    entry.add("dtend", event.ends_at)
    entry.add("summary", title)
    entry.add("url", _page_of(event))
    entry.add("transp", "TRANSPARENT")  # on call is not busy
    return entry


def _page_of(event: Event) -> str:
    day = event.starts_at.astimezone(ZoneInfo(event.schedule.time_zone)).date()
    return settings().public_url + url_for("plan.week", name=week_key(day), schedule=event.schedule.id)
