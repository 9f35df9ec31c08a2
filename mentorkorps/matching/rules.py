"""What suggestions are made by, taken from the catalogue: points, patience, programmes, distances."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.matching import MatchingRule, Should
from mentorkorps.catalogue.model.organisations import Programme
from mentorkorps.catalogue.model.text import Title
from mentorkorps.interface.languages import Language
from mentorkorps.matching.geography import Geography
from mentorkorps.matching.records import NO_MUSTS, NOTHING, MentorProfile, Need

WISHES: tuple[Should, ...] = get_args(Should)
Decider = Literal["municipality", "organisation", "both"]


@dataclass(frozen=True, slots=True)
class ProgrammeRule:
    """What a programme asks of its matches: who says yes, where its needs come from (anywhere, if
    empty), and what mentor and mentee must have in common."""

    decides: Decider = "both"
    municipalities: frozenset[str] = NOTHING
    demands: frozenset[Should] = NO_MUSTS

    def covers(self, municipality: str) -> bool:
        return not self.municipalities or municipality in self.municipalities


NO_RULE = ProgrammeRule()
"""That of a programme that tells none, and of a pair without a programme."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What suggestions are made by.

    `points` of each wish sum to 100. A need that has waited less than `weeks` competes by points
    alone; 0 puts waiting above points always. `name` tells what a record of a table is called.
    """

    points: Mapping[Should, int]
    weeks: int
    programmes: Mapping[str, ProgrammeRule]
    geography: Geography
    titles: Mapping[str, Title]
    name: Callable[[str, str, Language], str]

    def programme_rule(self, programme: str | None) -> ProgrammeRule:
        return NO_RULE if programme is None else self.programmes.get(programme, NO_RULE)

    def programmes_of_pair(self, need: Need, mentor: MentorProfile) -> tuple[str | None, ...]:
        """The programmes under which a pair could stand, the least demanding first; (None,) where
        neither has one, () where their programmes do not go together."""
        if need.programme is None:
            shared = tuple(mentor.programmes) or (None,)
        elif not mentor.programmes or need.programme in mentor.programmes:
            shared = (need.programme,)
        else:
            shared = ()
        covering = (
            programme
            for programme in shared
            if self.programme_rule(programme).covers(need.municipality)
        )
        return tuple(sorted(covering, key=self._by_demands))

    def programme_of(self, need: Need, mentor: MentorProfile) -> str | None:
        """The programme under which a pair would stand, if any."""
        return next(iter(self.programmes_of_pair(need, mentor)), None)

    def demanded(self, need: Need, mentor: MentorProfile) -> frozenset[Should]:
        """The wishes that are musts for this pair: by the need, the mentor or their programme."""
        rule = self.programme_rule(self.programme_of(need, mentor))
        return need.musts | mentor.musts | rule.demands

    def _by_demands(self, programme: str | None) -> tuple[int, str]:
        return len(self.programme_rule(programme).demands), programme or ""


def rules_of(catalogue: Catalogue) -> Rules:
    """The rules of a portal. Raises LookupError where it has no table `matching`."""
    if not catalogue.matching:
        raise LookupError("the portal has no data/matching.yaml")
    lines = catalogue.matching
    return Rules(
        points={wish: lines[wish].points or 0 for wish in WISHES},
        weeks=_weeks(lines["waiting"]),
        programmes={
            id: _programme_rule(programme) for id, programme in catalogue.programmes.items()
        },
        geography=Geography(catalogue.neighbours),
        titles={id: line.name for id, line in lines.items()},
        name=catalogue.name,
    )


def _weeks(waiting: MatchingRule) -> int:
    return waiting.weeks or 0


def _programme_rule(programme: Programme) -> ProgrammeRule:
    municipalities = frozenset(programme.municipalities)
    matching = programme.matching
    if matching is None:
        return ProgrammeRule(municipalities=municipalities)
    demands = frozenset[Should]({"industry"} if matching.same_industry else set())
    return ProgrammeRule(matching.by, municipalities, demands)
