"""The one table of what a pair is judged by: musts forbid, wishes count.

Each criterion says in one function how a pair fares; the suggestions, their sentences and every
answer to "why not" are made from what it returns, so that no text can say something else than what
was reckoned with. What nobody has told forbids nothing and gives no points: it is told as unknown,
and the coordinator asks.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Literal, TypeVar

from mentorkorps.catalogue.model.matching import Must, Should
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language
from mentorkorps.matching.records import MentorProfile, Need
from mentorkorps.matching.rules import Rules


class Verdict(Enum):
    FITS = "fits"
    MISSES = "misses"
    UNKNOWN = "unknown"


Case = Literal[
    "fits",
    "fits_alike",
    "misses",
    "misses_alike",
    "unknown_need",
    "unknown_mentor",
]
"""How a pair fares by a criterion, and the name of its sentence in texts.*.yaml, under
`matching`. `alike` is a second sentence of the same verdict."""

VERDICTS: dict[Case, Verdict] = {
    "fits": Verdict.FITS,
    "fits_alike": Verdict.FITS,
    "misses": Verdict.MISSES,
    "misses_alike": Verdict.MISSES,
    "unknown_need": Verdict.UNKNOWN,
    "unknown_mentor": Verdict.UNKNOWN,
}

Name = TypeVar("Name", Must, Should)
Judge = Callable[[Rules, Need, MentorProfile], Case]
Values = Callable[[Rules, Need, MentorProfile, Language], dict[str, str]]


def _no_values(
    rules: Rules, need: Need, mentor: MentorProfile, language: Language
) -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Criterion(Generic[Name]):
    """One thing that a pair is judged by.

    `asked` and `offered` are all that `judge` looks at: needs with the same `asked` and mentors
    with the same `offered` fare alike. `concerns` names the only mentors, by id, whom a need can
    miss; all mentors, if it is None. `values` are put into the sentences.
    """

    id: Name
    judge: Judge
    asked: Callable[[Need], Hashable]
    offered: Callable[[MentorProfile], Hashable]
    values: Values = _no_values
    concerns: Callable[[Need], frozenset[str]] | None = None

    def verdict(self, rules: Rules, need: Need, mentor: MentorProfile) -> Verdict:
        return VERDICTS[self.judge(rules, need, mentor)]


def nothing(record: Need | MentorProfile) -> None:
    """For a criterion that does not look at that side."""


def _ready(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    return "fits" if mentor.ready else "misses"


def _active(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    return "misses" if mentor.paused else "fits"


def _free_place(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    return "fits" if mentor.capacity > 0 else "misses"


def _reach(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    route = rules.geography.route(mentor.municipality, need.municipality)
    if route is None:
        return "misses_alike"
    if route.steps == 0:
        return "fits_alike"
    return "fits" if route.steps <= mentor.radius else "misses"


def _distance(
    rules: Rules, need: Need, mentor: MentorProfile, language: Language
) -> dict[str, str]:
    route = rules.geography.route(mentor.municipality, need.municipality)
    names = {
        "need": rules.name("municipalities", need.municipality, language),
        "mentor": rules.name("municipalities", mentor.municipality, language),
        "radius": steps(mentor.radius, language),
    }
    if route is None:
        return names
    by = "_".join(sorted(route.crossings)) or "border"
    texts = words(language)
    crossing = texts.text("matching", "crossings", by)
    if not route.verified:
        crossing += texts.text("matching", "unverified")
    return names | {"steps": steps(route.steps, language), "crossing": crossing}


def steps(count: int, language: Language) -> str:
    """A number of municipalities in words."""
    return words(language).text("matching", "steps", "one" if count == 1 else "many", count=count)


def _language(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    if need.interpreter:
        return "fits_alike"
    return _in_common(need.languages, mentor.languages)


def _programme(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    programmes = rules.programmes_of_pair(need, mentor)
    if programmes:
        return "fits_alike" if programmes[0] is None else "fits"
    is_of_another = need.programme is not None and need.programme not in mentor.programmes
    return "misses" if mentor.programmes and is_of_another else "misses_alike"


def _programme_names(
    rules: Rules, need: Need, mentor: MentorProfile, language: Language
) -> dict[str, str]:
    shared = {need.programme} if need.programme else mentor.programmes
    programme = rules.programme_of(need, mentor)
    of = (programme,) if programme else shared
    return {
        "programme": named(rules, "programmes", of, language),
        "need": rules.name("municipalities", need.municipality, language),
    }


def _hours(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    if need.hours_per_month is None:
        return "unknown_need"
    if mentor.hours_per_month is None:
        return "unknown_mentor"
    return "fits" if need.hours_per_month <= mentor.hours_per_month else "misses"


def _hours_of_both(
    rules: Rules, need: Need, mentor: MentorProfile, language: Language
) -> dict[str, str]:
    return {"need": str(need.hours_per_month), "mentor": str(mentor.hours_per_month)}


def _history(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    if mentor.id in need.ended_with:
        return "misses"
    return "misses_alike" if mentor.id in need.dismissed else "fits"


def _municipality(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    return "fits" if need.municipality == mentor.municipality else "misses"


def _industry(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    return _in_common(need.industries, mentor.industries)


def _wished_language(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    wished = frozenset[str]() if need.wished_language is None else {need.wished_language}
    return _in_common(frozenset(wished), mentor.languages)


def _times(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    return _in_common(need.times, mentor.times)


def _help(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    case = _in_common(need.help, mentor.help)
    return "fits_alike" if case == "fits" and need.help <= mentor.help else case


def _experience(rules: Rules, need: Need, mentor: MentorProfile) -> Case:
    return _in_common(need.experience, mentor.experience)


def _in_common(asked: frozenset[str], offered: frozenset[str]) -> Case:
    if not asked:
        return "unknown_need"
    if not offered:
        return "unknown_mentor"
    return "misses" if asked.isdisjoint(offered) else "fits"


def _common_languages(
    rules: Rules, need: Need, mentor: MentorProfile, language: Language
) -> dict[str, str]:
    shared = need.languages & mentor.languages
    return {"shared": named(rules, "languages", shared, language)}


def _the_wished_language(
    rules: Rules, need: Need, mentor: MentorProfile, language: Language
) -> dict[str, str]:
    wished = {need.wished_language} if need.wished_language else set()
    return {"wished": named(rules, "languages", wished, language)}


def _common_industries(
    rules: Rules, need: Need, mentor: MentorProfile, language: Language
) -> dict[str, str]:
    shared = need.industries & mentor.industries
    return {"shared": named(rules, "industries", shared, language)}


def _help_counts(
    rules: Rules, need: Need, mentor: MentorProfile, language: Language
) -> dict[str, str]:
    return {"shared": str(len(need.help & mentor.help)), "asked": str(len(need.help))}


def named(rules: Rules, table: str, ids: Iterable[str | None], language: Language) -> str:
    """What records are called, in the order of their ids, as a list in words."""
    return listed([rules.name(table, id, language) for id in sorted(filter(None, ids))], language)


def listed(parts: list[str], language: Language) -> str:
    """Parts of a sentence as a list: "a, b og c"."""
    if len(parts) < 2:
        return "".join(parts)
    last = words(language).text("matching", "and")
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


MUSTS: tuple[Criterion[Must], ...] = (
    Criterion("ready", _ready, nothing, lambda mentor: mentor.ready),
    Criterion("active", _active, nothing, lambda mentor: mentor.paused),
    Criterion("free-place", _free_place, nothing, lambda mentor: mentor.capacity > 0),
    Criterion(
        "reach",
        _reach,
        lambda need: need.municipality,
        lambda mentor: (mentor.municipality, mentor.radius),
        _distance,
    ),
    Criterion(
        "language",
        _language,
        lambda need: (need.languages, need.interpreter),
        lambda mentor: mentor.languages,
        _common_languages,
    ),
    Criterion(
        "programme",
        _programme,
        lambda need: (need.programme, need.municipality),
        lambda mentor: mentor.programmes,
        _programme_names,
    ),
    Criterion(
        "hours",
        _hours,
        lambda need: need.hours_per_month,
        lambda mentor: mentor.hours_per_month,
        _hours_of_both,
    ),
    Criterion(
        "history",
        _history,
        lambda need: (need.ended_with, need.dismissed),
        lambda mentor: mentor.id,
        concerns=lambda need: need.ended_with | need.dismissed,
    ),
)
"""What forbids a pair where it misses."""

SHOULDS: tuple[Criterion[Should], ...] = (
    Criterion(
        "municipality",
        _municipality,
        lambda need: need.municipality,
        lambda mentor: mentor.municipality,
    ),
    Criterion(
        "industry",
        _industry,
        lambda need: need.industries,
        lambda mentor: mentor.industries,
        _common_industries,
    ),
    Criterion(
        "wished-language",
        _wished_language,
        lambda need: need.wished_language,
        lambda mentor: mentor.languages,
        _the_wished_language,
    ),
    Criterion("times", _times, lambda need: need.times, lambda mentor: mentor.times),
    Criterion("help", _help, lambda need: need.help, lambda mentor: mentor.help, _help_counts),
    Criterion(
        "experience", _experience, lambda need: need.experience, lambda mentor: mentor.experience
    ),
)
"""What gives points where it fits, and forbids where somebody made it a must and it misses."""

AnyCriterion = Criterion[Must] | Criterion[Should]
CRITERIA: tuple[AnyCriterion, ...] = (*MUSTS, *SHOULDS)
