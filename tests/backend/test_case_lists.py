"""Nothing can fall out of sight: at every moment each open case is in exactly one list."""

import random
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from mentorkorps.backend.db import case_rows, sign_up_rows
from mentorkorps.backend.db.case_rows import CasePosition
from mentorkorps.backend.db.records import Scope
from mentorkorps.backend.desk import cases, lists
from mentorkorps.backend.desk.assignments import expire_some
from mentorkorps.backend.desk.case_state import MOVES, MoveRefused, is_closed, state_of
from mentorkorps.backend.desk.teams import CaseList, Member
from mentorkorps.backend.signups import lifecycle, retention
from tests.backend.conftest import KEY, both
from tests.backend.desk import ANNA, BO, CARL, DORA, EVERYBODY, desk_over

ERIK = Member(("erik",), frozenset({Scope("course", "odense-2027")}))
FRIDA = Member(("frida", "frida-before"), frozenset({Scope("municipality", "0329")}))
PEOPLE = (*EVERYBODY, ERIK, FRIDA)
STEPS = 90


@pytest.fixture
def desk(database, sound):
    with desk_over(database, sound, PEOPLE) as desk:
        yield desk


def page(desk, member, view, **more):
    rows = desk.read(lists.page, desk.roster, member, view, desk.now, **more)
    return [row.case.id for row in rows]


def where_it_is(snapshot, roster, now):
    """The lists in which each open case is seen, as people see them."""
    seen: dict[str, list[CaseList]] = {}
    in_team: dict[str, list[str]] = {}
    for member in roster.members:
        for row in lists.page(snapshot, roster, member, "mine", now, most=500):
            seen.setdefault(row.case.id, []).append(CaseList(member.id))
        for row in lists.page(snapshot, roster, member, "team", now, most=500):
            in_team.setdefault(row.case.id, []).append(member.id)
    for id, members in in_team.items():
        seen.setdefault(id, []).append(CaseList(None, tuple(members)))
    for row in lists.nobodys(snapshot, roster, most=500):
        seen.setdefault(row.case.id, []).append(CaseList(None))
    return seen


def where_it_should_be(snapshot, roster, ids):
    """The one list of each case that is open, and the sign-ups that wait."""
    cases_now = [case for id in ids if (case := case_rows.case_by_id(snapshot, id))]
    sign_ups = [one for id in ids if (one := sign_up_rows.sign_up_by_id(snapshot, id))]
    closed = {case.id for case in cases_now if is_closed(case.state)}
    waiting = {one.id for one in sign_ups if one.confirmed_at and not one.withdrawn_at} - closed
    return {case.id: [roster.list_of(case)] for case in cases_now if not case.closed_at}, waiting


def without(catalogue, table, id):
    records = {key: value for key, value in getattr(catalogue, table).items() if key != id}
    return replace(catalogue, **{table: MappingProxyType(records)})


class Chance:
    """What happens at a desk, drawn by a seed."""

    def __init__(self, desk, sound, seed):
        self.desk = desk
        self.sound = sound
        self.draw = random.Random(seed)
        self.ids = []

    def step(self):
        self.desk.now += timedelta(hours=self.draw.randrange(20))
        steps = (
            [self.come] * 3
            + [self.person] * 2
            + [self.work] * 8
            + [self.start] * 2
            + [self.bring_along, self.expire]
        )
        self.draw.choice(steps)()

    def programme(self):
        return self.draw.choice(
            [
                {"programme": "aaben"},
                {"programme": "smedenes-korps"},
                {"programme": "ukendt"},
                {"place": "0329"},
                {"place": "0580"},
                {"course": "odense-2027"},
            ]
        )

    def come(self):
        if "mentor" in self.desk.catalogue.forms:
            name = f"p{len(self.ids)}"
            self.ids.append(self.desk.come(name, **self.programme()))

    def person(self):
        if not self.ids:
            return
        id = self.draw.choice(self.ids)
        desk = self.desk
        match self.draw.choice(["withdraw", "resume", "move", "move", "erase", "link"]):
            case "withdraw":
                desk.change(lifecycle.withdraw, id, desk.now)
            case "resume":
                desk.change(lifecycle.resume, id, KEY, None, desk.now)
            case "move" if "mentor" in desk.catalogue.forms:
                moved = desk.submission(f"p{self.ids.index(id)}", **self.programme())
                desk.change(lifecycle.change, id, moved)
            case "erase" if self.draw.random() < 0.3:
                desk.change(retention.erase, id)
            case "link":
                desk.change(lifecycle.answer, id, desk.now)

    def work(self):
        desk, draw = self.desk, self.draw
        open_ids = [id for id in self.ids if (case := desk.case(id)) and not case.closed_at]
        ids = open_ids or [id for id in self.ids if desk.case(id)]
        if not ids or not desk.roster:
            return
        id, actor = draw.choice(ids), draw.choice(desk.roster.members).id
        to = draw.choice(desk.roster.members).id
        job, *values = draw.choice(
            [
                (cases.take, desk.roster),
                (cases.take, desk.roster),
                (cases.hand_over, desk.roster, to),
                (cases.release,),
                (cases.snooze, desk.now + timedelta(days=draw.randrange(9))),
                (cases.wake,),
                (cases.contact, "ringet"),
                (cases.note, "noteret"),
                (cases.decline, "other"),
                (cases.advance, draw.choice(sorted(MOVES[desk.case(id).state]))),
            ]
        )
        with suppress(cases.NotResponsible, cases.Closed, MoveRefused):
            desk.do(job, id, *values, actor=actor)

    def start(self):
        """The portal starts with other people, organisations, programmes and forms."""
        people = [one for one in PEOPLE if self.draw.random() < 0.5]
        catalogue = self.sound
        for table, id in (
            ("organisations", "smedene"),
            ("programmes", "aaben"),
            ("forms", "mentor"),
        ):
            if self.draw.random() < 0.25:
                catalogue = without(catalogue, table, id)
        self.desk.restart(catalogue, people)
        self.desk.return_lost()

    def bring_along(self):
        """A moment later, or long after."""
        self.desk.bring_along()

    def expire(self):
        self.desk.change(expire_some, self.desk.now)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_each_open_case_is_in_exactly_one_list(desk, sound, seed):
    chance = Chance(desk, sound, seed)
    waits, kinds_of_list = 0, set()
    for _ in range(STEPS):
        chance.step()
        seen = desk.read(where_it_is, desk.roster, desk.now)
        expected, waiting = desk.read(where_it_should_be, desk.roster, chance.ids)
        assert expected == seen
        assert waiting == set(seen)
        waits += len(waiting)
        kinds_of_list |= {(one.owner is None, bool(one.members)) for (one,) in seen.values()}
    for id in chance.ids:
        if case := desk.case(id):
            history = desk.history(id)
            assert (state_of(history), len(history)) == (case.state, case.version)
            assert is_closed(case.state) == (case.closed_at is not None)
    assert waits > STEPS
    assert {(False, False), (True, True), (True, False)} == kinds_of_list


@both
def test_a_view_shows_what_is_the_persons_to_do_oldest_first_and_page_by_page(desk):
    ids = []
    for number in range(7):
        desk.now += timedelta(minutes=1)
        ids.append(desk.come(f"p{number}"))
    desk.now += timedelta(minutes=1)
    others = desk.come("smed", programme="smedenes-korps", place="0580")
    desk.do(cases.take, ids[0], desk.roster)
    desk.do(cases.take, ids[1], desk.roster, actor="carl")
    desk.do(cases.snooze, ids[2], desk.now + timedelta(days=20))
    desk.do(cases.contact, ids[3])
    desk.do(cases.decline, ids[4], "other")
    desk.now += timedelta(days=7)

    def counts(member):
        found = desk.read(lists.counts, desk.roster, member, desk.now)
        assert found == {view: len(page(desk, member, view)) for view in lists.VIEWS}
        return found

    assert [ids[0], ids[5], ids[6]] == page(desk, ANNA, "new") == page(desk, ANNA, "late")
    assert [ids[0]] == page(desk, ANNA, "mine")
    assert [ids[2], ids[3], ids[5], ids[6]] == page(desk, ANNA, "team")
    assert [ids[2]] == page(desk, ANNA, "snoozed")
    assert [*ids[:4], *ids[5:]] == page(desk, ANNA, "covered") == page(desk, CARL, "covered")
    assert [others] == page(desk, BO, "new") == page(desk, BO, "team")
    assert [] == page(desk, DORA, "team")
    assert [*ids[:4], *ids[5:], others] == page(desk, DORA, "covered")
    assert 4 == counts(ANNA)["team"]
    assert {"new": 0, "late": 0, "mine": 0, "team": 0, "snoozed": 0, "covered": 0} == counts(ERIK)

    first = desk.read(lists.page, desk.roster, ANNA, "covered", desk.now, most=4)
    behind = CasePosition(first[-1].case.opened_at, first[-1].case.id)
    assert ids[5:] == page(desk, ANNA, "covered", after=behind)
    assert "p0" == first[0].sign_up.answer("name")


def test_one_case_is_shown_with_its_history_and_to_nobody_else(desk):
    id = desk.come("kim")
    desk.do(cases.take, id, desk.roster)
    desk.do(cases.note, id, "ringer i morgen")

    opened = desk.read(lists.whole_case, ANNA, id)

    assert ["taken", "note"] == [event.kind for event in opened.history]
    assert ("kim", "contact") == (opened.sign_up.answer("name"), opened.consents[0].consent)
    assert desk.read(lists.whole_case, BO, id) is None
    assert desk.read(lists.whole_case, ANNA, "0" * 32) is None


def test_what_looks_like_spam_is_one_teams_to_judge(desk):
    for number in range(5):
        desk.change(lifecycle.accept, desk.submission(f"p{number}", signs=("trap", "link")))
    desk.change(
        lifecycle.accept,
        desk.submission("smed", signs=("trap", "link"), programme="smedenes-korps"),
    )

    def doubtful(member, before=None, most=lists.PAGE):
        asked = desk.catalogue, desk.roster, member, before, most
        found, behind = desk.read(lists.doubtful, *asked)
        return [one.answer("name") for one in found], behind

    assert 5 == len(doubtful(ANNA)[0])
    assert (["smed"], None) == doubtful(BO) or ["smed", *doubtful(CARL)[0]]
    assert ([], None) == doubtful(DORA)
    some, behind = doubtful(ANNA, most=3)
    rest, behind = doubtful(ANNA, behind, most=3)
    assert 5 == len({*some, *rest})


def test_no_list_reads_through_a_whole_table(desk):
    desk.come("kim")

    def plans(snapshot):
        asked = []
        snapshot.driver.set_trace_callback(asked.append)
        for member in (ANNA, DORA):
            lists.counts(snapshot, desk.roster, member, desk.now)
            for view in lists.VIEWS:
                lists.page(snapshot, desk.roster, member, view, desk.now)
        snapshot.driver.set_trace_callback(None)
        explained = (snapshot.driver.execute(f"EXPLAIN QUERY PLAN {one}") for one in asked)
        return [step[-1] for steps in explained for step in steps]

    steps = desk.read(plans)
    assert any("ix_cases_open" in step for step in steps)
    tables = ("SCAN cases", "SCAN sign_ups", "SCAN case_scopes")
    assert not [step for step in steps if step.startswith(tables) and "USING" not in step]
