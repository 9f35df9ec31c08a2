"""A case follows its sign-up, and what people of the desk do with it stays in its history."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from mentorkorps.backend.clock import is_working_hour
from mentorkorps.backend.db import backup, case_rows, connect, operator_reads, rotation
from mentorkorps.backend.db.records import Scope
from mentorkorps.backend.desk import cases, lists
from mentorkorps.backend.desk.assignments import expire_some
from mentorkorps.backend.desk.case_job import CaseJob
from mentorkorps.backend.desk.case_state import MoveRefused
from mentorkorps.backend.desk.cases import Closed, Conflict, Edit, NoCase, NotResponsible
from mentorkorps.backend.desk.scopes import scope_hash, scope_named
from mentorkorps.backend.desk.teams import Member
from mentorkorps.backend.signups import lifecycle, retention
from tests.backend.conftest import KEY, MONDAY, Hands, awaited, both, eventually, opened
from tests.backend.desk import ANNA, BO, DORA, EVERYBODY, ODENSE, PORTAL, desk_over
from tests.backend.test_store import read_settings

NEWER = "a-newer-key-for-the-tests"


@pytest.fixture
def desk(database, sound):
    with desk_over(database, sound) as desk:
        yield desk


def kinds(desk, id):
    return [event.kind for event in desk.history(id)]


@both
def test_a_case_is_opened_at_the_confirmation_and_goes_with_its_sign_up(desk):
    id = desk.change(lifecycle.accept, desk.submission("kim")).id
    assert desk.case(id) is None

    desk.change(lifecycle.confirm, id, desk.catalogue, desk.now)
    desk.change(lifecycle.confirm, id, desk.catalogue, desk.now)

    case = desk.case(id)
    assert ("join", "new", 0, None) == (case.kind, case.state, case.version, case.owner)
    assert {PORTAL, Scope("programme", "aaben"), ODENSE} == case.scopes
    assert (3, date(2026, 11, 26)) == (case.promised_days, case.due_on)
    desk.do(cases.note, id, "ringede, intet svar")
    desk.change(lifecycle.withdraw, id, desk.now)
    assert ("ended", True) == (desk.case(id).state, desk.case(id).closed_at is not None)
    with pytest.raises(Closed):
        desk.do(cases.advance, id, "contacted")
    desk.change(lifecycle.resume, id, KEY, None, desk.now)
    assert ("new", None) == (desk.case(id).state, desk.case(id).closed_at)
    assert ["note", "withdrawn", "resumed"] == kinds(desk, id)

    with pytest.raises(DatabaseError):
        desk.change(lambda one: one.execute(text("UPDATE case_events SET kind = 'taken'")))
    with pytest.raises(DatabaseError):
        desk.change(lambda one: one.execute(text("DELETE FROM case_events")))
    assert ["note", "withdrawn", "resumed"] == kinds(desk, id)

    desk.change(retention.erase, id)
    left = "SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM case_scopes), (SELECT count(*) FROM case_events)"
    assert (0, 0, 0) == tuple(desk.read(lambda one: one.execute(text(left)).one()))


def test_what_looks_like_spam_gets_its_case_when_somebody_says_that_it_is_none(desk):
    doubtful = desk.change(lifecycle.accept, desk.submission("kim", signs=("trap", "link"))).id
    assert desk.sign_up(doubtful).flagged
    desk.change(lifecycle.restore, doubtful, desk.now)
    assert desk.case(doubtful) is None

    desk.change(lifecycle.confirm, doubtful, desk.catalogue, desk.now)

    assert desk.case(doubtful)
    evidence = desk.come("lis", signs=("trap", "link"))
    assert desk.case(evidence), "who confirms reads the mailbox"


def test_what_nobody_is_to_answer_gets_no_case(desk):
    silent = replace(desk.submission("kim"), awaited=False)
    id = desk.change(lifecycle.accept, silent).id
    desk.change(lifecycle.confirm, id, desk.catalogue, desk.now)

    assert desk.case(id) is None


def test_both_ways_to_answer_agree(desk):
    by_link, at_the_desk, refused = desk.come("kim"), desk.come("lis"), desk.come("mia")
    desk.now += timedelta(hours=1)

    desk.change(lifecycle.answer, by_link, desk.now)
    desk.do(cases.contact, at_the_desk, "aftalt at ringe torsdag")
    desk.do(cases.decline, refused, "too_young", "du skal være 18", actor="carl")

    assert ["contacted", "contacted", "declined"] == [
        desk.case(id).state for id in (by_link, at_the_desk, refused)
    ]
    assert {desk.now} == {desk.sign_up(id).answered_at for id in (by_link, at_the_desk, refused)}
    told = [desk.history(id)[0] for id in (by_link, at_the_desk, refused)]
    assert ["mailbox", "anna", "carl"] == [event.actor for event in told]
    assert "aftalt at ringe torsdag" == told[1].detail.text
    assert ("too_young", "du skal være 18") == (told[2].detail.reason, told[2].detail.text)


def test_whoever_comes_second_gets_both_texts_and_nothing_is_lost(desk):
    id = desk.come("kim")
    before = desk.edit(id)
    desk.do(cases.note, id, "mit", actor="carl")

    for late in (
        lambda: desk.change(cases.note, before, "dit"),
        lambda: desk.change(cases.contact, before, "dit"),
        lambda: desk.change(cases.snooze, before, desk.now + timedelta(days=2), "dit"),
        lambda: desk.change(cases.decline, before, "other", "dit"),
        lambda: desk.change(cases.advance, before, "ready", "dit"),
        lambda: desk.change(cases.release, before, "dit"),
        lambda: desk.change(cases.hand_over, before, desk.roster, "dora", "dit"),
    ):
        with pytest.raises(Conflict) as conflict:
            late()
        assert "dit" == conflict.value.mine.text
        assert ["mit"] == [event.detail.text for event in conflict.value.theirs]
        assert 1 == conflict.value.case.version
    for late in (cases.wake, lambda one, edit: cases.take(one, edit, desk.roster)):
        with pytest.raises(Conflict):
            desk.change(late, before)

    desk.change(cases.note, replace(before, version=1), "dit")
    assert ["mit", "dit"] == [event.detail.text for event in desk.history(id)]


def test_only_who_may_answer_a_case_has_it(desk):
    id = desk.come("kim")

    with pytest.raises(NotResponsible):
        desk.do(cases.take, id, desk.roster, actor="bo")
    assert "carl" == desk.do(cases.take, id, desk.roster, actor="carl").owner
    with pytest.raises(NotResponsible):
        desk.do(cases.hand_over, id, desk.roster, "nobody", actor="carl")
    assert "dora" == desk.do(cases.hand_over, id, desk.roster, "dora", "kender hende").owner
    assert desk.do(cases.release, id, actor="dora").owner is None
    assert ["taken", "handed_over", "released"] == kinds(desk, id)
    with pytest.raises(NoCase):
        desk.change(cases.wake, replace(desk.edit(id), case="0" * 32))
    with pytest.raises(MoveRefused):
        desk.do(cases.advance, id, "matched")
    desk.do(cases.decline, id, "other")
    with pytest.raises(Closed):
        desk.do(cases.take, id, desk.roster)
    assert "contacted" == desk.do(cases.advance, id, "contacted").state


def test_who_moves_to_another_programme_is_another_teams_case(desk):
    id = desk.come("kim")
    desk.do(cases.take, id, desk.roster)

    desk.change(lifecycle.change, id, desk.submission("kim", programme="smedenes-korps"))

    assert ("smedene", None) == (
        next(scope.id for scope in desk.case(id).scopes if scope.kind == "organisation"),
        desk.case(id).owner,
    )
    assert ["taken", "unassigned"] == kinds(desk, id)


@both
def test_what_was_taken_and_not_answered_in_the_promised_days_is_the_teams_again(desk):
    ids = answered, resting, forgotten, free = [desk.come(name) for name in ("a", "b", "c", "d")]
    told = []

    def tell(transaction, case, at):
        told.append((case.id, case.owner))

    for id in ids[:3]:
        assert date(2026, 11, 26) == desk.do(cases.take, id, desk.roster).give_back_on
    assert desk.do(cases.contact, answered).give_back_on is None
    desk.now += timedelta(days=2)
    rest = desk.now + timedelta(days=5)
    assert date(2026, 12, 1) == desk.do(cases.snooze, resting, rest).give_back_on
    assert date(2026, 11, 26) == desk.do(cases.wake, resting).give_back_on
    rest = desk.now + timedelta(days=2)
    assert date(2026, 11, 30) == desk.do(cases.snooze, resting, rest).give_back_on
    desk.now += timedelta(days=1)
    assert 0 == desk.change(expire_some, desk.now, tell)
    desk.now += timedelta(days=1)

    assert 1 == desk.change(expire_some, desk.now, tell)
    assert 0 == desk.change(expire_some, desk.now, tell)

    assert [(forgotten, "anna")] == told
    assert [None, "anna", "anna"] == [desk.case(id).owner for id in (forgotten, answered, resting)]
    last = desk.history(forgotten)[-1]
    assert ("expired", "system", "anna") == (last.kind, last.actor, last.detail.person)
    assert "expired" not in kinds(desk, free)
    desk.now += timedelta(days=4)
    assert 1 == desk.change(expire_some, desk.now)
    assert [("returned", resting)] == [
        (mail.kind, mail.subject.id)
        for mail in operator_reads.mails(desk.settings)
        if mail.kind not in ("confirm", "receipt", "notice")
    ]


@pytest.mark.parametrize(
    ("moment", "is_so"),
    [
        ("2026-11-23 07:00", True),
        ("2026-11-23 06:59", False),
        ("2026-11-23 14:59", True),
        ("2026-11-23 15:00", False),
        ("2026-11-28 10:00", False),
        ("2026-12-25 10:00", False),
        ("2026-07-01 06:00", True),
    ],
)
def test_assignments_expire_on_working_days_from_8_to_16_in_denmark(moment, is_so):
    assert is_so == is_working_hour(datetime.fromisoformat(moment).replace(tzinfo=UTC))


@both
def test_sign_ups_from_before_the_desk_get_their_cases_also_after_a_kill_half_way(database, sound):
    with desk_over(database, sound, is_there=False) as desk:
        waiting = {desk.come(f"w{number}") for number in range(60)}
        answered = desk.come("svaret")
        desk.change(lifecycle.answer, answered, desk.now)
        desk.change(lifecycle.accept, desk.submission("ubekræftet"))
    with desk_over(database, sound) as desk:
        assert 50 == desk.change(desk.keeper.open_some, desk.now)
    with desk_over(database, sound) as desk:
        desk.bring_along()
        desk.bring_along()

        opened = desk.read(
            lambda one: one.execute(text("SELECT sign_up FROM cases")).scalars().all()
        )
        assert waiting == set(opened)


@both
def test_a_rotation_of_the_keys_takes_scopes_and_history_along(database, sound):
    with desk_over(database, sound) as desk:
        id = desk.come("kim")
        desk.do(cases.note, id, "kun for os")
    newer = replace(read_settings(database), secret_keys=(NEWER, KEY))

    rotation.rotate(newer)

    alone = replace(newer, secret_keys=(NEWER,))
    with connect.opened_to_read(alone) as snapshot:
        assert ["kun for os"] == [event.detail.text for event in case_rows.history(snapshot, id)]
        case = case_rows.case_by_id(snapshot, id)
        known = snapshot.execute(text("SELECT scope FROM case_scopes")).scalars().all()
    assert PORTAL in case.scopes
    assert {scope_hash(NEWER, scope) for scope in case.scopes} == set(known)


@both
def test_the_months_of_a_case_count_from_the_last_that_happened_to_it(desk):
    followed, forgotten = desk.come("kim"), desk.come("lis")
    months = desk.catalogue.forms["mentor"].retention.months
    desk.now += timedelta(days=100)
    desk.do(cases.contact, followed, "aftalt et møde")
    desk.do(cases.decline, followed, "other")

    def left():
        due = desk.read(retention.due, desk.catalogue, desk.now)
        desk.change(retention.purge_batch, due.ended, due.ids)
        return [id for id in (followed, forgotten) if desk.case(id)]

    desk.now = MONDAY + timedelta(days=31 * months)
    assert [followed] == left()
    desk.now += timedelta(days=95)
    assert [followed] == left()
    desk.now += timedelta(days=10)
    assert [] == left()


@both
def test_a_backup_holds_cases_and_gives_them_back(desk, database, tmp_path, request):
    id = desk.come("kim")
    desk.do(cases.note, id, "ringer torsdag")
    before = desk.case(id), desk.history(id)
    other = f"sqlite:///{tmp_path}/other/m.db"
    if "sqlite" in database:
        other = request.getfixturevalue("cluster").fresh()

    backup.write_backup(desk.settings, tmp_path / "one.backup")
    backup.restore_backup(read_settings(other), tmp_path / "one.backup")

    with desk_over(other, desk.catalogue) as moved:
        assert before == (moved.case(id), moved.history(id))
        assert [id] == [
            row.case.id for row in moved.read(lists.page, moved.roster, ANNA, "new", moved.now)
        ]
        with pytest.raises(DatabaseError):
            moved.change(lambda one: one.execute(text("DELETE FROM case_events")))
        moved.change(retention.erase, id)
        assert moved.case(id) is None


def test_nothing_of_a_case_tells_whose_it_is_or_what_was_said(desk, database):
    id = desk.come("kim", programme="smedenes-korps")
    desk.do(cases.note, id, "er medlem af smedene", actor="carl")

    rows = desk.read(
        lambda one: [
            str(row)
            for table in ("cases", "case_scopes", "case_events")
            for row in one.execute(text(f"SELECT * FROM {table}"))
        ]
    )
    assert not any(word in row for row in rows for word in ("smede", "kim", "medlem", "0461"))


def test_an_owner_is_known_by_a_newer_key_when_the_desk_starts_with_it(desk):
    id = desk.come("kim")
    desk.do(cases.take, id, desk.roster)
    people = (replace(ANNA, ids=("anna2", "anna")), BO, DORA)

    desk.restart(desk.catalogue, people)
    desk.bring_along()
    assert "anna2" == desk.case(id).owner

    desk.restart(desk.catalogue, EVERYBODY[1:])
    desk.bring_along()
    assert desk.case(id).owner is None
    assert ["taken", "unassigned"] == kinds(desk, id)


@pytest.mark.parametrize("database", ["server"], indirect=True)
def test_of_two_who_take_a_case_at_once_one_has_it(desk, database):
    id = desk.come("kim")
    edits = [desk.edit(id, actor) for actor in ("anna", "carl")]

    with ThreadPoolExecutor(1) as pool, connect.opened_to_write(desk.settings) as other:
        with desk.runner.transaction() as transaction:
            cases.take(transaction, edits[0], desk.roster)
            late = pool.submit(other.run_job, cases.take, edits[1], desk.roster)
            time.sleep(0.05)
        with pytest.raises(Conflict) as conflict:
            late.result()

    assert ["anna"] == [event.actor for event in conflict.value.theirs]
    assert ("anna", 1) == (desk.case(id).owner, desk.case(id).version)


def test_a_record_that_got_another_id_is_still_the_same_teams(desk, sound):
    id = desk.come("kim")
    desk.do(cases.take, id, desk.roster)
    record = replace(sound.organisations["portal"], id="portalen", was=("portal",))
    programme = replace(sound.programmes["aaben"], organisation="portalen")
    renamed = replace(
        sound,
        organisations=MappingProxyType(
            {**sound.organisations, "portal": record, "portalen": record}
        ),
        programmes=MappingProxyType({**sound.programmes, "aaben": programme}),
    )

    desk.restart(renamed, EVERYBODY)
    desk.bring_along()

    assert ("anna", 1) == (desk.case(id).owner, desk.case(id).version)
    assert PORTAL == scope_named(renamed, "organisation", "portalen")


class Guard:
    """A clock that is believed, or is not."""

    is_believed = True

    async def look(self):
        return self


def test_the_desk_looks_after_its_cases_by_itself(database, sound, caplog):
    caplog.set_level(logging.INFO, "mentorkorps.backend.desk")
    with desk_over(database, sound, is_there=False) as desk:
        waiting = desk.come("kim")
    hands, guard, told = Hands(), Guard(), []

    async def look():
        running = connect.open_database(desk.settings, desk.follow)
        try:
            job = CaseJob(
                running, desk.keeper, hands, guard, lambda _, case, at: told.append(case.id)
            )
            await job.look()
            edit = Edit("anna", waiting, 0, hands.now)
            await running.change(cases.take, edit, desk.roster)
            for moment, is_believed in (
                (datetime(2026, 11, 26, 14, tzinfo=UTC), True),
                (datetime(2026, 11, 27, 5, tzinfo=UTC), True),
                (datetime(2026, 11, 27, 9, tzinfo=UTC), False),
                (datetime(2026, 11, 28, 9, tzinfo=UTC), True),
            ):
                hands.pass_until(moment)
                guard.is_believed = is_believed
                await job.look()
                assert [] == told, moment
            hands.pass_until(datetime(2026, 11, 30, 7, tzinfo=UTC))
            await job.look()
            await job.look()
        finally:
            running.close()

    awaited(look())

    assert [waiting] == told
    assert [
        "cases: 1 opened for sign-ups that waited",
        "cases: 1 not answered in time are their teams' again",
    ] == [
        one.getMessage()
        for one in caplog.records
        if one.name.startswith("mentorkorps.backend.desk")
    ]


def test_the_person_takes_along_what_was_noted_and_not_who_noted_it(tmp_path, real):
    url = f"sqlite:///{tmp_path}/var/mentorkorps.db"
    people = (Member(("annas-id",), None),)
    with desk_over(url, real, people) as desk:
        id = desk.come("kim", programme="mentorkorps-aabent-hold")
        desk.do(cases.contact, id, "Mødes torsdag", actor="annas-id")
    with opened(tmp_path, real, Hands(), DATABASE_URL=url) as portal:
        file = portal.client.post(f"/mine/{portal.signed('mine', id)}/download")

    assert "annas-id" not in file.text
    case = file.json()["case"]
    assert ("contacted", "2026-11-30") == (case["state"], case["answer_due"])
    assert [("contacted", "Mødes torsdag")] == [
        (event["kind"], event["text"]) for event in case["events"]
    ]


PEOPLE = """
default: post@example.org
people:
- {name: Mette Lund, email: mette@example.org, roles: [{role: municipal_coordinator, municipality: "0461"}]}
"""


def test_a_server_keeps_cases_where_its_file_names_people(tmp_path, real):
    folder = tmp_path / "recipients.yaml"
    folder.write_text("default: post@example.org")

    def owners_and_states(portal):
        statement = "SELECT owner IS NULL, state FROM cases ORDER BY opened_at"
        return [tuple(row) for row in portal.rows(statement)]

    with opened(tmp_path, real, Hands(), RECIPIENTS=str(folder)) as portal:
        portal.post()
        portal.client.post(portal.link("confirm"))
        assert [] == owners_and_states(portal)

    folder.write_text(PEOPLE)
    with opened(tmp_path, real, Hands(), RECIPIENTS=str(folder)) as portal:
        eventually(lambda: [(True, "new")] == owners_and_states(portal))
        portal.post(email="bo@example.org")
        confirm = portal.link("confirm")
        assert [(True, "new")] == owners_and_states(portal)
        portal.client.post(confirm)
        assert [(True, "new")] * 2 == owners_and_states(portal)
        portal.client.post(f"{portal.desk()}/answered")
        assert {(True, "new"), (True, "contacted")} == set(owners_and_states(portal))
        mine = f"/mine/{portal.token('mine', portal.sign_ups()[-1])}"
        portal.client.post(f"{mine}/withdraw")
        assert {(True, "new"), (True, "ended")} == set(owners_and_states(portal))
        portal.client.post(f"{mine}/delete", data={"sure": "yes"})
        assert [(True, "new")] == owners_and_states(portal)
