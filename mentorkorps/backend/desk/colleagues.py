"""The desk as one person sees it: what they answer, what they see, and what their colleagues are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mentorkorps.backend.db.case_rows import CasePosition, ListedCase
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.desk import lists
from mentorkorps.backend.desk.people import everybody, member_of, roster_of
from mentorkorps.backend.desk.permissions import may_anywhere
from mentorkorps.backend.desk.sessions import LoggedIn
from mentorkorps.backend.desk.teams import Member, Roster
from mentorkorps.backend.services import Services
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language

Tab = Literal["new", "late", "mine", "team", "snoozed", "covered", "nobodys"]


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """`answers`: the person with whose cases they may answer; of one who may answer none with what
    they see. `sees`: with whose cases they may see. `names`: of everybody, by each of their ids.
    """

    roster: Roster
    answers: Member
    sees: Member
    tabs: tuple[Tab, ...]
    names: Mapping[str, str]

    def page(
        self, snapshot: Snapshot, tab: Tab, now: datetime, after: CasePosition | None, most: int
    ) -> list[ListedCase]:
        """At most so many cases of a tab, oldest first. For a reader."""
        if tab == "nobodys":
            return lists.nobodys(snapshot, self.roster, after, most)
        member = self.sees if tab == "covered" else self.answers
        return lists.page(snapshot, self.roster, member, tab, now, after, most)

    def counts(self, snapshot: Snapshot, now: datetime) -> dict[Tab, int]:
        """How many cases each tab has. For a reader."""
        counts: dict[Tab, int] = dict(
            lists.counts(snapshot, self.roster, self.answers, now).items()
        )
        if self.sees != self.answers:
            seen = lists.counts(snapshot, self.roster, self.sees, now)
            counts["covered"] = seen["covered"]
        # Who sees everybody's is of the team of what nobody else has.
        counts["nobodys"] = counts["team"]
        return {tab: counts[tab] for tab in self.tabs}

    def name(self, actor: str, language: Language) -> str:
        """Who did something to a case, in words."""
        actors = words(language)["desk"]["actors"]
        return self.names.get(actor) or str(actors.get(actor, actors["gone"]))


def viewpoint(services: Services, logged_in: LoggedIn) -> Viewpoint:
    """The desk of who is logged in."""
    settings, catalogue, person = services.settings, services.catalogue, logged_in.person
    sees = member_of(settings, person, "see")
    does_answer = may_anywhere(person, "answer")
    roster = roster_of(settings, catalogue)
    tabs: tuple[Tab, ...] = lists.VIEWS if does_answer else ("covered",)
    if sees.is_national and not any(member.is_national for member in roster.members):
        tabs = (*tabs, "nobodys")
    return Viewpoint(
        roster=roster,
        answers=member_of(settings, person, "answer") if does_answer else sees,
        sees=sees,
        tabs=tabs,
        names={
            id: colleague.name
            for colleague in everybody(settings, catalogue)
            for id in member_of(settings, colleague, "see").ids
        },
    )
