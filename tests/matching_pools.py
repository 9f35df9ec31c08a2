"""Invented pools, and a second, naive opinion on each of their pairs."""

import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.catalogue.model.places import Neighbour
from mentorkorps.catalogue.yaml_nodes import Place
from mentorkorps.matching.geography import Geography
from mentorkorps.matching.records import MentorProfile, Need, Pool
from mentorkorps.matching.rules import ProgrammeRule, Rules, rules_of
from tests.conftest import HERE

DAY = date(2026, 11, 27)
NAMES = {"S": "Sorø", "R": "Ringsted", "N": "Næstved", "F": "Fjordby", "O": "Øby"}
"""Municipalities, Øby reached by ferry from Fjordby, and that unverified."""
PAIRS = (
    ("S", "R", "border", True),
    ("R", "N", "border", True),
    ("N", "F", "bridge", True),
    ("F", "O", "ferry", False),
)
PROGRAMMES = {
    "smiths": ProgrammeRule("municipality", frozenset("SRN")),
    "trades": ProgrammeRule("organisation", frozenset(), frozenset({"industry"})),
}
WISHES = {
    "municipality": 30,
    "industry": 30,
    "wished-language": 15,
    "times": 10,
    "help": 10,
    "experience": 5,
}


@cache
def small_rules(weeks: int = 0) -> Rules:
    """The rules of the sound data, in a country of five municipalities with two programmes."""
    at = Place("neighbours.yaml", 1, 1)
    return replace(
        rules_of(load_catalogue(HERE / "sound")),
        weeks=weeks,
        programmes=PROGRAMMES,
        geography=Geography(Neighbour(a, b, how, verified, at) for a, b, how, verified in PAIRS),
        name=lambda table, id, language: NAMES.get(id, id),
    )


def invented_pool(seed: int, most: int = 8) -> Pool:
    """A few needs and mentors, with ties, full mentors, ended pairs and answers that lack."""
    chance = random.Random(seed)

    def some(values: str, least: int = 0, most: int = 2) -> frozenset[str]:
        return frozenset(chance.sample(values, chance.randint(least, most)))

    def musts() -> frozenset:
        return frozenset(chance.sample(sorted(WISHES), chance.choice((0, 0, 0, 1))))

    mentors = tuple(
        MentorProfile(
            id=f"m{number}",
            municipality=chance.choice("SRNFO"),
            radius=chance.randint(0, 3),
            languages=some("dae"),
            industries=some("xyz"),
            help=some("pqr"),
            times=some("123"),
            experience=some("uv", 0, 1),
            hours_per_month=chance.choice((None, 2, 4, 8)),
            capacity=chance.choice((0, 1, 1, 1, 2, 3)),
            ready=chance.random() < 0.9,
            paused=chance.random() < 0.1,
            programmes=frozenset(chance.sample(sorted(PROGRAMMES), chance.choice((0, 0, 1, 2)))),
            musts=musts(),
        )
        for number in range(chance.randint(1, most))
    )
    ids = [mentor.id for mentor in mentors]
    needs = tuple(
        Need(
            id=f"n{number}",
            municipality=chance.choice("SRNFO"),
            waiting_since=DAY - timedelta(days=7 * chance.randint(1, 6)),
            languages=some("dae"),
            interpreter=chance.random() < 0.3,
            wished_language=chance.choice((None, "a", "e")),
            industries=some("xyz", 0, 1),
            help=some("pqr"),
            times=some("123", 0, 1),
            experience=some("uv", 0, 1),
            hours_per_month=chance.choice((None, 2, 4)),
            programme=chance.choice((None, None, None, *PROGRAMMES)),
            musts=musts(),
            ended_with=frozenset(chance.sample(ids, min(len(ids), chance.choice((0, 0, 1))))),
            dismissed=frozenset(chance.sample(ids, min(len(ids), chance.choice((0, 0, 1))))),
        )
        for number in range(chance.randint(1, most))
    )
    return Pool(needs, mentors, DAY)


def naive_verdicts(need: Need, mentor: MentorProfile) -> dict[str, str]:
    """How a pair fares by each criterion, written down once more from the issue's own words."""
    line = "SRNFO"
    steps = abs(line.index(need.municipality) - line.index(mentor.municipality))
    programmes = {"smiths": "SRN", "trades": "SRNFO"}
    open_to = [
        id
        for id, covered in programmes.items()
        if need.municipality in covered
        and need.programme in (id, None)
        and (id in mentor.programmes or (need.programme == id and not mentor.programmes))
    ]
    neither = need.programme is None and not mentor.programmes

    def overlap(asked, offered):
        if asked and offered:
            return "fits" if asked & offered else "misses"
        return "unknown"

    def yes(holds):
        return "fits" if holds else "misses"

    wished = {need.wished_language} - {None}
    hours = (need.hours_per_month, mentor.hours_per_month)
    return {
        "ready": yes(mentor.ready),
        "active": yes(not mentor.paused),
        "free-place": yes(mentor.capacity),
        "reach": yes(steps <= mentor.radius),
        "language": "fits" if need.interpreter else overlap(need.languages, mentor.languages),
        "programme": yes(open_to or neither),
        "hours": "unknown" if None in hours else yes(hours[1] >= hours[0]),
        "history": yes(mentor.id not in need.ended_with | need.dismissed),
        "municipality": yes(steps == 0),
        "industry": overlap(need.industries, mentor.industries),
        "wished-language": overlap(wished, mentor.languages),
        "times": overlap(need.times, mentor.times),
        "help": overlap(need.help, mentor.help),
        "experience": overlap(need.experience, mentor.experience),
    }


def naive_musts(need: Need, mentor: MentorProfile) -> set[str]:
    """What must not miss for a pair."""
    musts = (set(naive_verdicts(need, mentor)) - set(WISHES)) | need.musts | mentor.musts
    is_trades_only = "trades" in (need.programme, *mentor.programmes) and not (
        need.programme == "smiths"
        or (need.programme is None and "smiths" in mentor.programmes and need.municipality in "SRN")
    )
    of_a_programme = naive_verdicts(need, mentor)["programme"] == "fits"
    return musts | ({"industry"} if is_trades_only and of_a_programme else set())


def naive_points(need: Need, mentor: MentorProfile) -> int | None:
    """The points of a pair; None where a must forbids it."""
    verdicts = naive_verdicts(need, mentor)
    if any(verdicts[must] == "misses" for must in naive_musts(need, mentor)):
        return None
    return sum(points for wish, points in WISHES.items() if verdicts[wish] == "fits")
