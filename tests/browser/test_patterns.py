"""A pattern means in Chromium, with the v flag that browsers use, what it means to the server."""

import random
import re

from mentorkorps.catalogue.patterns import flaw

SIGNS = r"abzAZ09æØ -_.,+'/()[]{}|\\^$?*&!#%:;<=>@~`"
PIECES = [
    *SIGNS,
    r"\.",
    r"\(",
    r"\\",
    r"\/",
    r"\-",
    "[a-c]",
    r"[\-z]",
    "[ .,+]",
    r"[\]\[]",
    "[^a]",
    "[a-z-9]",
    "{2}",
    "{1,3}",
    "{,2}",
]
MATCHES = """rows => rows.map(([pattern, text]) => {
  try { return new RegExp(`^(?:${pattern})$`, "v").test(text); } catch { return null; }
})"""


def test_browser_and_server_come_to_the_same_verdict_on_every_pattern_that_is_taken(visit):
    chance = random.Random(7)
    patterns = {"".join(chance.choices(PIECES, k=chance.randint(1, 4))) for _ in range(6000)}
    rows = [
        (pattern, "".join(chance.choices(SIGNS, k=length)))
        for pattern in sorted(pattern for pattern in patterns if flaw(pattern) is None)
        for length in (1, 1, 2, 2, 3, 4)
    ]
    assert 1000 < len(rows)

    assert [re.fullmatch(*row) is not None for row in rows] == visit.evaluate(MATCHES, rows)
