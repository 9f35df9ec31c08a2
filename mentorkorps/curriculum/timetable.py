"""Minutes -> clock times, and what does not fit."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Literal, NamedTuple

from mentorkorps.catalogue.model.text import Title
from mentorkorps.curriculum.model import Curriculum, Day, Slot, Variant

MinutesOf = Callable[[Slot], int]


@dataclass(frozen=True, slots=True)
class Hour:
    """A module or a pause with its clock times."""

    module: str | None
    pause: Literal["break", "lunch"] | None
    minutes: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Session:
    """A day or an evening with its clock times."""

    title: Title
    hours: tuple[Hour, ...]

    @property
    def start(self) -> time:
        return self.hours[0].start

    @property
    def end(self) -> time:
        return self.hours[-1].end

    @property
    def taught(self) -> int:
        """Minutes without the pauses."""
        return sum(hour.minutes for hour in self.hours if hour.module)


class Misfit(NamedTuple):
    """Modules that do not fill the time up to a fixed point: `minutes` too many, or too few if
    below zero.

    `point` is the pause that stands there, or None for the end of the day. `blamed` are the slots
    that take other minutes than the plan gave them; if none does, those that end after the point,
    or the last one before it.
    """

    minutes: int
    due: time
    point: str | None
    blamed: tuple[Slot, ...]


def add(clock: time, minutes: int) -> time:
    """The time so many minutes later. Raises ValueError past midnight."""
    hours, rest = divmod(clock.hour * 60 + clock.minute + minutes, 60)
    return time(hours, rest)


def spread(day: Day, minutes_of: MinutesOf, start: time | None = None) -> Session:
    """The day from its start, or from another one."""
    now = start or day.start
    hours = []
    for slot in day.slots:
        minutes = minutes_of(slot)
        hours.append(Hour(slot.module, slot.pause, minutes, now, add(now, minutes)))
        now = hours[-1].end
    return Session(day.title, tuple(hours))


def sessions(curriculum: Curriculum, variant: Variant | None = None) -> tuple[Session, ...]:
    """The days of the course, or of a variant of it, with their clock times."""
    days = variant.days if variant and variant.days else curriculum.timetable.days
    return tuple(
        spread(day, curriculum.minutes_of, variant.start if variant else None) for day in days
    )


def misfits(day: Day, minutes_of: MinutesOf, planned: Mapping[str, int]) -> Iterator[Misfit]:
    """Where the day over-runs a fixed point, or leaves a gap before it. `planned` are the minutes
    the plan gives.
    """
    now = _minutes(day.start)
    since: list[tuple[Slot, int]] = []
    for slot in (*day.slots, Slot(begins=day.end)):
        if slot.begins:
            due = _minutes(slot.begins)
            if now != due:
                changed = tuple(
                    slot_before
                    for slot_before, _ in since
                    if minutes_of(slot_before)
                    != planned.get(slot_before.module or "", minutes_of(slot_before))
                )
                beyond = tuple(slot_before for slot_before, end in since if end > due)
                last = tuple(slot_before for slot_before, _ in since[-1:])
                yield Misfit(now - due, slot.begins, slot.pause, changed or beyond or last)
            now, since = due, []
        now += minutes_of(slot)
        since += [(slot, now)] if slot.module else []


def planned_minutes(curriculum: Curriculum) -> dict[str, int]:
    """The minutes that the plan gives each module of the course."""
    slots = (slot for day in curriculum.timetable.days for slot in day.slots)
    return {slot.module: slot.minutes for slot in slots if slot.module and slot.minutes}


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
