"""Time for people in Denmark, from times kept in UTC."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from mentorkorps.interface.dates import clock, day
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
    return day(local.date(), language) + between + clock(local.time(), language)


def months_before(moment: datetime, count: int) -> datetime:
    """The same day of the month `count` months ago; the last day of that month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - count, 12)
    last = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def after_working_days(start: date, count: int) -> date:
    """The working day that comes `count` working days after `start`."""
    found = start
    while count:
        found += timedelta(days=1)
        count -= is_working_day(found)
    return found


def is_working_day(value: date) -> bool:
    return value.weekday() < 5 and value not in closing_days(value.year)


@cache
def closing_days(year: int) -> frozenset[date]:
    """The days on which Denmark is closed, apart from weekends.

    The list is that of the Danish Shops Act, lov om detailsalg fra butikker m.v. § 2, stk. 1, as worded since
    Store Bededag was abolished on 1 January 2024 (Folketinget, KIU alm. del 2022-23, 2. samling, answer 19):
    New Year's Day, Maundy Thursday, Good Friday, Easter Sunday and Monday, Ascension Day, Whit Sunday and
    Monday, Constitution Day, Christmas Eve, Christmas Day and Boxing Day.
    """
    fixed = ((1, 1), (6, 5), (12, 24), (12, 25), (12, 26))
    movable = (-3, -2, 0, 1, 39, 49, 50)
    easter = easter_sunday(year)
    return frozenset(
        {date(year, month, number) for month, number in fixed}
        | {easter + timedelta(days=n) for n in movable}
    )


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar: J. Meeus, Astronomical Algorithms (1991), chapter 8."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, number = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, number + 1)
