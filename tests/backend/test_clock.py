"""Working days in Denmark."""

from datetime import UTC, date, datetime

import pytest

from mentorkorps.backend.clock import (
    after_working_days,
    danish_day,
    spoken,
)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-23", 5, "2026-11-30"),
        ("2026-11-27", 1, "2026-11-30"),
        ("2026-11-28", 1, "2026-11-30"),
        ("2026-12-23", 1, "2026-12-28"),
        ("2027-03-24", 1, "2027-03-30"),
        ("2027-05-05", 1, "2027-05-07"),
        ("2027-04-22", 1, "2027-04-23"),
        ("2027-05-14", 1, "2027-05-18"),
        ("2026-06-04", 1, "2026-06-08"),
        ("2026-12-30", 1, "2027-01-04"),
    ],
)
def test_an_answer_comes_on_a_working_day(start, count, end):
    assert date.fromisoformat(end) == after_working_days(date.fromisoformat(start), count)


def test_the_day_is_that_of_denmark():
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)

    assert date(2026, 7, 2) == danish_day(late)
    assert "2. juli 2026 kl. 0.30" == spoken(late, "da")
