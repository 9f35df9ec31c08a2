"""Why a pair is suggested, why it is not, and why a need has nobody: in sentences for coordinators.

Every sentence comes from the criteria that the suggestions were made by. None gives a per cent:
nobody has measured how well a match goes that is "80 %" right.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mentorkorps.catalogue.model.matching import Must, Should
from mentorkorps.catalogue.model.text import Title
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language
from mentorkorps.matching.bottleneck import Bottleneck, Opening, bottleneck_of, openings
from mentorkorps.matching.criteria import (
    MUSTS,
    SHOULDS,
    VERDICTS,
    AnyCriterion,
    Case,
    Verdict,
    listed,
)
from mentorkorps.matching.records import MentorProfile, Need, Pool
from mentorkorps.matching.rules import Rules
from mentorkorps.matching.suggestions import Suggestion, pair_table


@dataclass(frozen=True, slots=True)
class Reason:
    """How a pair fares by one criterion. `required`: it would forbid the pair if it missed."""

    criterion: Must | Should
    case: Case
    required: bool
    sentence: Title

    @property
    def verdict(self) -> Verdict:
        return VERDICTS[self.case]

    @property
    def forbids(self) -> bool:
        return self.required and self.verdict is Verdict.MISSES


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why two are not suggested to each other: what forbids it, or what else is suggested."""

    forbids: tuple[Reason, ...]
    sentences: tuple[Title, ...]


@dataclass(frozen=True, slots=True)
class WhyNobody:
    """Why a need has no mentor: who shares what, and what one must less would give.

    `bottleneck` is None where a mentor is suggested.
    """

    bottleneck: Bottleneck | None
    openings: tuple[Opening, ...]
    sentences: tuple[Title, ...]


def reasons(rules: Rules, need: Need, mentor: MentorProfile) -> tuple[Reason, ...]:
    """How a pair fares by each criterion, musts first: what fits, what does not, what is
    unknown."""
    demanded = rules.demanded(need, mentor)
    return (
        *(_reason(rules, must, need, mentor, True) for must in MUSTS),
        *(_reason(rules, wish, need, mentor, wish.id in demanded) for wish in SHOULDS),
    )


def summary(reasons: Iterable[Reason]) -> Title:
    """How many wishes fit, in words: "Passer på 4 af 5 ønsker."."""
    wishes = {wish.id for wish in SHOULDS}
    counts = Counter(reason.verdict for reason in reasons if reason.criterion in wishes)
    unknown = counts[Verdict.UNKNOWN]
    known = counts[Verdict.FITS] + counts[Verdict.MISSES]
    values = {"fits": counts[Verdict.FITS], "known": known, "unknown": unknown}
    name = "summary_unknown" if unknown else "summary"
    return _title(lambda language: words(language).text("matching", name, **values))


def why_not(
    pool: Pool, rules: Rules, need_id: str, mentor_id: str, suggestions: Sequence[Suggestion]
) -> WhyNot:
    """Why two of a pool are not suggested to each other, by the suggestions for that pool.

    Raises KeyError for an unknown id.
    """
    need, mentor = pool.need(need_id), pool.mentor(mentor_id)
    forbids = tuple(reason for reason in reasons(rules, need, mentor) if reason.forbids)
    if forbids:
        return WhyNot(forbids, tuple(reason.sentence for reason in forbids))
    of_need = [pair for pair in suggestions if pair.need.id == need_id]
    of_mentor = [pair for pair in suggestions if pair.mentor.id == mentor_id]
    if any(pair.mentor.id == mentor_id for pair in of_need):
        return WhyNot((), (_said("why_not", "suggested"),))
    names = ["allowed"]
    if of_need:
        names.append("another_mentor")
    if len(of_mentor) >= mentor.capacity:
        waited_longer = all(pair.need.waiting_since < need.waiting_since for pair in of_mentor)
        names.append("longer_wait" if waited_longer else "other_needs")
    return WhyNot((), tuple(_said("why_not", name) for name in names))


def why_nobody(
    pool: Pool, rules: Rules, need_id: str, suggestions: Sequence[Suggestion]
) -> WhyNobody:
    """Why a need of a pool has no mentor, by the suggestions for that pool.

    Raises KeyError for an unknown id.
    """
    need = pool.need(need_id)
    if any(pair.need.id == need_id for pair in suggestions):
        return WhyNobody(None, (), (_said("why_nobody", "suggested"),))
    table = pair_table(pool, rules)
    bottleneck = bottleneck_of(table, need, suggestions)
    possible = openings(table, bottleneck, suggestions)
    sentences = [
        _shared(rules, bottleneck) if bottleneck.mentors else _said("why_nobody", "no_mentor"),
        *(_opened(rules, opening, need) for opening in possible),
    ]
    return WhyNobody(bottleneck, possible, tuple(sentences))


def _reason(
    rules: Rules, criterion: AnyCriterion, need: Need, mentor: MentorProfile, is_required: bool
) -> Reason:
    case = criterion.judge(rules, need, mentor)
    is_wish = any(criterion is wish for wish in SHOULDS)

    def sentence(language: Language) -> str:
        texts = words(language)
        values = criterion.values(rules, need, mentor, language)
        text = texts.text("matching", criterion.id, case, **values)
        return text + texts.text("matching", "required") if is_wish and is_required else text

    return Reason(criterion.id, case, is_required, _title(sentence))


def _shared(rules: Rules, bottleneck: Bottleneck) -> Title:
    def sentence(language: Language) -> str:
        return words(language).text(
            "matching",
            "why_nobody",
            "shared",
            needs=_counted("needs", len(bottleneck.needs), language),
            places=_counted("places", bottleneck.places, language),
            mentors=_counted("mentors", len(bottleneck.mentors), language),
            where=_where(rules, bottleneck.needs, language),
        )

    return _title(sentence)


def _opened(rules: Rules, opening: Opening, need: Need) -> Title:
    def sentence(language: Language) -> str:
        texts = words(language)
        is_wish = any(opening.criterion == wish.id for wish in SHOULDS)
        text = texts.text(
            "matching",
            "why_nobody",
            "relaxed",
            "wish" if is_wish else opening.criterion,
            mentors=_counted("mentors", len(opening.mentors), language),
            where=_where(rules, opening.mentors, language),
            rule=rules.titles[opening.criterion].of(language) if is_wish else "",
        )
        if need in opening.needs:
            return text
        return text + texts.text("matching", "why_nobody", "relaxed_others")

    return _title(sentence)


def _where(
    rules: Rules, records: Iterable[Need] | Iterable[MentorProfile], language: Language
) -> str:
    """How many are in which municipality: "2 i Sorø og 1 i Ringsted"."""
    counts = Counter(record.municipality for record in records)
    parts = [
        words(language).text(
            "matching",
            "why_nobody",
            "in_place",
            count=count,
            municipality=rules.name("municipalities", code, language),
        )
        for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return listed(parts, language)


def _counted(noun: str, count: int, language: Language) -> str:
    number = "one" if count == 1 else "many"
    return words(language).text("matching", "why_nobody", noun, number, count=count)


def _said(section: str, name: str) -> Title:
    return _title(lambda language: words(language).text("matching", section, name))


def _title(sentence: Callable[[Language], str]) -> Title:
    return Title(sentence("da"), sentence("en"))
