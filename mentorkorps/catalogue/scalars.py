"""A text -> the value of a field's kind, and what was probably meant where it is none."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from mentorkorps.catalogue.suggestions import QUOTES, SUGGESTIBLE

TRUTHS = {
    **dict.fromkeys(("ja", "yes", "y", "on", "sand", "true", "1"), "true"),
    **dict.fromkeys(("nej", "no", "n", "off", "falsk", "false", "0"), "false"),
}
YEAR = "(?:19|20|21)[0-9]{2}"
"""Of a date that somebody means; 0206 is a slip."""
YEAR_FIRST = re.compile(rf"({YEAR})\W{{1,2}}([0-9]{{1,2}})\W{{1,2}}([0-9]{{1,2}})")
DAY_FIRST = re.compile(rf"([0-9]{{1,2}})\W{{1,2}}([0-9]{{1,2}})\W{{1,2}}({YEAR})")
IN_WORDS = re.compile(rf"(?:den )?([0-9]{{1,2}})\.? ([a-z]{{3,9}})\.? ({YEAR})", re.IGNORECASE)
MONTHS = (
    "jan",
    "feb",
    "mar",
    "apr",
    "maj|may",
    "jun",
    "jul",
    "aug",
    "sep",
    "okt|oct",
    "nov",
    "dec",
)
"""How the names of the months begin, in Danish and in English."""
HOUR = re.compile(r"(?:kl\W*)?([0-9]{1,2})(?:[.:,]([0-9]{2}))?", re.IGNORECASE)


def meant(kind: object, text: str) -> str | None:
    """The value of that kind which was probably meant: 2027-3-2 is 2027-03-02, kl. 9 is 09:00; None
    if nobody knows."""
    guess = GUESSES.get(kind)
    content = text.strip().strip(QUOTES).strip()
    return guess(content) if guess and len(content) <= SUGGESTIBLE else None


def whole(text: str) -> int:
    return int(_of_form(r"-?[0-9]{1,12}", text))


def truth(text: str) -> bool:
    return _of_form("true|false", text) == "true"


def calendar_day(text: str) -> date:
    return date.fromisoformat(_of_form(rf"{YEAR}-[0-9]{{2}}-[0-9]{{2}}", text))


def clock_time(text: str) -> time:
    return time.fromisoformat(_of_form(r"[0-9]{1,2}:[0-9]{2}", text).zfill(5))


def day_and_time(text: str) -> datetime:
    """A day and a time by Danish clocks, without a zone."""
    return datetime.fromisoformat(
        _of_form(rf"{YEAR}-[0-9]{{2}}-[0-9]{{2}}[ T][0-9]{{2}}:[0-9]{{2}}", text)
    )


def _of_form(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError(text)
    return text


SCALARS: dict[Any, Callable[[str], Any]] = {
    str: str.strip,
    int: whole,
    bool: truth,
    date: calendar_day,
    time: clock_time,
    datetime: day_and_time,
}
"""How a text becomes a value of that kind; a text that is none raises ValueError."""


def _date(text: str) -> str | None:
    if match := YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
    elif match := DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    elif match := IN_WORDS.fullmatch(text):
        day, name, year = match.groups()
        month = next(
            (
                number
                for number, begins in enumerate(MONTHS, 1)
                if re.match(begins, name.casefold())
            ),
            0,
        )
    else:
        return None
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _time(text: str) -> str | None:
    match = HOUR.fullmatch(text)
    try:
        return f"{time(int(match[1]), int(match[2] or 0)):%H:%M}" if match else None
    except ValueError:
        return None


def _number(text: str) -> str | None:
    """The one number within a text, if no comma or point makes it another."""
    numbers = re.findall(r"[0-9]+", text)
    return (
        numbers[0] if len(numbers) == 1 and not re.search(r"[.,-][0-9]|[0-9][.,]", text) else None
    )


GUESSES: dict[object, Callable[[str], str | None]] = {
    date: _date,
    time: _time,
    int: _number,
    bool: lambda text: TRUTHS.get(text.casefold()),
}
