"""Who looks for a mentor, and who can be one: what a match is found by, and nothing else.

No record has a field for name, sex, age, religion or origin, so none of them can change a
suggestion. Ids are numbers of cases, never names.
"""

from dataclasses import dataclass
from datetime import date

from mentorkorps.catalogue.model.matching import Should

NOTHING: frozenset[str] = frozenset()
NO_MUSTS: frozenset[Should] = frozenset()


@dataclass(frozen=True, slots=True)
class MentorProfile:
    """What is known of one mentor. An empty set, or None, means that nobody has told.

    `municipality` is a four-digit code, `radius` the number of municipalities that the mentor goes
    beyond it. `languages` and `industries` are ids of the catalogue; `help`, `times` and
    `experience` are the values of the forms that ask for them. `capacity` counts the mentees that
    the mentor can take more, `hours_per_month` is the time for each. Without `programmes` a mentor
    is open to all. `musts` are wishes that the mentor will not do without.
    """

    id: str
    municipality: str
    radius: int = 0
    languages: frozenset[str] = NOTHING
    industries: frozenset[str] = NOTHING
    help: frozenset[str] = NOTHING
    times: frozenset[str] = NOTHING
    experience: frozenset[str] = NOTHING
    hours_per_month: int | None = None
    capacity: int = 1
    ready: bool = True
    paused: bool = False
    programmes: frozenset[str] = NOTHING
    musts: frozenset[Should] = NO_MUSTS


@dataclass(frozen=True, slots=True)
class Need:
    """What is known of one need for a mentor. An empty set, or None, means that nobody has told.

    `languages` are those that the two can talk in, `wished_language` the one that would be best.
    `interpreter`: one is agreed, so that no common language is needed. `musts` are wishes that the
    need cannot do without. `ended_with` and `dismissed` hold the ids of mentors of earlier pairs
    that ended, and of suggestions that somebody declined.
    """

    id: str
    municipality: str
    waiting_since: date
    languages: frozenset[str] = NOTHING
    interpreter: bool = False
    wished_language: str | None = None
    industries: frozenset[str] = NOTHING
    help: frozenset[str] = NOTHING
    times: frozenset[str] = NOTHING
    experience: frozenset[str] = NOTHING
    hours_per_month: int | None = None
    programme: str | None = None
    musts: frozenset[Should] = NO_MUSTS
    ended_with: frozenset[str] = NOTHING
    dismissed: frozenset[str] = NOTHING


@dataclass(frozen=True, slots=True)
class Pool:
    """All needs without a mentor and all mentors, on one day. Raises ValueError for an id that two
    of them have."""

    needs: tuple[Need, ...]
    mentors: tuple[MentorProfile, ...]
    day: date

    def __post_init__(self) -> None:
        for records in (self.needs, self.mentors):
            if len({record.id for record in records}) < len(records):
                raise ValueError("two records of the pool have the same id")

    def need(self, id: str) -> Need:
        """Raises KeyError for an unknown id."""
        for need in self.needs:
            if need.id == id:
                return need
        raise KeyError(id)

    def mentor(self, id: str) -> MentorProfile:
        """Raises KeyError for an unknown id."""
        for mentor in self.mentors:
            if mentor.id == id:
                return mentor
        raise KeyError(id)
