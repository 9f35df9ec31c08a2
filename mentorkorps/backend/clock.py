"""Time for people in Denmark, from times kept in UTC."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from mentorkorps.interface import dates
from mentorkorps.interface.holidays import is_working_day
from mentorkorps.interface.languages import Language

Clock = Callable[[], datetime]
DENMARK = ZoneInfo("Europe/Copenhagen")


def utc_now() -> datetime:
    return datetime.now(UTC)


def danish_day(moment: datetime) -> date:
    return moment.astimezone(DENMARK).date()


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
