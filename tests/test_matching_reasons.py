"""Why a pair is suggested, why it is not, and why a need has nobody."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest

from mentorkorps.matching.criteria import Verdict
from mentorkorps.matching.explanation import reasons, summary, why_nobody, why_not
from mentorkorps.matching.records import MentorProfile, Need, Pool
from mentorkorps.matching.rules import ProgrammeRule, rules_of
from mentorkorps.matching.suggestions import suggest
from tests.matching_pools import (
    DAY,
    WISHES,
    invented_pool,
    naive_musts,
    naive_points,
    naive_verdicts,
    small_rules,
)

POOLS = [invented_pool(seed) for seed in range(1000, 1060)]
RULES = small_rules()


def danish(sentences) -> list[str]:
    return [sentence.da for sentence in sentences]


def waiting(id: str, municipality: str, weeks: int, **asked) -> Need:
    return Need(id, municipality, DAY - timedelta(weeks=weeks), **asked)


def test_the_reasons_of_every_pair_are_those_of_a_naive_second_function():
    for pool in POOLS:
        for need in pool.needs:
            for mentor in pool.mentors:
                told = reasons(RULES, need, mentor)
                assert naive_verdicts(need, mentor) == {
                    reason.criterion: reason.verdict.value for reason in told
                }
                assert naive_musts(need, mentor) == {
                    reason.criterion for reason in told if reason.required
                }
                assert (naive_points(need, mentor) is None) is any(
                    reason.forbids for reason in told
                )
                texts = [
                    text for told_of in told for text in (told_of.sentence.da, told_of.sentence.en)
                ]
                assert all(text.endswith(".") and "{" not in text for text in texts)
                assert not any("%" in text for text in texts)


def test_the_points_of_a_suggestion_are_those_of_the_wishes_that_its_reasons_say_fit():
    for pool in POOLS:
        for pair in suggest(pool, RULES):
            fits = [
                reason.criterion
                for reason in reasons(RULES, pair.need, pair.mentor)
                if reason.verdict is Verdict.FITS
            ]
            assert pair.points == sum(WISHES.get(criterion, 0) for criterion in fits)


HANNE = MentorProfile(
    "hanne",
    "R",
    radius=1,
    languages=frozenset({"dansk", "arabisk"}),
    industries=frozenset({"smed"}),
    help=frozenset({"cv"}),
    hours_per_month=4,
)
NEED = waiting(
    "n",
    "S",
    5,
    languages=frozenset({"arabisk", "tigrinya"}),
    wished_language="arabisk",
    industries=frozenset({"kok"}),
    help=frozenset({"cv", "breve"}),
    times=frozenset({"aften"}),
    hours_per_month=4,
    musts=frozenset({"help"}),
)


def test_a_suggestion_says_what_fits_what_does_not_and_what_is_unknown():
    told = reasons(RULES, NEED, HANNE)

    assert [
        "Mentoren er klar til et match.",
        "Mentoren holder ikke pause.",
        "Mentoren har plads til en mentee mere.",
        "Ringsted ligger 1 kommune fra Sorø, og mentoren kan mødes op til 1 kommune væk.",
        "De kan tale sammen på arabisk.",
        "Hverken mentoren eller behovet hører til et bestemt program.",
        "Der er brug for 4 timer om måneden, og mentoren har 4.",
        "De har hverken haft et forløb sammen før eller et forslag, der blev afvist.",
        "De er i hver sin kommune.",
        "De kender ikke den samme branche.",
        "Mentoren taler arabisk, som er ønsket.",
        "Mentoren har ikke oplyst, hvornår der er tid.",
        "Mentoren kan hjælpe med 1 af de 2 ting, der er brug for. Det er et krav her.",
        "Behovet ønsker ikke en bestemt erfaring.",
    ] == danish(reason.sentence for reason in told)
    assert "Passer på 2 af 4 ønsker. 2 er ikke oplyst." == summary(told).da
    assert "Fits 2 of 4 wishes. 2 not told." == summary(told).en


def test_a_way_by_ferry_that_nobody_has_verified_says_so():
    need = waiting("n", "O", 1)
    near, far = (replace(HANNE, municipality=code, radius=2) for code in "FR")

    def reach(mentor: MentorProfile) -> str:
        return next(
            one.sentence.da for one in reasons(RULES, need, mentor) if one.criterion == "reach"
        )

    assert (
        "Fjordby ligger 1 kommune fra Øby, og mentoren kan mødes op til 2 kommuner væk. Vejen går "
        "med færge. Det er ikke bekræftet, at man kan komme den vej."
    ) == reach(near)
    assert reach(far).startswith(
        "Ringsted ligger 3 kommuner fra Øby, og mentoren kan kun mødes op til 2 kommuner væk."
    )
    assert reach(far).endswith(
        " Vejen går over en bro og med færge. Det er ikke bekræftet, at man kan komme den vej."
    )


def test_why_not_hanne_names_every_must_that_forbids_her():
    need = replace(NEED, languages=frozenset({"tigrinya"}), ended_with=frozenset({"hanne"}))
    hanne = replace(HANNE, municipality="F", paused=True)
    pool = Pool((need,), (hanne,), DAY)

    answer = why_not(pool, RULES, "n", "hanne", suggest(pool, RULES))

    assert ["active", "reach", "language", "history"] == [
        reason.criterion for reason in answer.forbids
    ]
    assert danish(reason.sentence for reason in answer.forbids) == danish(answer.sentences)
    assert "De har haft et forløb sammen, som er slut." == answer.sentences[-1].da


def test_why_not_hanne_says_what_else_is_suggested_where_nothing_forbids_her():
    longer, shorter = replace(NEED, id="longer", waiting_since=DAY - timedelta(weeks=9)), NEED
    pool = Pool((longer, shorter), (HANNE,), DAY)
    suggestions = suggest(pool, RULES)

    def told(need: str) -> list[str]:
        return danish(why_not(pool, RULES, need, "hanne", suggestions).sentences)

    assert ["De er foreslået hinanden."] == told("longer")
    assert [
        "Der er intet til hinder for, at de to bliver foreslået hinanden.",
        "Mentorens pladser er foreslået til behov, der har ventet længere.",
    ] == told("n")
    with pytest.raises(KeyError):
        told("nobody")


def test_every_answer_to_why_not_agrees_with_the_naive_function():
    for pool in POOLS:
        suggestions = suggest(pool, RULES)
        pairs = {(pair.need.id, pair.mentor.id) for pair in suggestions}
        for need in pool.needs:
            for mentor in pool.mentors:
                answer = why_not(pool, RULES, need.id, mentor.id, suggestions)
                missed = {
                    must
                    for must in naive_musts(need, mentor)
                    if naive_verdicts(need, mentor)[must] == "misses"
                }
                assert missed == {reason.criterion for reason in answer.forbids}
                assert ((need.id, mentor.id) in pairs) is (
                    answer.sentences[0].da == "De er foreslået hinanden."
                )


def test_why_nobody_names_those_who_share_too_few_places_and_what_would_open_one():
    needs = [waiting(f"n{number}", "S", 9 - number) for number in range(3)]
    mentors = [
        MentorProfile("m1", "S"),
        MentorProfile("m2", "R"),
        MentorProfile("m3", "R"),
        MentorProfile("m4", "S", paused=True),
        MentorProfile("m5", "F"),
    ]
    pool = Pool((*needs, waiting("elsewhere", "F", 1)), tuple(mentors), DAY)

    answer = why_nobody(pool, RULES, "n2", suggest(pool, RULES))

    assert answer.bottleneck is not None
    assert 2 == len(answer.bottleneck.needs)
    assert [
        "2 behov deler 1 plads hos 1 mentor: 2 i Sorø.",
        "Hvis radius var 1 kommune større, kunne 2 mentorer mere: 2 i Ringsted.",
        "Hvis ingen holdt pause, kunne 1 mentor mere: 1 i Sorø.",
        "Hvis der var plads til én mentee mere hos hver, kunne 1 mentor: 1 i Sorø.",
    ] == danish(answer.sentences)


def test_why_nobody_says_when_no_mentor_meets_the_musts():
    need = waiting("n", "S", 1, languages=frozenset({"tigrinya"}))
    pool = Pool((need,), (HANNE,), DAY)

    assert [
        "Ingen mentor opfylder kravene.",
        "Hvis der blev aftalt tolk, kunne 1 mentor mere: 1 i Ringsted.",
    ] == danish(why_nobody(pool, RULES, "n", suggest(pool, RULES)).sentences)


def test_a_bottleneck_is_minimal_and_what_it_says_would_help_helps():
    bottlenecks = 0
    for pool in POOLS:
        suggestions = suggest(pool, RULES)
        served = {pair.need.id for pair in suggestions}
        for need in pool.needs:
            answer = why_nobody(pool, RULES, need.id, suggestions)
            assert (answer.bottleneck is None) is (need.id in served)
            if answer.bottleneck is None:
                continue
            bottlenecks += 1
            needs = answer.bottleneck.needs
            assert need in needs
            assert set(answer.bottleneck.mentors) == shared_by(needs, pool)
            assert answer.bottleneck.places == len(needs) - 1
            for fewer in combinations(needs, len(needs) - 1):
                group = replace(pool, needs=fewer)
                assert len(fewer) == len(suggest(group, RULES))
            for opening in answer.openings:
                if opening.criterion == "free-place":
                    mentor = opening.mentors[0]
                    others = [other for other in pool.mentors if other != mentor]
                    wider = replace(mentor, capacity=mentor.capacity + 1)
                    relieved = suggest(replace(pool, mentors=(*others, wider)), RULES)
                    assert len(suggestions) < len(relieved)
    assert 50 < bottlenecks


def shared_by(needs, pool: Pool) -> set[MentorProfile]:
    return {
        mentor
        for mentor in pool.mentors
        for need in needs
        if naive_points(need, mentor) is not None
    }


def test_the_rules_of_a_portal_are_its_data(sound):
    rules = rules_of(sound)

    assert WISHES == rules.points
    assert 0 == rules.weeks
    assert ProgrammeRule("both", frozenset({"0461"})) == rules.programmes["aaben"]
    assert 1 == rules.geography.route("0580", "0461").steps
    assert rules.geography.route("0580", "0329") is None
    with pytest.raises(LookupError):
        rules_of(replace(sound, matching={}))


SIX = ("Esbjerg", "Fredericia", "Odense", "Tønder", "Aabenraa", "Sønderborg")


def test_the_municipal_match_of_lederne_is_played_through():
    """Six municipalities; the municipality matches each mentor, a leader with a local network, with
    a mentee."""
    rules = replace(RULES, programmes={"lederne": ProgrammeRule("municipality", frozenset(SIX))})
    corps = frozenset({"lederne"})
    mentors = [MentorProfile(f"m-{place}", place, programmes=corps) for place in SIX]
    not_trained = MentorProfile("m-hold-2", "Odense", ready=False, programmes=corps)
    needs = [waiting(f"n-{place}", place, 3, programme="lederne") for place in SIX]
    second = waiting("n-Odense-2", "Odense", 1, programme="lederne")
    elsewhere = waiting("n-Aarhus", "Aarhus", 30, programme="lederne")
    pool = Pool((*needs, second, elsewhere), (*mentors, not_trained), DAY)

    suggestions = suggest(pool, rules)

    assert {f"n-{place}": f"m-{place}" for place in SIX} == {
        pair.need.id: pair.mentor.id for pair in suggestions
    }
    assert {("lederne", "municipality")} == {(pair.programme, pair.decides) for pair in suggestions}
    assert [
        "2 behov deler 1 plads hos 1 mentor: 2 i Odense.",
        "Hvis der var plads til én mentee mere hos hver, kunne 1 mentor: 1 i Odense.",
        "Hvis alle var klar til et match, kunne 1 mentor mere: 1 i Odense.",
    ] == danish(why_nobody(pool, rules, "n-Odense-2", suggestions).sentences)
    assert "lederne har ikke match i Aarhus." in danish(
        why_not(pool, rules, "n-Aarhus", "m-Odense", suggestions).sentences
    )


def test_the_industry_match_of_hjaelp_en_flygtning_nu_is_played_through():
    """A local business person, 4 hours a month, matched by the organisation with somebody of the
    same industry."""
    rule = ProgrammeRule("organisation", frozenset({"Aarhus"}), frozenset({"industry"}))
    rules = replace(RULES, programmes={"nu": rule})

    def mentor(id: str, industry: str, hours: int = 4) -> MentorProfile:
        return MentorProfile(
            id,
            "Aarhus",
            industries=frozenset({industry}),
            hours_per_month=hours,
            programmes=frozenset({"nu"}),
        )

    def citizen(id: str, weeks: int, *industries: str) -> Need:
        return waiting(
            id, "Aarhus", weeks, industries=frozenset(industries), hours_per_month=4, programme="nu"
        )

    pool = Pool(
        (citizen("kok", 8, "hotel"), citizen("udvikler", 2, "it"), citizen("tømrer", 1, "byg")),
        (mentor("kundechef", "it"), mentor("mester", "byg"), mentor("kokken", "hotel", hours=2)),
        DAY,
    )

    suggestions = suggest(pool, rules)

    assert {"udvikler": "kundechef", "tømrer": "mester"} == {
        pair.need.id: pair.mentor.id for pair in suggestions
    }
    assert {("nu", "organisation")} == {(pair.programme, pair.decides) for pair in suggestions}
    (told,) = (
        reason
        for reason in reasons(rules, pool.need("tømrer"), pool.mentor("mester"))
        if reason.criterion == "industry"
    )
    assert "De kender begge branchen byg. Det er et krav her." == told.sentence.da
    assert [
        "De kender ikke den samme branche. Det er et krav her.",
    ] == danish(why_not(pool, rules, "kok", "mester", suggestions).sentences)
    assert [
        "Ingen mentor opfylder kravene.",
        "Hvis færre timer var nok, kunne 1 mentor mere: 1 i Aarhus.",
    ] == danish(why_nobody(pool, rules, "kok", suggestions).sentences)
