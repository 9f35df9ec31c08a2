"""Phone numbers as people write them: what is one, how it is kept, and the link that calls it.

Here only the hyphen makes a CPR number: 0701234567 is a Swedish mobile, 070123-4567 is asked for
without its hyphen. In all other answers every ten digits that begin with a date are refused.
"""

import re

from mentorkorps.interface.characters import DASHES, SPACES, plain, plain_digits

LABELS = ("telefon", "tlf", "tel", "mobile", "mobil", "mob", "phone", "nr")
FEWEST, MOST = 8, 15
"""Digits: a Danish number has 8, none has more than 15 (ITU-T E.164)."""
DANISH = "+45"
COPIED = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
"""The invisible characters that phone books, mails and word processors put around a number."""


def _pattern(spaces: str, separators: str, digits: str) -> str:
    labels = "|".join(
        "".join(f"[{letter.upper()}{letter}]" for letter in label) for label in LABELS
    )
    return (
        rf"[{spaces}]*(?:(?:{labels})[{spaces}.:]*){{0,2}}\(?\+?"
        rf"(?:[{separators}]*[{digits}]){{{FEWEST},{MOST}}}[{separators}]*"
    )


PATTERN = _pattern(" ", r" .\/\(\)\-", "0-9")
"""A number after `cleaned`; read alike by Python and by JavaScript, also with its v flag."""
AS_TYPED = _pattern(
    SPACES + COPIED,
    SPACES + COPIED + DASHES + r".\/\(\)\-",
    r"0-9\u0660-\u0669\u06f0-\u06f9\uff10-\uff19",
)
"""What `cleaned` makes a number of: the browser's pattern, which without a script judges before anything is cleaned."""
SIMPLE = rf"\+?[0-9](?:[ .\/\(\)\-]{{0,3}}[0-9]){{{FEWEST - 1},{MOST - 1}}}"
"""What programs are told to send: no label, nothing that needs cleaning, and no longer than the forms take."""
_LABEL = re.compile(rf"^(?:(?:{'|'.join(LABELS)})[ .:]*){{1,2}}(?=[+(0-9])", re.IGNORECASE)


def cleaned(text: str) -> str:
    """The number without what copying brought along and without a label: "tlf. 12–34 56 78" -> "12-34 56 78"."""
    return _LABEL.sub("", " ".join(plain_digits(plain(text)).split()))


def is_number(text: str) -> bool:
    return re.fullmatch(PATTERN, text) is not None


def link(text: str) -> str:
    """The number as a tel: address (RFC 3966): "+49 (0)151 / 1234567" -> "tel:+491511234567".

    Eight digits alone are a Danish number. Of any other number without a country nobody knows the country.
    """
    abroad = re.sub(r"^00", "+", re.sub(r"[^0-9+]", "", re.sub(r"(?<=[0-9])[ )]*\(0\)", "", text)))
    return f"tel:{DANISH}{abroad}" if re.fullmatch(r"[1-9][0-9]{7}", abroad) else f"tel:{abroad}"
