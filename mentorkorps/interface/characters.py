"""Characters that nobody sees, and those that only look like a space or a hyphen.

Each constant is the inside of a class of a regular expression. SPACES and DASHES are read alike by
JavaScript.
"""

import re
import unicodedata

SPACES = r" \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Spaces within a line: Unicode's Zs, and the tab."""
DASHES = r"\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d"
"""Hyphens, dashes and the minus sign, as word processors and phone books write them for a
hyphen."""
INVISIBLE_BMP = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
"""Those of the following that JavaScript writes like Python."""
INVISIBLE = INVISIBLE_BMP + r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
"""Unicode's Default_Ignorable_Code_Point (17.0), the empty Braille pattern, and the marks of
annotations."""

_UNSEEN = re.compile(f"[{INVISIBLE}]")
_SPACE = re.compile(f"[{SPACES}]")
_DASH = re.compile(f"[{DASHES}]")
_DIGIT = re.compile(r"[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]")


def without_invisible(text: str) -> str:
    return _UNSEEN.sub("", text)


def plain(text: str) -> str:
    """The text in one spelling: without invisible characters, each space a space and each dash a
    hyphen."""
    return _DASH.sub("-", _SPACE.sub(" ", without_invisible(text)))


def plain_digits(text: str) -> str:
    """Arabic, Persian and full-width digits as 0 to 9."""
    return _DIGIT.sub(lambda match: str(unicodedata.digit(match[0])), text)
