"""Which pairs of a pool are allowed, and their points: every pair judged, without judging each.

Needs and mentors are judged in groups that a criterion cannot tell apart. What a group of needs
gets is a whole number with one byte for each mentor, so that a few additions and conjunctions of
such numbers do the work for all mentors of a pool at once: 2,000 needs and 2,000 mentors take a
tenth of the time that 4,000,000 judgements would.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

from mentorkorps.catalogue.model.matching import Must, Should
from mentorkorps.matching.assignment import Row
from mentorkorps.matching.criteria import CRITERIA, MUSTS, SHOULDS, AnyCriterion, Verdict
from mentorkorps.matching.records import MentorProfile, Need
from mentorkorps.matching.rules import WISHES, Rules

FULL_POINTS = 100
"""What the points of all wishes sum to (`check` demands it): a sum fits into a byte."""

COST_OF_POINTS = bytes(max(0, FULL_POINTS - points) for points in range(256))

Marks = int
"""A byte for each mentor, the first mentor lowest: 1 where something holds, or points."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """Who fits and who misses, for one group of needs."""

    fits: Marks
    misses: Marks


class PairTable:
    """The allowed pairs of some needs with some mentors, in the order in which both are given."""

    def __init__(
        self, rules: Rules, needs: Sequence[Need], mentors: Sequence[MentorProfile]
    ) -> None:
        self.rules = rules
        self.needs = tuple(needs)
        self.mentors = tuple(mentors)
        self._number = {mentor.id: number for number, mentor in enumerate(self.mentors)}
        self._everybody = self._marked(range(len(self.mentors)))
        self._groups = {criterion.id: self._grouped(criterion) for criterion in CRITERIA}
        self._judged: dict[tuple[str, Hashable], _Judged] = {}
        self._strict = self._by_musts()
        self._demanded: dict[Hashable, dict[Should, Marks]] = {}

    def allowed(self, need: Need) -> Marks:
        """The mentors that no must forbids."""
        forbidden = 0
        for marks in self.forbidden(need).values():
            forbidden |= marks
        return self._everybody & ~forbidden

    def forbidden(self, need: Need) -> dict[Must | Should, Marks]:
        """The mentors that each must forbids, also by a wish that is a must for the pair."""
        forbidden: dict[Must | Should, Marks] = {
            must.id: self._judge(must, need).misses
            if must.concerns is None
            else self._missed_by_name(must, need)
            for must in MUSTS
        }
        demanded = self._demands(need)
        for wish in SHOULDS:
            if marks := demanded.get(wish.id):
                forbidden[wish.id] = marks & self._judge(wish, need).misses
        return forbidden

    def forbidden_once(self, need: Need) -> dict[Must | Should, Marks]:
        """The mentors that this one must forbids, and no other."""
        forbidden = self.forbidden(need)
        once = twice = 0
        for marks in forbidden.values():
            twice |= once & marks
            once |= marks
        return {id: marks & ~twice for id, marks in forbidden.items()}

    def points(self, need: Need) -> Marks:
        """The points of each mentor, allowed or not."""
        points: Marks = 0
        for criterion in SHOULDS:
            if weight := self.rules.points[criterion.id]:
                points += weight * self._judge(criterion, need).fits
        return points

    def numbers(self, marks: Marks) -> tuple[int, ...]:
        """The numbers of the mentors that are marked, in order."""
        return tuple(compress(range(len(self.mentors)), self._bytes(marks)))

    def marked(self, holds: Callable[[MentorProfile], bool]) -> Marks:
        """The mentors of whom something holds."""
        return self._marked(number for number, mentor in enumerate(self.mentors) if holds(mentor))

    def row(self, need: Need, allowed: Marks) -> Row:
        """The allowed mentors of a need, most points first: a point less costs one."""
        points = self._bytes(self.points(need))
        mentors = sorted(self.numbers(allowed), key=points.__getitem__, reverse=True)
        costs = bytes(map(points.__getitem__, mentors)).translate(COST_OF_POINTS)
        return Row(tuple(mentors), costs)

    def _bytes(self, marks: Marks) -> bytes:
        return marks.to_bytes(len(self.mentors), "little")

    def _grouped(self, criterion: AnyCriterion) -> list[tuple[MentorProfile, Marks]]:
        """Mentors that a criterion cannot tell apart: one of them, and the marks of all."""
        if criterion.concerns is not None:
            return []
        return self._alike([criterion.offered(mentor) for mentor in self.mentors])

    def _by_musts(self) -> list[tuple[MentorProfile, Marks]]:
        return self._alike([(mentor.programmes, mentor.musts) for mentor in self.mentors])

    def _alike(self, keys: Sequence[Hashable]) -> list[tuple[MentorProfile, Marks]]:
        members: dict[Hashable, list[int]] = defaultdict(list)
        for number, key in enumerate(keys):
            members[key].append(number)
        return [(self.mentors[numbers[0]], self._marked(numbers)) for numbers in members.values()]

    def _marked(self, numbers: Iterable[int]) -> Marks:
        marks = bytearray(len(self.mentors))
        for number in numbers:
            marks[number] = 1
        return int.from_bytes(marks, "little")

    def _judge(self, criterion: AnyCriterion, need: Need) -> _Judged:
        key = criterion.id, criterion.asked(need)
        judged = self._judged.get(key)
        if judged is None:
            judged = self._judged[key] = self._judge_groups(criterion, need)
        return judged

    def _judge_groups(self, criterion: AnyCriterion, need: Need) -> _Judged:
        fits = misses = 0
        for mentor, marks in self._groups[criterion.id]:
            verdict = criterion.verdict(self.rules, need, mentor)
            if verdict is Verdict.FITS:
                fits |= marks
            elif verdict is Verdict.MISSES:
                misses |= marks
        return _Judged(fits, misses)

    def _missed_by_name(self, criterion: AnyCriterion, need: Need) -> Marks:
        assert criterion.concerns is not None
        missed = [
            number
            for id in criterion.concerns(need)
            if (number := self._number.get(id)) is not None
            and criterion.verdict(self.rules, need, self.mentors[number]) is Verdict.MISSES
        ]
        return self._marked(missed) if missed else 0

    def _demands(self, need: Need) -> dict[Should, Marks]:
        """The mentors with whom each wish is a must, for a need."""
        key = need.programme, need.municipality, need.musts
        if key not in self._demanded:
            demanded = dict.fromkeys(WISHES, 0)
            for mentor, marks in self._strict:
                for wish in self.rules.demanded(need, mentor):
                    demanded[wish] |= marks
            self._demanded[key] = {wish: marks for wish, marks in demanded.items() if marks}
        return self._demanded[key]
