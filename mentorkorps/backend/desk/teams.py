"""Who answers which case: a list is one person's or one team's, and each open case is in exactly one.

A team is not kept: it is everybody whose scope covers a case. Where that is nobody it is those who
answer for the whole country, and where there are none, the mailbox that hears of everything else.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mentorkorps.backend.db.records import Case, Scope
from mentorkorps.backend.desk.scopes import scope_hash


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may answer cases.

    `ids`: what the person is known by under each of the secret keys, the first key first.
    `scopes`: whose cases they may answer, by first ids (see `scope_named`); None: everybody's.
    """

    ids: tuple[str, ...]
    scopes: frozenset[Scope] | None

    @property
    def id(self) -> str:
        return self.ids[0]

    @property
    def is_national(self) -> bool:
        return self.scopes is None

    def covers(self, scopes: Collection[Scope]) -> bool:
        return self.scopes is None or not self.scopes.isdisjoint(scopes)


@dataclass(frozen=True, slots=True)
class CaseList:
    """Where a case is: with its `owner`, or with a team of `members`; without either in the mailbox
    that hears of everything else.
    """

    owner: str | None
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody who may answer cases, by the settings. `keys`: the secret keys."""

    members: tuple[Member, ...]
    keys: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.members)

    def member(self, id: str | None) -> Member | None:
        """Whoever is known by that id, under any of the keys."""
        return next((member for member in self.members if id in member.ids), None)

    def owner(self, id: str | None, scopes: Collection[Scope]) -> Member | None:
        """The same where they may answer a case of these scopes."""
        member = self.member(id)
        return member if member and member.covers(scopes) else None

    def team(self, scopes: Collection[Scope]) -> tuple[Member, ...]:
        """Who answers a case of these scopes while it has no owner."""
        local = tuple(one for one in self.members if not one.is_national and one.covers(scopes))
        return local or tuple(member for member in self.members if member.is_national)

    def list_of(self, case: Case) -> CaseList:
        """The one list that an open case is in."""
        if owner := self.owner(case.owner, case.scopes):
            return CaseList(owner.id)
        return CaseList(None, tuple(member.id for member in self.team(case.scopes)))

    def hashes(self, scopes: Collection[Scope]) -> frozenset[str]:
        """What scopes are known by, under each of the keys."""
        return frozenset(scope_hash(key, scope) for key in self.keys for scope in scopes)

    @property
    def ids(self) -> frozenset[str]:
        """All that somebody is known by."""
        return frozenset(id for member in self.members for id in member.ids)

    @property
    def covered(self) -> frozenset[Scope]:
        """The scopes that somebody answers for in particular."""
        return frozenset[Scope]().union(*(member.scopes or () for member in self.members))
