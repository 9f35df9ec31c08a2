"""A desk without pages: its people, and sign-ups that come, over a database of the test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from mentorkorps.backend.db import case_rows, connect, operator_reads
from mentorkorps.backend.db.records import Case, Scope
from mentorkorps.backend.desk.case_opening import CaseKeeper
from mentorkorps.backend.desk.cases import Edit
from mentorkorps.backend.desk.teams import Member, Roster
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.signups import lifecycle
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.forms.answers import Answers
from tests.backend.conftest import MONDAY, with_tables
from tests.backend.test_store import read_settings

PORTAL = Scope("organisation", "portal")
SMITHS = Scope("organisation", "smedene")
ODENSE = Scope("municipality", "0461")
ANNA = Member(("anna",), frozenset({PORTAL}))
BO = Member(("bo",), frozenset({SMITHS}))
CARL = Member(("carl",), frozenset({ODENSE}))
DORA = Member(("dora",), None)
EVERYBODY = (ANNA, BO, CARL, DORA)


class TestDesk:
    """Jobs and reads, one after the other. `catalogue` and `people` may be others after `restart`."""

    __test__ = False

    def __init__(self, settings, catalogue: Catalogue, people=EVERYBODY) -> None:
        self.settings = settings
        self.now = MONDAY
        self.restart(catalogue, people)

    def restart(self, catalogue: Catalogue, people) -> None:
        self.catalogue = catalogue
        self.roster = Roster(tuple(people), self.settings.secret_keys)
        self.keeper = CaseKeeper(catalogue, self.roster)

    def follow(self, transaction, id: str, at: datetime) -> None:
        self.keeper.follow(transaction, id, at)

    def change(self, job, *values, **named):
        return self.runner.run_job(job, *values, **named)

    def read(self, query, *values, **named):
        return self.runner.run_job(query, *values, **named)

    def return_lost(self) -> None:
        """As CaseJob does it before the first request."""
        self.change(self.keeper.follow_each, self.read(self.keeper.lost), self.now)

    def bring_along(self) -> None:
        """As it does it after that."""
        self.return_lost()
        after = ""
        while after is not None:
            ids, after = self.read(self.keeper.outdated, after)
            self.change(self.keeper.follow_each, ids, self.now)
        while self.change(self.keeper.open_some, self.now):
            pass

    def submission(self, name: str, form: str = "mentor", signs=(), **answers: str):
        standard = {"place": "0461", "programme": "aaben"}
        given = {"name": name, "email": f"{name}@example.org"} | standard | answers
        return lifecycle.submission(
            self.catalogue.forms[form],
            Answers(given, {"contact": "1"}),
            language="da",
            keys=self.settings.secret_keys,
            at=self.now,
            signs=Signs(signs),
        )

    def come(self, name: str, **more) -> str:
        """Signs up and confirms; the id."""
        id = self.change(lifecycle.accept, self.submission(name, **more)).id
        self.change(lifecycle.confirm, id, self.catalogue, self.now)
        return id

    def case(self, id: str) -> Case | None:
        return self.read(case_rows.case_by_id, id)

    def history(self, id: str):
        return self.read(case_rows.history, id)

    def edit(self, id: str, actor: str = "anna") -> Edit:
        return Edit(actor, id, self.case(id).version, self.now)

    def do(self, job, id: str, *values, actor: str = "anna", **named) -> Case:
        return self.change(job, self.edit(id, actor), *values, **named)

    def sign_up(self, id: str):
        return next((one for one in operator_reads.sign_ups(self.settings) if one.id == id), None)


@contextmanager
def desk_over(
    url: str, catalogue: Catalogue, people=EVERYBODY, is_there: bool = True
) -> Iterator[TestDesk]:
    """`is_there`: whether there is a desk when sign-ups come."""
    settings = read_settings(url)
    with_tables(settings)
    desk = TestDesk(settings, catalogue, people)
    with connect.opened_to_write(settings, desk.follow if is_there else None) as desk.runner:
        yield desk
