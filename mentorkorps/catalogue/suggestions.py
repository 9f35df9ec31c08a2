"""How texts are spelt alike: what an editor probably meant by a name that is not there."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

SUGGESTIBLE = 80
"""Characters; comparing longer texts with every name costs time and helps nobody."""
QUOTES = "“”„»«‘’‚\"'"
"""What stands around a value where straight quotes were meant."""
PLAIN_LETTERS = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "ö": "oe", "ä": "ae", "ü": "u", "é": "e"}
)


def spelling_words(text: str) -> list[str]:
    """The words of a text in small plain letters: "Høje-Taastrup" -> ["hoeje", "taastrup"]."""
    return re.findall(r"[a-z0-9]+", text.casefold().translate(PLAIN_LETTERS))


def slug(text: str) -> str | None:
    """A text as an id."""
    return "-".join(spelling_words(text)) or None


def nearest(text: str, options: Iterable[str]) -> str | None:
    """The option that is spelt most alike, if any is; capitals and quotes around it do not
    count."""
    if len(text) > SUGGESTIBLE:
        return None
    candidates = list(options)
    matches = get_close_matches(text, candidates, 1) or get_close_matches(
        text.strip(QUOTES).casefold(), candidates, 1
    )
    return next(iter(matches), None)
