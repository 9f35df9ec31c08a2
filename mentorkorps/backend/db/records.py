"""What is kept, as the rest of the backend sees it: one frozen record a row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from mentorkorps.catalogue.model.forms import Meaning
from mentorkorps.forms.answers import Value, answer_by_meaning
from mentorkorps.interface.languages import Language

SubjectKind = Literal["sign_up", "mailbox", "address", "recipient", "service", "erased", "login"]
MailState = Literal["queued", "sending", "sent", "retry", "failed"]
Stop = Literal["ahead", "behind", "large_purge"]
BatchState = Literal["draft", "waiting", "held", "leaving", "done", "cancelled"]
PlaceState = Literal[
    "held", "doubted", "pending", "taken", "waiting", "offered", "expired", "given_up", "cancelled"
]

Sign = Literal["trap", "unproved", "hasty", "stale", "link", "crowd", "forged", "spent", "silenced"]
"""What speaks for spam; what each weighs stands in `security.spam`."""

ScopeKind = Literal["organisation", "programme", "municipality", "course", "event"]
CaseState = Literal[
    "new",
    "contacted",
    "talk_agreed",
    "course_day_1",
    "course_day_2",
    "ready",
    "proposed",
    "matched",
    "active",
    "paused",
    "ended",
    "declined",
]
CaseEventKind = Literal[
    CaseState,
    "taken",
    "handed_over",
    "released",
    "expired",
    "unassigned",
    "snoozed",
    "woken",
    "contact",
    "note",
    "withdrawn",
    "resumed",
]
"""What happened to a case. A state: it came to that.

taken, handed_over, released: whose it is. expired: not answered in time, so the team's again. unassigned: its owner
is not there any more, or may not answer it. contact: with the person, and the state stays. withdrawn, resumed: by the
person.
"""


@dataclass(frozen=True, slots=True)
class SignUp:
    """A sign-up as it is kept. `asked_at` is when its confirmation was last asked for.

    `silenced`: its address had its share of mails that day, so that one mail later asks for all that wait there.
    `addressee`: what the mailbox is known by. `readdressed`: how often the address was changed. `awaited`: somebody is
    to answer.
    `code`: a number to refer to in place of a name. `signs`: what speaks for spam; `flagged` as long as they weigh
    enough and nobody took the doubt away.
    """

    id: str
    form: str
    language: Language
    answers: dict[str, Value]
    flagged: bool
    received_at: datetime
    asked_at: datetime
    confirmed_at: datetime | None
    answered_at: datetime | None
    withdrawn_at: datetime | None
    silenced: bool
    awaited: bool = True
    code: str | None = None
    signs: tuple[Sign, ...] = ()
    addressee: str | None = None
    readdressed: int = 0

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody can be written to."""
        return self.email is None

    @property
    def email(self) -> str | None:
        """The address to write to; None where the form asks for none."""
        return self.answer("email")

    def answer(self, meaning: Meaning) -> str | None:
        """The answer of that meaning, whatever its question is called today, also if the form is gone."""
        return answer_by_meaning(self.answers, meaning)

    @property
    def asked_stamp(self) -> str:
        """Tells one asking for confirmation from another."""
        return f"{self.asked_at.timestamp() * 1_000_000:.0f}"


@dataclass(frozen=True, slots=True)
class ListedSignUp:
    """What a line of a list tells of a sign-up: all but its answers."""

    id: str
    form: str
    received_at: datetime
    confirmed_at: datetime | None
    answered_at: datetime | None
    withdrawn_at: datetime | None
    awaited: bool
    flagged: bool
    code: str | None


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a sign-up, without its answers: withdrawn, unconfirmed, unanswered, answered or received."""

    id: str
    form: str
    received_at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """The last moment that was seen and believed, and what has stopped the irreversible since, if anything has.

    `doubted_at`: what the clock showed when it was last looked at in doubt; it had been steady for `steady_seconds`.
    """

    seen_at: datetime
    stop: Stop | None = None
    doubted_at: datetime | None = None
    steady_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """Since when the time of a form's sign-ups is over: asked in vain to confirm, confirmed or withdrawn by then."""

    form: str
    now: datetime
    unconfirmed: datetime
    confirmed: datetime
    withdrawn: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """How many there are by outcome and by state, and since when the oldest of them wait."""

    sign_ups: dict[str, int]
    mails: dict[str, int]
    oldest_unsent: datetime | None
    oldest_unanswered: datetime | None
    oldest_failed: datetime | None
    doubtful: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many sign-ups of a month (2026-11, when they came) were deleted, by what had become of them."""

    form: str
    month: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class Bookable:
    """What has places: a record of the table `kind` (courses or events)."""

    kind: str
    record: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A sign-up's place, or its turn in the queue for one.

    Nobody has confirmed the address: held (a place, until it is confirmed), doubted (a number, and a place or a turn
    once it is confirmed), pending (a number in the queue). Somebody has: taken (for good), waiting (by its number),
    offered (may be taken until then). expired, given_up, cancelled: over.
    """

    sign_up: str
    bookable: Bookable
    state: PlaceState
    number: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A seat, and how many wait before it."""

    seat: Seat
    ahead: int


@dataclass(frozen=True, slots=True)
class GivenConsent:
    consent: str
    version: str
    given_at: datetime
    withdrawn_at: datetime | None


def standing_versions(consents: Iterable[GivenConsent]) -> dict[str, str]:
    """What was agreed to and not taken back: the version of its text, by the consent's id."""
    return {
        consent.consent: consent.version for consent in consents if consent.withdrawn_at is None
    }


@dataclass(frozen=True, slots=True)
class Subject:
    """What a mail is about.

    sign_up: the sign-up of that id. mailbox: all that waits at the mailbox that is known by that keyed hash, as
    `SignUp.addressee`. recipient: the mailbox of the settings that is known by that keyed hash. service: the service
    itself. address: all that is kept of a mailbox, known as before.
    login: somebody's wish to log in at the desk.
    erased: a sign-up that is there no more; what the mail needs of it lies in its `details`.
    """

    kind: SubjectKind
    id: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Mails of one kind about one thing, to many. `about`: `<table>/<id>` of a public record, or of a municipality.

    draft: leaves when somebody sends it. waiting: leaves by itself at `due_at`. held: does not. leaving: its mails are
    being queued. done, cancelled: over. `content`: what its mails tell, public facts as JSON. `mails`: how many were
    queued.
    """

    id: str
    kind: str
    about: str
    state: BatchState
    content: str
    created_at: datetime
    due_at: datetime | None
    mails: int = 0


@dataclass(frozen=True, slots=True)
class Announced:
    """A public record as it was when it was last looked at: `facts` as JSON. `opened_at`: when it was seen to open."""

    kind: str
    record: str
    facts: str
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail of a batch on its way into the outbox: its lasting id, the sign-up that it goes to, and its details."""

    id: str
    sign_up: str
    details: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in the outbox: queued, sending, sent, retry or failed. `error` holds code and class only.

    `kind`: the name of a kind, see mail/kinds; another version of the code may have written one that this does not
    know. `waiting`: how many a mail of the morning is about. A failed mail was given up at `due_at`.
    `details`: the names of the answers that were changed, apart by commas; of an erased sign-up what is encrypted of it
    until the mail has left; of a login who asks for it, and nothing where nobody of that address may.
    `turn`: the place of its sign-up at the moment when it leaves, for mails to persons; it stands in no row of the
    outbox.
    """

    id: str
    subject: Subject
    kind: str
    state: MailState
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    error: str | None
    waiting: int | None = None
    details: str | None = None
    turn: Turn | None = None


class Scope(NamedTuple):
    """Whose a case is, in one respect: a record by its first id (a municipality by its code)."""

    kind: ScopeKind
    id: str


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """What is encrypted of an event: words, the reason of a no, to whom it went, until when it rests."""

    text: str = ""
    reason: str | None = None
    person: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One entry of a case's history, numbered from 1. `actor`: the id of a person of the desk, or person, system."""

    number: int
    at: datetime
    actor: str
    kind: CaseEventKind
    detail: CaseDetail = CaseDetail()


@dataclass(frozen=True, slots=True)
class Case:
    """What a sign-up that somebody must answer is to the desk; its id is the sign-up's.

    `kind`: the purpose of its form when it was opened. `version`: the number of its last event, 0 at first.
    `due_on`: the last day on which an answer is in time, `promised_days` working days after it was opened.
    `give_back_on`: its owner's last day to answer; None once that is done. `scopes`: whose it is.
    """

    id: str
    kind: str
    state: CaseState
    version: int
    scopes: frozenset[Scope]
    promised_days: int
    due_on: date
    owner: str | None
    taken_at: datetime | None
    give_back_on: date | None
    snoozed_until: datetime | None
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
