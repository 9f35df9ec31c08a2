"""One definition of a form -> its HTML, the browser's constraints, and the server's verdict, in both languages."""

from mentorkorps.forms.answers import HIDDEN, LANGUAGE, ONCE, PROOF, TRAP, Answers, Hint, Invalid, Posted, Value, Wrong
from mentorkorps.forms.domain_names import ascii_address, ascii_domain
from mentorkorps.forms.options import linked_rows, options, rows
from mentorkorps.forms.showing import html, page_html
from mentorkorps.forms.verdict import EMAIL, PATTERNS, hints, read, utf16_length

__all__ = [
    "EMAIL",
    "HIDDEN",
    "LANGUAGE",
    "ONCE",
    "PATTERNS",
    "PROOF",
    "TRAP",
    "Answers",
    "Hint",
    "Invalid",
    "Posted",
    "Value",
    "Wrong",
    "ascii_address",
    "ascii_domain",
    "hints",
    "html",
    "linked_rows",
    "options",
    "page_html",
    "read",
    "rows",
    "utf16_length",
]
