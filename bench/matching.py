"""Suggestions for whole pools of invented mentors and needs, in seconds of processor time.

The pool: 98 municipalities of skewed size, each mentor in their own and the neighbouring ones, 13
industries, Danish and at most two other languages, one place a mentor in the pools with equal
sides. The limits are those of the target: 1 s for 2,000 x 2,000, 15 s for 5,000 x 5,000.
"""

import random
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from bench.many import ROOT
from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.matching.explanation import why_nobody, why_not
from mentorkorps.matching.records import MentorProfile, Need, Pool
from mentorkorps.matching.rules import Rules, rules_of
from mentorkorps.matching.suggestions import pair_table, suggest

Result = TypeVar("Result")
Question = TypeVar("Question")

SIZES = ((200, 200), (1_000, 1_000), (2_000, 2_000), (5_000, 2_000), (2_000, 5_000), (5_000, 5_000))
LIMITS = {(2_000, 2_000): 1, (5_000, 5_000): 15}
"""Seconds of processor time."""
ASKED = 5
"""So many pairs and needs are asked about."""
DAY = date(2026, 11, 27)
HELP = ("network", "applications", "culture", "letters", "language", "business")
TIMES = ("morning", "day", "evening", "weekend")
EXPERIENCE = ("leader", "mentor", "abroad")


def run() -> None:
    catalogue = load_catalogue(ROOT / "data")
    print("needs x mentors | allowed pairs | suggested | s | limit | why not, ms | why nobody, ms")
    print("---|---|---|---|---|---|---")
    for size in SIZES:
        pool = invented_pool(catalogue, *size)
        figures = " | ".join(figures_of(pool, rules_of(catalogue), LIMITS.get(size, "")))
        print(f"{size[0]:,} x {size[1]:,} | {figures}", flush=True)


def figures_of(pool: Pool, rules: Rules, limit: object) -> list[str]:
    suggestions, took = timed(lambda: suggest(pool, rules))
    table = pair_table(pool, rules)
    served = {pair.need.id for pair in suggestions}
    waiting = [need.id for need in pool.needs if need.id not in served][:ASKED]
    pairs = [(need.id, mentor.id) for need in pool.needs[:ASKED] for mentor in pool.mentors[:ASKED]]
    return [
        f"{sum(table.allowed(need).bit_count() for need in table.needs):,}",
        f"{len(suggestions):,}",
        f"{took:.2f}",
        str(limit),
        slowest(lambda pair: why_not(pool, rules, *pair, suggestions), pairs),
        slowest(lambda need: why_nobody(pool, rules, need, suggestions), waiting),
    ]


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What some work returns, and its seconds of processor time."""
    started = time.process_time()
    result = work()
    return result, time.process_time() - started


def slowest(ask: Callable[[Question], object], questions: Sequence[Question]) -> str:
    """The milliseconds of processor time of the slowest answer; "-" without a question."""
    took = [timed(lambda question=question: ask(question))[1] for question in questions]
    return f"{1000 * max(took):.0f}" if took else "-"


def invented_pool(catalogue: Catalogue, needs: int, mentors: int, seed: int = 2026) -> Pool:
    """The same pool for the same numbers and seed."""
    chance = random.Random(seed)
    codes = sorted(catalogue.municipalities)
    chance.shuffle(codes)
    weights = [1 / (3 + rank) for rank in range(len(codes))]
    industries = sorted(catalogue.industries)
    languages = sorted(set(catalogue.languages) - {"da"})

    def some(values: tuple[str, ...] | list[str], most: int) -> frozenset[str]:
        return frozenset(chance.sample(values, chance.randint(1, most)))

    def place() -> str:
        return chance.choices(codes, weights)[0]

    return Pool(
        tuple(
            Need(
                id=f"N{number:05}",
                municipality=place(),
                waiting_since=DAY - timedelta(days=chance.randrange(365)),
                languages=some(languages, 2) | {"da"},
                wished_language=chance.choice((None, chance.choice(languages))),
                industries=some(industries, 1),
                help=some(HELP, 3),
                times=some(TIMES, 2),
                experience=chance.choice((frozenset[str](), some(EXPERIENCE, 1))),
                hours_per_month=4,
            )
            for number in range(needs)
        ),
        tuple(
            MentorProfile(
                id=f"M{number:05}",
                municipality=place(),
                radius=1,
                languages=some(languages, 2) | {"da"},
                industries=some(industries, 2),
                help=some(HELP, 4),
                times=some(TIMES, 3),
                experience=some(EXPERIENCE, 2),
                hours_per_month=chance.choice((4, 8)),
            )
            for number in range(mentors)
        ),
        DAY,
    )
