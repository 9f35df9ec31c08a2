"""The languages of the portal, Danish first."""

from typing import Literal

LANGUAGES = ("da", "en")
Language = Literal["da", "en"]
