"""What the suggestions of mentors are made by: what must hold, what counts, and for how much."""

from dataclasses import dataclass
from typing import Literal

from mentorkorps.catalogue.model.text import Title
from mentorkorps.catalogue.yaml_nodes import Place

Must = Literal[
    "ready", "active", "free-place", "reach", "language", "programme", "hours", "history"
]
"""What forbids a pair where it does not hold."""
Should = Literal["municipality", "industry", "wished-language", "times", "help", "experience"]
"""What counts for a pair where it holds, by points; a wish may make it a must of one person."""


@dataclass(frozen=True, slots=True)
class MatchingRule:
    """One line of what suggestions are made by; what forbids a pair is no choice of an editor.

    `points` of all wishes sum to 100. `weeks` belongs to `waiting` alone: a need that has
    waited less long competes by points; from then on the longest wait goes first.
    """

    id: Literal[
        "municipality",
        "industry",
        "wished-language",
        "times",
        "help",
        "experience",
        "waiting",
    ]
    name: Title
    at: Place
    points: int | None = None
    weeks: int | None = None
