"""What operators look at, also while the server runs: reads only."""

from collections.abc import Iterable, Iterator

from mentorkorps.backend.db.connect import opened_to_read
from mentorkorps.backend.db.mail_rows import ALL_MAILS, as_mail
from mentorkorps.backend.db.place_rows import seats_in
from mentorkorps.backend.db.records import Bookable, Count, GivenConsent, Mail, SignUp
from mentorkorps.backend.db.retention_rows import ALL_COUNTS
from mentorkorps.backend.db.sign_up_rows import ALL_SIGN_UPS, as_sign_up, consents_of, sign_up_by_id
from mentorkorps.backend.settings import Settings


def sign_ups(settings: Settings) -> list[SignUp]:
    """Every sign-up, oldest first; reads only, also while the server runs. Raises NoDatabase."""
    with opened_to_read(settings) as connection:
        return [as_sign_up(connection, row) for row in connection.execute(ALL_SIGN_UPS)]


def each_sign_up(settings: Settings) -> Iterator[tuple[SignUp, list[GivenConsent]]]:
    """The same one by one, each with what the person agreed to: they need not all fit into memory."""
    with opened_to_read(settings) as connection:
        for row in connection.execution_options(yield_per=100).execute(ALL_SIGN_UPS):
            yield as_sign_up(connection, row), consents_of(connection, row.id)


def participants(settings: Settings, halls: Iterable[Bookable]) -> list[SignUp] | None:
    """Those who have a place for good, in the order in which they came; None where nobody ever wanted one.

    Reads only. Raises NoDatabase.
    """
    with opened_to_read(settings) as connection:
        seats = [seat for hall in halls for seat in seats_in(connection, hall)]
        coming = [seat.sign_up for seat in seats if seat.state == "taken"]
        return [sign_up_by_id(connection, id) for id in coming] if seats else None


def mails(settings: Settings) -> list[Mail]:
    """Every mail of the outbox, oldest first; reads only, also while the server runs. Raises NoDatabase."""
    with opened_to_read(settings) as connection:
        return [as_mail(row) for row in connection.execute(ALL_MAILS)]


def consents(settings: Settings, sign_up: str) -> list[GivenConsent]:
    """What a person agreed to; reads only. Raises NoDatabase."""
    with opened_to_read(settings) as connection:
        return consents_of(connection, sign_up)


def counts(settings: Settings) -> list[Count]:
    """What stays of deleted sign-ups; reads only. Raises NoDatabase."""
    with opened_to_read(settings) as connection:
        return [Count(*row) for row in connection.execute(ALL_COUNTS)]
