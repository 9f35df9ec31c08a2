"""The desk at the size it is made for: what its cases cost a confirmation, and how long its lists take.

100,000 sign-ups, of which 3,000 wait, and 300 coordinators, on SQLite and on PostgreSQL. Half of the coordinators
answer for a municipality each, half for an organisation.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, cycle
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from sqlalchemy import text

from bench.size import NEW_KEY, OLD_KEY
from mentorkorps.backend.db import connect, sign_up_rows
from mentorkorps.backend.db.records import Scope, SignUp
from mentorkorps.backend.db.transaction import Follow, Transaction
from mentorkorps.backend.db.writer import Job, JobRunner
from mentorkorps.backend.desk import cases, lists
from mentorkorps.backend.desk.case_opening import CaseKeeper
from mentorkorps.backend.desk.cases import Edit
from mentorkorps.backend.desk.teams import Member, Roster
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.settings import Settings, read_settings
from mentorkorps.backend.signups import lifecycle
from mentorkorps.backend.signups.lifecycle import Submission
from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.forms.answers import Answers
from tests.postgres import running

ALL, WAITING, COORDINATORS = 100_000, 3_000, 300
GROUP = 64
"""Jobs of one commit, as many as wait under load."""
CONFIRMED_AT_A_TIME = 640
ROUNDS = 7
LOOKS = 60
CLOSE_SCOPES = (
    'UPDATE case_scopes SET is_open = :is_open WHERE "case" IN'
    " (SELECT sign_up FROM cases WHERE closed_at IS NOT NULL)"
)
CLOSE = (
    "UPDATE cases SET state = 'ended', closed_at = opened_at WHERE sign_up NOT IN"
    " (SELECT sign_up FROM cases ORDER BY opened_at DESC LIMIT :least)"
)
KEYS = f"{NEW_KEY},{OLD_KEY}"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def run() -> None:
    catalogue = load_catalogue(Path(__file__).parent.parent / "data")
    with TemporaryDirectory() as place:
        measure("SQLite", catalogue, f"sqlite:///{place}/file.db")
        with running(fsync="on") as cluster:
            measure("PostgreSQL", catalogue, cluster.fresh())


def measure(name: str, catalogue: Catalogue, url: str) -> None:
    settings = read_settings({"MENTORKORPS_DATABASE_URL": url, "MENTORKORPS_SECRET_KEYS": KEYS})
    roster = _roster(catalogue, settings.secret_keys)
    keeper = CaseKeeper(catalogue, roster)
    print(f"\n{name}: a confirmation, processor time of the writer, median of {ROUNDS} rounds\n")
    alone, followed = [], []
    for turn in range(ROUNDS):
        for figures, follow in ((alone, None), (followed, keeper.follow)):
            label = f"{turn}-{'desk' if follow else 'none'}"
            with connect.opened_to_write(settings, follow) as runner:
                figures.append(_confirmations(runner, settings, catalogue, label))
    without, beside = median(alone), median(followed)
    print(
        f"without a desk {without:.0f} µs; with one {beside:.0f} µs (+{beside / without - 1:.0%})"
    )
    fill(settings, catalogue, keeper.follow)
    print(f"\n{ALL:,} sign-ups, {WAITING:,} open cases, {COORDINATORS} coordinators; ms\n")
    print("what | p50 | p95\n---|---|---")
    with connect.opened_to_write(settings, keeper.follow) as runner:
        for what, look in _looks(runner, roster):
            p50, p95 = _times(look)
            print(f"{what} | {p50:.1f} | {p95:.1f}", flush=True)


def _roster(catalogue: Catalogue, keys: tuple[str, ...]) -> Roster:
    organisations = cycle(Scope("organisation", id) for id in catalogue.organisations)
    municipalities = cycle(Scope("municipality", id) for id in catalogue.municipalities)
    scopes = (next(pair) for pair in cycle((organisations, municipalities)))
    people = [
        Member((f"{number:064}",), frozenset({next(scopes)})) for number in range(COORDINATORS - 1)
    ]
    return Roster((*people, Member(("0" * 63 + "n",), None)), keys)


def _submission(catalogue: Catalogue, settings: Settings, label: str, number: int) -> Submission:
    places, programmes = list(catalogue.municipalities), list(catalogue.programmes)
    values = {
        "name": "Karen Testesen",
        "email": f"{label}-{number}@example.org",
        "place": places[number % len(places)],
        "programme": programmes[number % len(programmes)],
    }
    answers = Answers(values, {"contact": "1"})
    known_by = sign_up_rows.fingerprint(settings.secret_keys[0], "mentor", answers)
    at = NOW + timedelta(seconds=number)
    return Submission("mentor", "da", answers, Signs(()), (known_by,), values["email"], at)


def _confirmations(
    runner: JobRunner, settings: Settings, catalogue: Catalogue, label: str
) -> float:
    """Microseconds of processor time for one confirmation, in groups as the server commits them."""
    ids = [
        runner.run_job(lifecycle.accept, _submission(catalogue, settings, label, number)).id
        for number in range(CONFIRMED_AT_A_TIME)
    ]
    jobs = [Job(lambda one, id=id: lifecycle.confirm(one, id, catalogue, NOW)) for id in ids]
    begins = time.process_time()
    for first in range(0, len(jobs), GROUP):
        runner.run_group(jobs[first : first + GROUP])
    return (time.process_time() - begins) / len(jobs) * 1e6


def fill(settings: Settings, catalogue: Catalogue, follow: Follow) -> None:
    """Confirmed sign-ups with their cases, of which only the newest are open."""
    with connect.opened_to_write(settings, follow) as runner:
        for first in range(0, ALL, 1_000):
            runner.run_job(_come, settings, catalogue, range(first, first + 1_000))
        runner.run_job(lambda one: one.execute(text(CLOSE), {"least": WAITING}))
        runner.run_job(lambda one: one.execute(text(CLOSE_SCOPES), {"is_open": False}))


def _come(
    transaction: Transaction, settings: Settings, catalogue: Catalogue, numbers: range
) -> None:
    for number in numbers:
        submission = _submission(catalogue, settings, "all", number)
        sign_up = SignUp(
            id=secrets.token_hex(16),
            form=submission.form,
            language=submission.language,
            answers=submission.answers.values,
            flagged=False,
            received_at=submission.at,
            asked_at=submission.at,
            confirmed_at=submission.at,
            answered_at=None,
            withdrawn_at=None,
            silenced=False,
            addressee=submission.addressee,
        )
        sign_up_rows.insert_sign_up(transaction, sign_up, submission.fingerprints[0])


def _looks(runner: JobRunner, roster: Roster) -> Iterator[tuple[str, Callable[[], object]]]:
    """What a page of the desk asks for."""
    now = NOW + timedelta(days=30)
    near, far = roster.members[1], roster.members[-1]
    for name, member in (("a municipality", near), ("the whole country", far)):
        for view in lists.VIEWS:
            look = partial(runner.run_job, lists.page, roster, member, view, now)
            yield f"{view}, {name}", look
        yield f"all counts, {name}", partial(runner.run_job, lists.counts, roster, member, now)
    rows = runner.run_job(lists.page, roster, far, "covered", now)
    id = rows[0].case.id
    yield "one case", partial(runner.run_job, lists.whole_case, far, id)
    versions = count(rows[0].case.version)
    yield "a note", lambda: runner.run_job(cases.note, Edit("a", id, next(versions), now), "ringet")


def _times(look: Callable[[], object]) -> tuple[float, float]:
    took = []
    for _ in range(LOOKS):
        begins = time.perf_counter()
        look()
        took.append((time.perf_counter() - begins) * 1e3)
    return median(took), quantiles(took, n=20)[-1]
