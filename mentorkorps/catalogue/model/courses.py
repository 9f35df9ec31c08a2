"""Dated courses and events, and their state on a day."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from mentorkorps.catalogue.model.organisations import Pause, Phase, Picture, State
from mentorkorps.catalogue.model.places import Venue
from mentorkorps.catalogue.model.text import Id, Refers, Text, Title
from mentorkorps.catalogue.yaml_nodes import Place

Day = date
"""A record that has a field `date` cannot name its type by that word."""


@dataclass(frozen=True, slots=True)
class CourseDay:
    """A day or an evening. Own `pauses` stand in the place of all those that the plan gives it."""

    date: date
    start: time
    end: time
    pauses: tuple[Pause, ...] = ()
    at: Place | None = field(default=None, compare=False)


EVENING = 16
"""The hour from which a course is called one of evenings."""


@dataclass(frozen=True, slots=True)
class Course:
    """A dated run of the training. `variant` is another way to hold it, from the timetable; without
    one, two days.

    `changed` is when day, hour, venue or status last changed, by Danish clocks; calendars number
    their changes by it.
    """

    id: Id
    name: Title
    organisation: Annotated[str, Refers("organisations")]
    about: Text
    days: tuple[CourseDay, ...]
    venue: Venue
    seats: int
    language: Annotated[str, Refers("languages")]
    deadline: date
    cost: Text
    status: Literal["planned", "open", "full", "cancelled"]
    confirmed: date
    at: Place
    changed: datetime | None = None
    was: tuple[Id, ...] = ()
    variant: Id | None = None
    programmes: tuple[Annotated[str, Refers("programmes")], ...] = ()
    sources: tuple[Annotated[str, Refers("sources")], ...] = ()
    example: bool = False

    @property
    def hours(self) -> float:
        """Hours of all its days from beginning to end, pauses included."""
        minutes = (
            60 * (day.end.hour - day.start.hour) + day.end.minute - day.start.minute
            for day in self.days
        )
        return sum(minutes) / 60

    @property
    def is_in_the_evening(self) -> bool:
        return all(day.start.hour >= EVENING for day in self.days)

    @property
    def phases(self) -> tuple[Phase, ...]:
        return phases_by_date(self)

    def state(self, day: date) -> State:
        return next(phase.state for phase in self.phases if phase.holds(day))


@dataclass(frozen=True, slots=True)
class Event:
    """What a programme or an organisation holds on one day beside the training: a network evening,
    a talk, a meal.

    `changed` is as a course has it.
    """

    id: Id
    name: Title
    organisation: Annotated[str, Refers("organisations")]
    about: Text
    date: Day
    start: time
    end: time
    venue: Venue
    seats: int
    language: Annotated[str, Refers("languages")]
    deadline: Day
    cost: Text
    status: Literal["planned", "open", "full", "cancelled"]
    confirmed: Day
    at: Place
    changed: datetime | None = None
    was: tuple[Id, ...] = ()
    childcare: Text | None = None
    programmes: tuple[Annotated[str, Refers("programmes")], ...] = ()
    sources: tuple[Annotated[str, Refers("sources")], ...] = ()
    picture: Picture | None = None
    example: bool = False

    @property
    def days(self) -> tuple[CourseDay, ...]:
        """Its one day, as a course has several."""
        return (CourseDay(self.date, self.start, self.end),)

    @property
    def phases(self) -> tuple[Phase, ...]:
        return phases_by_date(self)

    def state(self, day: Day) -> State:
        return next(phase.state for phase in self.phases if phase.holds(day))


def phases_by_date(record: Course | Event) -> tuple[Phase, ...]:
    """What a course or an event is on which days, from its status and its dates alone."""
    if record.status == "cancelled":
        return (Phase("cancelled"),)
    a_day = timedelta(days=1)
    first, last, after = record.days[0].date, record.days[-1].date, record.deadline + a_day
    waiting = (Phase("closed", after, first - a_day),) if after < first else ()
    return (
        Phase(record.status, until=record.deadline),
        *waiting,
        Phase("running", max(first, after), last),
        Phase("over", since=last + a_day),
    )
