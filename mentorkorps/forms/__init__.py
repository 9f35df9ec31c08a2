"""One definition of a form -> its HTML, the browser's constraints, and the server's verdict, in both languages."""

from mentorkorps.forms.answers import (
    HIDDEN,
    LANGUAGE,
    ONCE,
    PROOF,
    TRAP,
    AnswerError,
    Answers,
    Hint,
    Invalid,
    Posted,
    Value,
)
from mentorkorps.forms.choices import linked_rows, options, rows
from mentorkorps.forms.domain_names import ascii_address, ascii_domain
from mentorkorps.forms.html import form_html, form_page_html
from mentorkorps.forms.validation import EMAIL, PATTERNS, hints, read_answers, utf16_length

__all__ = [
    "EMAIL",
    "HIDDEN",
    "LANGUAGE",
    "ONCE",
    "PATTERNS",
    "PROOF",
    "TRAP",
    "AnswerError",
    "Answers",
    "Hint",
    "Invalid",
    "Posted",
    "Value",
    "ascii_address",
    "ascii_domain",
    "form_html",
    "form_page_html",
    "hints",
    "linked_rows",
    "options",
    "read_answers",
    "rows",
    "utf16_length",
]
