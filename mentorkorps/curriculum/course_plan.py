"""A dated course -> its own plan and clock times, and where they do not hold.

A fixed time of the plan does not bind a dated course, which may begin earlier. Its own pauses may.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.model.courses import Course, CourseDay
from mentorkorps.catalogue.yaml_nodes import Scalar
from mentorkorps.curriculum.model import Curriculum, Day, Slot, Variant
from mentorkorps.curriculum.timetable import Session, misfits, planned_minutes, spread


@dataclass(frozen=True, slots=True)
class Words:
    """How a misfit is called, after what it runs into: `over` beyond the end, `overlap` with a
    pause, else a gap.
    """

    da: str
    en: str


OVER = Words("for meget: dagen slutter kl. {due}", "too many: the day ends at {due}")
OVERLAP = Words("for meget: pausen begynder kl. {due}", "too many: the pause begins at {due}")
GAP = Words("for lidt frem til kl. {due}", "too few up to {due}")


def variant_of(curriculum: Curriculum, course: Course) -> Variant | None:
    return next(
        (variant for variant in curriculum.timetable.variants if variant.id == course.variant), None
    )


def plan(curriculum: Curriculum, course: Course) -> tuple[Day, ...]:
    """The days of a course: those of its variant, begun and ended when the course says, with its
    own pauses.
    """
    variant = variant_of(curriculum, course)
    planned = variant.days if variant and variant.days else curriculum.timetable.days
    return tuple(
        replace(day, start=course_day.start, end=course_day.end, slots=_slots(day, course_day))
        for day, course_day in zip(planned, course.days, strict=False)
    )


def course_sessions(curriculum: Curriculum, course: Course) -> tuple[Session, ...]:
    """The days of a course with their clock times. The course has no problems."""
    return tuple(spread(day, curriculum.minutes_of) for day in plan(curriculum, course))


def plan_problems(curriculum: Curriculum, course: Course) -> Iterator[Problem]:
    """What does not hold in a course: its variant, the number of days, pauses, and each day's
    over-runs and gaps.
    """
    variant = variant_of(curriculum, course)
    if course.variant and variant is None:
        variants = ", ".join(variant.id for variant in curriculum.timetable.variants)
        yield _problem(
            course,
            None,
            "course-plan",
            why_da=f"“{course.variant}” er ikke en af {variants}",
            why_en=f"“{course.variant}” is none of {variants}",
        )
        return
    days = variant.days if variant and variant.days else curriculum.timetable.days
    if len(days) != len(course.days):
        yield _problem(
            course,
            None,
            "course-plan",
            why_da=f"planen har {len(days)} dage, kurset har {len(course.days)}",
            why_en=f"the plan has {len(days)} days, the course has {len(course.days)}",
        )
    for number, (day, course_day) in enumerate(
        zip(plan(curriculum, course), course.days, strict=False), 1
    ):
        yield from _of_day(curriculum, course, number, day, course_day)


def _of_day(
    curriculum: Curriculum, course: Course, number: int, day: Day, course_day: CourseDay
) -> Iterator[Problem]:
    modules = {slot.module for slot in day.slots if slot.module}
    if lost := [pause.after for pause in course_day.pauses if pause.after not in modules]:
        names = ", ".join(lost)
        yield _problem(
            course,
            course_day,
            "course-plan",
            why_da=f"“{names}” holdes ikke på dag {number}",
            why_en=f"“{names}” is not held on day {number}",
        )
        return
    planned = planned_minutes(curriculum)
    for misfit in misfits(day, curriculum.minutes_of, planned):
        words = GAP if misfit.minutes < 0 else OVERLAP if misfit.point else OVER
        due = f"{misfit.due:%H:%M}"
        yield _problem(
            course,
            course_day,
            "course-gap" if words is GAP else "course-over-run",
            number=number,
            date=course_day.date,
            minutes=abs(misfit.minutes),
            what_da=words.da.format(due=due),
            what_en=words.en.format(due=due),
            blamed=", ".join(slot.module or "-" for slot in misfit.blamed),
        )


def _slots(day: Day, course_day: CourseDay) -> tuple[Slot, ...]:
    """The slots of the day. A pause of the plan holds no fixed time here: the course may begin at
    another one.
    """
    if not course_day.pauses:
        return tuple(replace(slot, begins=None) for slot in day.slots)
    after = {
        pause.after: Slot(None, pause.pause, pause.minutes, pause.begins)
        for pause in course_day.pauses
    }
    slots: list[Slot] = []
    for slot in day.slots:
        if slot.module:
            slots.append(slot)
        if slot.module in after:
            slots.append(after[slot.module])
    return tuple(slots)


def _problem(
    course: Course, course_day: CourseDay | None, rule: str, /, **values: object
) -> Problem:
    at = course_day.at if course_day and course_day.at else course.at
    place = Scalar("", at.line, at.column, at.column + 1)
    return Problem.at(
        course.at.file,
        place,
        rule,
        record=course.id,
        field="days",
        suggestion=None,
        course=course.id,
        **values,
    )
