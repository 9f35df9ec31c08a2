"""Who may do what at the desk: the matrix in the code, and the table in the guides for operators."""

from typing import get_args

import pytest

from mentorkorps.backend.desk.permissions import ACTIONS, MATRIX, may, scopes_of, sees_several
from mentorkorps.backend.recipients_file import ROLE_SCOPES, Grant, Person, Role
from tools import rights


def person(*grants: tuple[str, str]) -> Person:
    return Person("A", "a@example.org", tuple(Grant(role, id, 1) for role, id in grants))


@pytest.mark.parametrize("language", rights.PAGES)
def test_the_guide_has_the_table_of_the_code(language):
    page = rights.PAGES[language].read_text("utf-8")

    assert rights.table(language) in page
    assert page == rights.with_table(page, language)


def test_each_role_may_what_the_matrix_says_with_its_own_and_nothing_with_others():
    assert set(get_args(Role)) == set(MATRIX) == set(ROLE_SCOPES)
    for role, kind in ROLE_SCOPES.items():
        holder = person((role, "red" if kind else ""))
        for action in ACTIONS:
            own, foreign = [(kind or "organisation", "red")], [(kind or "organisation", "blue")]
            assert (action in MATRIX[role]) == may(holder, action, own), (role, action)
            assert (action in MATRIX[role] and kind is None) == may(holder, action, foreign)
            # The same id of another kind is another's.
            assert not (kind and may(holder, action, [("event", "red")]))


def test_rights_of_several_roles_add_up_without_widening_any():
    holder = person(("coordinator", "red"), ("trainer", "odense"))

    assert may(holder, "export", [("organisation", "red"), ("course", "odense")])
    assert not may(holder, "export", [("course", "odense")])
    assert {("organisation", "red"), ("course", "odense")} == scopes_of(holder, "see")
    assert not may(person(), "see", [("organisation", "red")])


def test_who_sees_more_than_one_organisation():
    several = [("national_coordinator", "")], [("municipal_coordinator", "0461")], [("auditor", "")]
    assert all(sees_several(person(*grants)) for grants in several)
    assert sees_several(person(("coordinator", "red"), ("coordinator", "blue")))
    assert not sees_several(person(("coordinator", "red"), ("chief_mentor", "red")))
