"""Draws the picture of docs/architecture.md anew from tests/walls.py, which says who may import whom.

make architecture
"""

import re
from pathlib import Path

from tests import walls

PAGE = Path(__file__).parent.parent / "docs" / "architecture.md"
PICTURE = re.compile(r"```mermaid\n.*?```", re.S)


def main() -> None:
    text = PAGE.read_text("utf-8")
    PAGE.write_text(PICTURE.sub(lambda _: walls.picture(), text, count=1), "utf-8")


if __name__ == "__main__":
    main()
