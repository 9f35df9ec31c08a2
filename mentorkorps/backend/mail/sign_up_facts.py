"""What a sign-up is, and what follows from it, said once for all who tell the person.

Receipt, confirmation, own page, offer and every mail take from here, so that no two of them differ.
It lies with the mails, beneath the pages that tell the same.

A page behind a private link tells all of it. A mail tells less, since others may read a mailbox:
never a programme, an organisation or a place that was typed, and of a course or an event of a union or of a leaders'
organisation nothing at all, because to be on it shows that somebody is a member (GDPR, article 9).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mentorkorps.backend.clock import after_working_days, danish_day, spoken
from mentorkorps.backend.db.records import PlaceState, SignUp, Turn
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.courses import Course, CourseDay, Event
from mentorkorps.catalogue.model.forms import MEANING_OF, Form, Meaning
from mentorkorps.catalogue.model.organisations import Programme
from mentorkorps.catalogue.model.places import Venue
from mentorkorps.interface.addresses import address
from mentorkorps.interface.dates import clock, weekday
from mentorkorps.interface.i18n import InterfaceWords, words
from mentorkorps.interface.languages import Language

TELLS_OF_MEMBERSHIP = ("union", "leaders")
"""Kinds of organisations of whose courses no mail tells."""
WITHOUT_PLACE: tuple[PlaceState, ...] = ("doubted", "pending", "waiting", "offered")
"""Somebody who may come to think of a place, and has none."""
LONGEST_GREETED = 40
WITHDRAWN_KEPT = timedelta(days=7)
"""So long somebody who withdrew can undo it, and the coordinator, who may have noted the person
elsewhere, still sees after a holiday who it was.
"""

Gathering = Course | Event


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the table of facts, in words. `is_mailed`: a mail may tell it."""

    label: str
    value: str
    is_mailed: bool = True


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers: a function, never a person. `within`: a number of working days, in words."""

    function: str
    organisation: str
    within: str
    by: date


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """A place or a turn in words. `number`: in the queue, from 1; None with a place."""

    state: PlaceState
    sentence: str
    number: int | None

    @property
    def is_without_place(self) -> bool:
        return self.state in WITHOUT_PLACE


@dataclass(frozen=True, slots=True)
class SignUpFacts:
    """The facts of one sign-up in one language.

    `noun`: what it is, as a heading; `what`: the same within a sentence, with its article. `about`:
    the course or event, if it is about one. `example`: a sentence that says that what it is about
    is made up, else empty. `answerer`: None where nobody is to answer. `outlook`: what happens once
    the address is confirmed; `limits`: what does not. `withdrawal`: what withdrawing does.
    `calendar`: the address of a calendar file from the root of the site, for who has a place.
    """

    language: Language
    noun: str
    what: str
    about: str | None
    table: tuple[Fact, ...]
    seat: SeatFacts | None
    answerer: Answerer | None
    example: str
    outlook: tuple[str, ...]
    limits: tuple[str, ...]
    withdrawal: str
    calendar: str | None
    is_calendar_mailed: bool
    greeting_name: str | None

    @property
    def is_without_place(self) -> bool:
        """Whether a place was asked for and is not there: not yet, or not any more."""
        return self.seat is not None and self.seat.state not in ("held", "taken")

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        return tuple((fact.label, fact.value) for fact in self.table)

    @property
    def mailed_rows(self) -> tuple[tuple[str, str], ...]:
        return tuple((fact.label, fact.value) for fact in self.table if fact.is_mailed)


def sign_up_facts(
    catalogue: Catalogue, sign_up: SignUp, turn: Turn | None, language: Language
) -> SignUpFacts:
    """`turn`: the place of the sign-up, if it has one and the reader may know."""
    return _Reading(catalogue, sign_up, turn, language).facts()


def answer_by(catalogue: Catalogue, sign_up: SignUp) -> date:
    """The last day on which an answer is in time, in working days.

    They count from the confirmation, or from the sign-up.
    """
    start = danish_day(sign_up.confirmed_at or sign_up.received_at)
    promise = catalogue.who_answers(_programme(catalogue, sign_up))
    return after_working_days(start, promise.working_days)


def when_and_where(
    days: Sequence[CourseDay], venue: Venue, language: Language
) -> Iterator[tuple[str, str]]:
    """A row a day, and one with the place: label and value."""
    texts = words(language)
    for number, day in enumerate(days, 1):
        label = texts.text("facts", "labels", "day" if len(days) > 1 else "when")
        hours = texts.text(
            "facts",
            "hours",
            day=weekday(day.date, language),
            start=clock(day.start, language),
            end=clock(day.end, language),
        )
        yield label.format(number=number), hours
    yield texts.text("facts", "labels", "where"), f"{venue.name.of(language)}, {venue.address}"


def shows_membership(catalogue: Catalogue, gathering: Gathering) -> bool:
    """Whether to be signed up for this course or event shows that somebody is a member."""
    programmes = (catalogue.programmes[id] for id in gathering.programmes)
    hosts = (gathering.organisation, *(programme.organisation for programme in programmes))
    types = (catalogue.organisations[id].type for id in hosts)
    return any(type in TELLS_OF_MEMBERSHIP for type in types)


def in_working_days(count: int, language: Language) -> str:
    """1 arbejdsdag, 5 working days."""
    name = "one_working_day" if count == 1 else "working_days"
    return words(language).text("reply", name, count=count)


@dataclass(frozen=True, slots=True)
class _Reading:
    catalogue: Catalogue
    sign_up: SignUp
    turn: Turn | None
    language: Language

    @property
    def words(self) -> InterfaceWords:
        return words(self.language)

    @property
    def form(self) -> Form | None:
        return self.catalogue.forms.get(self.sign_up.form)

    @property
    def kind(self) -> str:
        """What the form is for, by which its words are known."""
        return (self.form and self.form.purpose) or "other"

    @property
    def programme(self) -> Programme | None:
        return _programme(self.catalogue, self.sign_up)

    @property
    def gathering(self) -> Gathering | None:
        """The course or event in which the form gives a place, or of which it tells."""
        table = self.form.books if self.form else None
        if table is None and self.form and self.form.meaning("course") and self.kind != "join":
            table = "courses"
        id = self.sign_up.answer(MEANING_OF[table]) if table else None
        if table == "events":
            return self.catalogue.events.get(id or "")
        return self.catalogue.courses.get(id or "")

    def facts(self) -> SignUpFacts:
        seat, gathering = self._seat(), self.gathering
        has_place = seat is not None and seat.state == "taken"
        name = self.sign_up.answer("name") if self.sign_up.confirmed_at else None
        return SignUpFacts(
            language=self.language,
            noun=self._of_kind("noun"),
            what=self._of_kind("what"),
            about=self._called(gathering) if gathering else None,
            table=tuple(self._table(seat)),
            seat=seat,
            answerer=self._answerer(),
            example=self._text("example") if self._is_example() else "",
            outlook=tuple(self._outlook(seat)),
            limits=tuple(self._limits(seat)),
            withdrawal=self._withdrawal(seat),
            calendar=self._calendar(gathering) if gathering and has_place else None,
            is_calendar_mailed=not self._shows_membership(),
            greeting_name=_given_name(name or ""),
        )

    def _text(self, *path: str, **values: object) -> str:
        return self.words.text("facts", *path, **values)

    def _of_kind(self, name: str) -> str:
        return self._text("kinds", self.kind, name)

    def _table(self, seat: SeatFacts | None) -> Iterator[Fact]:
        yield Fact(self._text("labels", "what"), self._of_kind("noun"))
        if self.gathering:
            yield from self._of_gathering(self.gathering)
        if seat:
            yield Fact(self._text("labels", "seat"), seat.sentence)
        if self.programme:
            name = self._marked(self.programme.name.of(self.language), self.programme.example)
            yield Fact(self._text("labels", "programme"), name, is_mailed=False)
        if municipality := self.catalogue.municipalities.get(self.sign_up.answer("place") or ""):
            yield Fact(self._text("labels", "municipality"), municipality.name, is_mailed=False)
        if self.sign_up.code:
            yield Fact(self._text("labels", "code"), self.sign_up.code)
        if answerer := self._answerer():
            who = f"{answerer.function}, {answerer.organisation}"
            yield Fact(self._text("labels", "who"), who, is_mailed=False)
            if self.sign_up.confirmed_at and not self.sign_up.answered_at:
                yield Fact(self._text("labels", "by"), weekday(answerer.by, self.language))

    def _of_gathering(self, gathering: Gathering) -> Iterator[Fact]:
        is_mailed = not self._shows_membership()
        kind = "course" if isinstance(gathering, Course) else "event"
        yield Fact(self._text("labels", kind), self._called(gathering), is_mailed)
        for label, value in when_and_where(gathering.days, gathering.venue, self.language):
            yield Fact(label, value, is_mailed)
        if gathering.status == "cancelled":
            yield Fact(self._text("labels", "state"), self._text("cancelled"), is_mailed)

    def _called(self, gathering: Gathering) -> str:
        return self._marked(gathering.name.of(self.language), gathering.example)

    def _marked(self, name: str, is_example: bool) -> str:
        return self._text("marked", name=name) if is_example else name

    def _is_example(self) -> bool:
        records = [record for record in (self.gathering, self.programme) if record]
        organisations = self.catalogue.organisations
        return any(
            record.example or organisations[record.organisation].example for record in records
        )

    def _shows_membership(self) -> bool:
        return self.gathering is not None and shows_membership(self.catalogue, self.gathering)

    def _seat(self) -> SeatFacts | None:
        if self.turn is None:
            return None
        seat = self.turn.seat
        is_queued = seat.state in ("pending", "waiting")
        number = self.turn.ahead + 1
        until = spoken(seat.until, self.language) if seat.until else ""
        sentence = self.words.text("places", "states", seat.state, number=number, until=until)
        return SeatFacts(seat.state, sentence, number if is_queued else None)

    def _answerer(self) -> Answerer | None:
        if not self.sign_up.awaited:
            return None
        programme = self.programme
        promised = programme if programme and programme.answers else None
        organisation = (
            self.catalogue.organisations[promised.organisation]
            if promised
            else self.catalogue.portal()
        )
        promise = self.catalogue.who_answers(programme)
        return Answerer(
            function=promise.function.of(self.language),
            organisation=organisation.name.of(self.language),
            within=in_working_days(promise.working_days, self.language),
            by=answer_by(self.catalogue, self.sign_up),
        )

    def _outlook(self, seat: SeatFacts | None) -> Iterator[str]:
        if seat and seat.state in ("taken", "waiting"):
            yield self._text("seats", seat.state)
        if self.form and self.form.next:
            yield " ".join(self.form.next.of(self.language).split())
        elif self.form and self.form.journey and self.sign_up.awaited:
            yield self._text("talk")
        if seat and seat.state == "taken":
            yield self._text("practical")

    def _limits(self, seat: SeatFacts | None) -> Iterator[str]:
        if seat and seat.is_without_place:
            yield self._text("seats", "none_yet")
        elif not (seat or self.sign_up.awaited or self.sign_up.is_anonymous):
            yield self._text("unanswered")

    def _withdrawal(self, seat: SeatFacts | None) -> str:
        sentence = self._of_kind("withdrawal")
        if self._has_been_announced():
            sentence = f"{sentence} {self._text('told')}"
        if seat and seat.state in ("held", "taken", "offered"):
            sentence = f"{self._text('seats', 'goes_on')} {sentence}"
        elif seat and seat.is_without_place:
            sentence = f"{self._text('seats', 'turn_goes_on')} {sentence}"
        return sentence

    def _has_been_announced(self) -> bool:
        """Whether a coordinator gets a notice when it is withdrawn."""
        return self.sign_up.awaited and not self.sign_up.flagged

    def _calendar(self, gathering: Gathering) -> str:
        kind = "course" if isinstance(gathering, Course) else "event"
        file = self.words.text("calendar", kind)
        return address(kind, self.language, gathering.id) + file


def _programme(catalogue: Catalogue, sign_up: SignUp) -> Programme | None:
    meaning: Meaning = "programme"
    return catalogue.programmes.get(sign_up.answer(meaning) or "")


def _given_name(name: str) -> str | None:
    """The first of somebody's names, if it is one: what looks like anything else greets nobody."""
    first = name.split()[0] if name.split() else ""
    letters = first.replace("-", "").replace("'", "").replace("’", "").rstrip(".")
    return first if letters.isalpha() and len(first) <= LONGEST_GREETED else None
