"""At what hours of the day mails leave that nobody waits for, by Danish clocks."""

from datetime import date, datetime, time, timedelta

from mentorkorps.backend.clock import DENMARK

NEWS_HOURS = (8, 20)
PRACTICAL_HOURS = (8, 16)


def is_within(moment: datetime, hours: tuple[int, int]) -> bool:
    """Whether it is from the first of the hours and before the last."""
    first, last = hours
    return first <= moment.astimezone(DENMARK).hour < last


def next_within(moment: datetime, hours: tuple[int, int]) -> datetime:
    """The moment itself, or when the hours begin next."""
    if is_within(moment, hours):
        return moment
    local = moment.astimezone(DENMARK)
    day = local.date() + timedelta(days=local.hour >= hours[1])
    return at_hour(day, hours[0])


def at_hour(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), DENMARK)
