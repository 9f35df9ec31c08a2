"""What an editor probably meant by a value that cannot stand."""

import re
from collections.abc import Callable, Iterable
from datetime import date, time
from difflib import get_close_matches

SUGGESTIBLE = 80
"""Characters; comparing longer texts with every name costs time and helps nobody."""
QUOTES = "“”„»«‘’‚\"'"
"""What stands around a value where straight quotes were meant."""
PLAIN_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ö": "oe", "ä": "ae", "ü": "u", "é": "e"})
TRUTHS = {
    **dict.fromkeys(("ja", "yes", "y", "on", "sand", "true", "1"), "true"),
    **dict.fromkeys(("nej", "no", "n", "off", "falsk", "false", "0"), "false"),
}
YEAR = "(?:19|20|21)[0-9]{2}"
"""Of a date that somebody means; 0206 is a slip."""
YEAR_FIRST = re.compile(rf"({YEAR})\W{{1,2}}([0-9]{{1,2}})\W{{1,2}}([0-9]{{1,2}})")
DAY_FIRST = re.compile(rf"([0-9]{{1,2}})\W{{1,2}}([0-9]{{1,2}})\W{{1,2}}({YEAR})")
HOUR = re.compile(r"(?:kl\W*)?([0-9]{1,2})(?:[.:,]([0-9]{2}))?", re.IGNORECASE)


def meant(kind: object, text: str) -> str | None:
    """The value of that kind which was probably meant: 2027-3-2 is 2027-03-02, kl. 9 is 09:00; None if nobody knows."""
    guess = GUESSES.get(kind)
    bare = text.strip().strip(QUOTES).strip()
    return guess(bare) if guess and len(bare) <= SUGGESTIBLE else None


def words(text: str) -> list[str]:
    """The words of a text in small plain letters: "Høje-Taastrup" -> ["hoeje", "taastrup"]."""
    return re.findall(r"[a-z0-9]+", text.casefold().translate(PLAIN_LETTERS))


def slug(text: str) -> str | None:
    """A text as an id."""
    return "-".join(words(text)) or None


def nearest(text: str, options: Iterable[str]) -> str | None:
    """The option that is spelt most alike, if any is; capitals and quotes around it do not count."""
    if len(text) > SUGGESTIBLE:
        return None
    of = list(options)
    near = get_close_matches(text, of, 1) or get_close_matches(text.strip(QUOTES).casefold(), of, 1)
    return next(iter(near), None)


def _date(text: str) -> str | None:
    if found := YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _time(text: str) -> str | None:
    found = HOUR.fullmatch(text)
    try:
        return f"{time(int(found[1]), int(found[2] or 0)):%H:%M}" if found else None
    except ValueError:
        return None


def _number(text: str) -> str | None:
    """The one number within a text, if no comma or point makes it another."""
    found = re.findall(r"[0-9]+", text)
    return found[0] if len(found) == 1 and not re.search(r"[.,-][0-9]|[0-9][.,]", text) else None


GUESSES: dict[object, Callable[[str], str | None]] = {
    date: _date,
    time: _time,
    int: _number,
    bool: lambda text: TRUTHS.get(text.casefold()),
}
