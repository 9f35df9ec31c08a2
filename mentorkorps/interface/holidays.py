"""Days on which hardly anybody in Denmark works: the public holidays, and those that most
agreements give as well.

Public holidays are those of the national church. Great Prayer Day was one until 2023 (lov nr. 214
af 6. marts 2023). On 5 June and 24 December shops are closed by law too (lov om detailsalg fra butikker § 2, stk. 1);
those and 31 December are days off by most collective agreements.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

GREAT_PRAYER_DAY_UNTIL = 2023
FROM_EASTER = {
    -3: ("skærtorsdag", "Maundy Thursday"),
    -2: ("langfredag", "Good Friday"),
    0: ("påskedag", "Easter Sunday"),
    1: ("2. påskedag", "Easter Monday"),
    26: ("store bededag", "Great Prayer Day"),
    39: ("Kristi himmelfartsdag", "Ascension Day"),
    49: ("pinsedag", "Whit Sunday"),
    50: ("2. pinsedag", "Whit Monday"),
}
"""Days after Easter Sunday."""
FIXED = {
    (1, 1): ("nytårsdag", "New Year's Day"),
    (12, 25): ("juledag", "Christmas Day"),
    (12, 26): ("2. juledag", "Boxing Day"),
}
ALSO_OFF = {
    (6, 5): ("grundlovsdag", "Constitution Day"),
    (12, 24): ("juleaftensdag", "Christmas Eve"),
    (12, 31): ("nytårsaftensdag", "New Year's Eve"),
}
SATURDAY = 5


class DayOff(NamedTuple):
    """What a day is called in Danish and in English."""

    da: str
    en: str


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, ch. 8)."""
    century, rest = divmod(year, 100)
    moon = (
        19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def public_holidays(year: int) -> Mapping[date, DayOff]:
    """The public holidays of a year, by date."""
    sunday = easter(year)
    holidays = {
        sunday + timedelta(days=after): DayOff(*names)
        for after, names in FROM_EASTER.items()
        if after != 26 or year <= GREAT_PRAYER_DAY_UNTIL
    }
    holidays |= {date(year, *day): DayOff(*names) for day, names in FIXED.items()}
    return MappingProxyType(dict(sorted(holidays.items())))


def day_off(day: date) -> DayOff | None:
    """The public holiday, or the day off by most agreements, that a day is; None for any other."""
    also = ALSO_OFF.get((day.month, day.day))
    return public_holidays(day.year).get(day) or (DayOff(*also) if also else None)


def is_working_day(day: date) -> bool:
    """Whether offices are open: Monday to Friday, and no day off."""
    return day.weekday() < SATURDAY and day_off(day) is None
