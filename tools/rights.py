"""Writes the table of who may do what at the desk into the guides for operators, from the matrix in the code.

python -m tools.rights
"""

import re
from collections.abc import Iterator
from pathlib import Path

from mentorkorps.backend.desk.permissions import ACTIONS, MATRIX
from mentorkorps.backend.recipients_file import ROLE_SCOPES
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language

DOCS = Path(__file__).parent.parent / "docs"
PAGES: dict[Language, Path] = {"da": DOCS / "da" / "drift.md", "en": DOCS / "en" / "operations.md"}
TABLE = re.compile(r"(?<=<!-- rights -->\n\n)[^<]*(?=<!-- end of rights -->)")


def table(language: Language) -> str:
    """The matrix as a table in Markdown, a line for each role."""
    return "".join(f"| {' | '.join(cells)} |\n" for cells in _rows(language))


def with_table(text: str, language: Language) -> str:
    """A page with the table of today in it."""
    return TABLE.sub(lambda _: f"{table(language)}\n", text, count=1)


def _rows(language: Language) -> Iterator[list[str]]:
    sentences = words(language)
    actions = [sentences.text("desk", "actions", action) for action in ACTIONS]
    yield [
        "`role:`",
        *(sentences.text("desk", "rights", name) for name in ("role", "of")),
        *actions,
    ]
    yield ["---"] * (3 + len(actions))
    for role, allowed in MATRIX.items():
        answers = ("yes" if action in allowed else "no" for action in ACTIONS)
        yield [
            f"`{role}`",
            sentences.text("desk", "roles", role),
            sentences.text("desk", "scopes", ROLE_SCOPES[role] or "all"),
            *(sentences.text("desk", "rights", answer) for answer in answers),
        ]


def main() -> None:
    for language, page in PAGES.items():
        text = page.read_text("utf-8")
        page.write_text(with_table(text, language), "utf-8")


if __name__ == "__main__":
    main()
