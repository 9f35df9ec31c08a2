"""At what hours of the day mails leave that nobody waits for, by Danish clocks."""

from datetime import datetime, timedelta

from mentorkorps.backend.clock import DENMARK, OFFICE_HOURS, at_hour, is_within

NEWS_HOURS = (8, 20)
PRACTICAL_HOURS = OFFICE_HOURS


def next_within(moment: datetime, hours: tuple[int, int]) -> datetime:
    """The moment itself, or when the hours begin next."""
    if is_within(moment, hours):
        return moment
    local = moment.astimezone(DENMARK)
    day = local.date() + timedelta(days=local.hour >= hours[1])
    return at_hour(day, hours[0])
