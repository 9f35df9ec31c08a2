"""Who may do what at the desk: one matrix of role and action, and of whose cases it holds.

Whoever may not is told that there is nothing (404): a refusal would tell that there is something.
"""

from collections.abc import Collection, Mapping
from typing import Literal, get_args

from mentorkorps.backend.recipients_file import Person, Role

Action = Literal["see", "answer", "match", "export", "settle"]
"""see: read cases with their answers and history. answer: take, contact, note, postpone, attendance.
match: propose and undo pairs. export: take lists out as files. settle: say yes, no, or that it is over.
"""
Scope = tuple[str, str]
"""A kind such as organisation, programme, municipality, course or event, and the record's first id.

A municipality is known by its code. The Scope of a case is such a pair.
"""

MATRIX: Mapping[Role, frozenset[Action]] = {
    "coordinator": frozenset(["see", "answer", "match", "export", "settle"]),
    "municipal_coordinator": frozenset(["see", "answer", "match", "settle"]),
    "chief_mentor": frozenset(["see", "answer"]),
    "trainer": frozenset(["see", "answer"]),
    "national_coordinator": frozenset(["see", "answer", "match", "export", "settle"]),
    "auditor": frozenset(["see"]),
}
ACTIONS: tuple[Action, ...] = get_args(Action)


def may(person: Person, action: Action, scopes: Collection[Scope]) -> bool:
    """Whether a person may do this with what belongs to these scopes, one of which is enough."""
    own = scopes_of(person, action)
    return own is None or any(scope in own for scope in scopes)


def may_anywhere(person: Person, action: Action) -> bool:
    """Whether there is anything at all with which the person may do this."""
    return any(action in MATRIX[grant.role] for grant in person.grants)


def scopes_of(person: Person, action: Action) -> frozenset[Scope] | None:
    """For whose cases the person may do this; None: for everybody's."""
    grants = [grant for grant in person.grants if action in MATRIX[grant.role]]
    if any(grant.scope_kind is None for grant in grants):
        return None
    return frozenset((grant.scope_kind, grant.id) for grant in grants if grant.scope_kind)


def acting_role(person: Person, action: Action, scopes: Collection[Scope] = ()) -> Role:
    """The role in which a person does this, as the log says it: the narrowest that allows it."""
    able = [grant for grant in person.grants if action in MATRIX[grant.role]]
    near = [grant for grant in able if (grant.scope_kind, grant.id) in scopes]
    return (near or able or list(person.grants))[0].role


def sees_several(person: Person) -> bool:
    """Whether the person sees people of more than one organisation.

    Who sees a whole municipality does, since several organisations work in one.
    """
    own = scopes_of(person, "see")
    return own is None or len(own) > 1 or any(kind == "municipality" for kind, _ in own)
