"""A dated course: its own clock times, and what does not fit told at its line, with the module that causes it."""

from pathlib import Path

import pytest

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.curriculum.course_plan import course_sessions
from mentorkorps.curriculum.loading import find_problems, load_curriculum
from mentorkorps.site.record_pages import site_pages
from tests.conftest import ROOT

FILE = "data/courses.yaml"
DAY_1 = '{date: "2027-03-02", start: "09:00", end: "16:00"}'
DAY_2 = DAY_1.replace("03-02", "03-09")
LATE = DAY_1.replace("09:00", "09:15")
LONG = DAY_2.replace("16:00", "17:00")
EVENING = '{{date: "2027-03-{:02}", start: "18:00", end: "{}"}}'
AT_NIGHT = DAY_1.replace("09:00", "23:00").replace("16:00", "23:30")


def changed(data: Path, days: list[str], variant: str = "") -> Catalogue:
    """The sound records, their course with other days."""
    path = data / "courses.yaml"
    text = path.read_text("utf-8")
    lines = "".join(f"    - {day}\n" for day in days) + (
        f"  variant: {variant}\n" if variant else ""
    )
    path.write_text(
        text[: text.index("    - {date")] + lines + text[text.index("  venue:") :], "utf-8"
    )
    return load_catalogue(data, "data")


def with_pauses(day: str, pauses: str) -> str:
    return day.replace("}", f", pauses: [{pauses}]}}")


def clock(session) -> str:
    return ", ".join(f"{hour.start:%H:%M} {hour.module or hour.pause}" for hour in session.hours)


@pytest.mark.parametrize(
    ("days", "variant", "messages"),
    [
        ([DAY_1, DAY_2], "", []),
        ([DAY_1, DAY_2], "apart", []),
        (
            [LATE, DAY_2],
            "",
            [
                "error 6 dag 1 (2027-03-02): 15 minutter for meget: dagen slutter kl. 16:00. Det skyldes d1-m6, d1-m7."
            ],
        ),
        (
            [DAY_1, LONG],
            "",
            [
                "warning 7 dag 2 (2027-03-09): 60 minutter for lidt frem til kl. 17:00. Sidst før det er d2-m9."
            ],
        ),
        (
            [
                with_pauses(DAY_1, '{after: d1-m3, pause: lunch, minutes: 75, begins: "11:45"}'),
                DAY_2,
            ],
            "",
            [
                "error 6 dag 1 (2027-03-02): 15 minutter for meget: pausen begynder kl. 11:45. Det skyldes d1-m3.",
                "warning 6 dag 1 (2027-03-02): 15 minutter for lidt frem til kl. 16:00. Sidst før det er d1-m7.",
            ],
        ),
        ([DAY_1], "", ["error 1 planen har 2 dage, kurset har 1."]),
        ([DAY_1, DAY_2], "aften", ["error 1 “aften” er ikke en af early, apart, online, short."]),
        (
            [with_pauses(DAY_1, "{after: d2-m3, pause: break, minutes: 75}"), DAY_2],
            "",
            ["error 6 “d2-m3” holdes ikke på dag 1."],
        ),
        (
            [AT_NIGHT, DAY_2],
            "",
            [
                "error 6 dag 1 (2027-03-02): 390 minutter for meget: dagen slutter kl. 23:30. Det skyldes d1-m1, "
                "d1-m2, d1-m3, d1-m4, d1-m5, d1-m6, d1-m7."
            ],
        ),
    ],
    ids=[
        "sound",
        "apart",
        "over-run",
        "gap",
        "overlap",
        "a-day-short",
        "variant",
        "pause",
        "past-midnight",
    ],
)
def test_what_does_not_fit_names_the_line_and_the_module(days, variant, messages, data):
    problems = find_problems(ROOT / "training", changed(data, days, variant))[1]
    course_problems = [problem for problem in problems if problem.rule.startswith("course-")]

    assert all(
        problem.file == FILE and problem.record == "odense-2027" for problem in course_problems
    )
    texts = [
        (problem, problem.message.da.removeprefix("Kurset “odense-2027”").lstrip(":, "))
        for problem in course_problems
    ]
    assert messages == [f"{problem.severity} {problem.line} {text}" for problem, text in texts]


def test_a_course_keeps_its_own_start_and_pauses(data):
    early = DAY_1.replace("09:00", "08:30").replace("16:00", "15:25")
    pauses = "{after: d1-m1, pause: break, minutes: 10}, {after: d1-m3, pause: lunch, minutes: 60}"
    records = changed(data, [with_pauses(early, pauses), DAY_2])

    first, second = course_sessions(
        find_problems(ROOT / "training", records)[0], records.courses["odense-2027"]
    )

    assert (
        "08:30 d1-m0, 08:55 d1-m1, 10:00 break, 10:10 d1-m2, 11:00 d1-m3, 11:40 lunch, 12:40 d1-m4, 13:55 d1-m5, "
        "14:50 d1-m6, 15:15 d1-m7" == clock(first)
    )
    assert "09:00 d2-m1" == clock(second)[:11]


def test_a_variant_gives_a_course_its_days(data):
    ends = ("21:10", "21:00", "21:10", "21:00")
    records = changed(data, [EVENING.format(day, end) for day, end in enumerate(ends, 2)], "online")
    training = find_problems(ROOT / "training", records)[0]

    sessions = course_sessions(training, records.courses["odense-2027"])

    assert ["d1-m0", "d1-m4", "d2-m1", "d2-m5"] == [session.hours[0].module for session in sessions]
    assert {"18:00"} == {f"{session.start:%H:%M}" for session in sessions}


def test_the_page_of_a_course_shows_its_own_clock_times(real):
    training = load_curriculum(ROOT / "training", real)

    page = next(
        page
        for page in site_pages(real, "da", curriculum=training)
        if page.at == "kurser/odense-marts-2027/"
    )

    assert "Dag 1, 2. marts 2027: Mentorrollen og mødet" in page.body
    assert (
        '<time datetime="12:15">12.15</time>–<time datetime="13:00">13.00</time></span></td><td>Frokost'
        in page.body
    )
    assert '<a href="kursus.ics" type="text/calendar">Læg i kalenderen</a>' in page.body
