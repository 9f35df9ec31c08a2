"""Where a portal keeps what is not data."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

TRAINING = Path("training")
DOCS = Path("docs")
