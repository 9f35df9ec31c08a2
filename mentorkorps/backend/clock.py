"""Time for people in Denmark, from times kept in UTC."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mentorkorps.interface import dates
from mentorkorps.interface.holidays import is_working_day
from mentorkorps.interface.languages import Language

Clock = Callable[[], datetime]
DENMARK = ZoneInfo("Europe/Copenhagen")
OFFICE_HOURS = (8, 16)
"""By Danish clocks: from the first hour and before the last."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def danish_day(moment: datetime) -> date:
    return moment.astimezone(DENMARK).date()


def is_within(moment: datetime, hours: tuple[int, int]) -> bool:
    """Whether Danish clocks are past the first of the hours and before the last."""
    first, last = hours
    return first <= moment.astimezone(DENMARK).hour < last


def at_hour(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), DENMARK)


def is_working_hour(moment: datetime) -> bool:
    """Whether something may be sent that wants an answer: a working day in Denmark, from 8 to 16."""
    return is_working_day(danish_day(moment)) and is_within(moment, OFFICE_HOURS)


def spoken(moment: datetime, language: Language) -> str:
    """3. marts 2027 kl. 9.00, 3 March 2027 at 9:00, as clocks in Denmark show it."""
    local = moment.astimezone(DENMARK)
    between = " kl. " if language == "da" else " at "
    return dates.day(local.date(), language) + between + dates.clock(local.time(), language)


def months_before(moment: datetime, count: int) -> datetime:
    """The same day of the month `count` months ago; the last day of that month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - count, 12)
    last = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def after_working_days(start: date, count: int) -> date:
    """The working day that comes `count` working days after `start`."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days come after `start`, up to `end`: 0 where `end` is not after it."""
    days = (start + timedelta(days=after) for after in range(1, (end - start).days + 1))
    return sum(map(is_working_day, days))
