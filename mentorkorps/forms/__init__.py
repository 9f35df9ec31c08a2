"""One definition of a form -> its HTML, the browser's constraints, and the server's verdict, in both languages."""

from mentorkorps.forms.answers import HIDDEN, LANGUAGE, ONCE, PROOF, TRAP, Answers, Invalid, Posted, Value, Wrong
from mentorkorps.forms.options import options, rows
from mentorkorps.forms.showing import html, page_html
from mentorkorps.forms.verdict import EMAIL, PATTERNS, read, utf16_length

__all__ = [
    "EMAIL",
    "HIDDEN",
    "LANGUAGE",
    "ONCE",
    "PATTERNS",
    "PROOF",
    "TRAP",
    "Answers",
    "Invalid",
    "Posted",
    "Value",
    "Wrong",
    "html",
    "options",
    "page_html",
    "read",
    "rows",
    "utf16_length",
]
