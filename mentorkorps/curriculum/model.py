"""The records of the curriculum. `…Facts` are what a file's front matter says; the text is added
to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Annotated, Literal, Self

from mentorkorps.catalogue.model.text import Id, Refers, Text, Title
from mentorkorps.catalogue.yaml_nodes import Place
from mentorkorps.curriculum.markdown import BLANK, Block
from mentorkorps.interface.languages import Language

ActivityKind = Literal[
    "input", "exercise", "plenary", "individual", "demo", "role-play", "guest", "survey", "paper"
]
PaperKind = Literal["handout", "tool", "sheet", "trainer", "mail"]
Audience = Literal["participants", "trainers", "mentees", "coordinators"]

MAIL_BLANKS = ("course", "days", "venue", "cost", "trauma", "needs", "prevented")
"""What a letter may leave open, as `{course}`: each dated course fills it in."""
NEVER_SHORTER = ("d1-m2", "d1-m3")
"""Trauma awareness and boundaries: neither a short variant nor a late start takes a minute from
them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFacts:
    id: Id
    kind: ActivityKind
    minutes: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(ActivityFacts):
    """A part of a module, `begins` minutes after the module does."""

    begins: int
    blocks: tuple[Block, ...]

    @property
    def for_participants(self) -> tuple[Block, ...]:
        return tuple(
            block for block in self.blocks if not block.is_secret and block.kind != "check"
        )

    @property
    def for_trainers(self) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.kind != "check")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFacts:
    """`follows` is the Danish edition that an English text was written from, `danish` the mark of
    that very text.
    """

    id: Id
    edition: str
    title: str
    minutes: int
    aim: str
    objectives: tuple[str, ...]
    activities: tuple[ActivityFacts, ...]
    method: str
    materials: tuple[str, ...] = ()
    papers: tuple[Annotated[str, Refers("papers")], ...] = ()
    cards: tuple[Annotated[str, Refers("cards")], ...] = ()
    rules: tuple[Annotated[str, Refers("rules")], ...] = ()
    sources: tuple[Annotated[str, Refers("sources")], ...] = ()
    next: Annotated[str, Refers("modules")] | None = None
    follows: str | None = None
    danish: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Module(ModuleFacts):
    activities: tuple[Activity, ...]
    language: Language
    intro: tuple[Block, ...]
    at: Place
    mark: str

    @property
    def intro_for_participants(self) -> tuple[Block, ...]:
        return tuple(block for block in self.intro if not block.is_secret and block.kind != "check")

    @property
    def intro_for_trainers(self) -> tuple[Block, ...]:
        return tuple(block for block in self.intro if block.kind != "check")

    @property
    def blocks(self) -> tuple[Block, ...]:
        return (*self.intro, *(block for activity in self.activities for block in activity.blocks))

    @property
    def secrets(self) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.is_secret)

    @property
    def checks(self) -> tuple[Block, ...]:
        """The self-checks of the whole module: they come after the text."""
        return tuple(block for block in self.blocks if block.kind == "check")

    @property
    def reading_minutes(self) -> int:
        """At 180 words a minute: plain text read by people who think along."""
        words = sum(len(block.text.split()) for block in self.blocks if not block.is_secret)
        return max(1, round(words / 180))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    id: Id
    edition: str
    title: str
    kind: PaperKind
    for_: Audience
    pages: int
    module: Annotated[str, Refers("modules")] | None = None
    follows: str | None = None
    danish: str | None = None
    language: str | None = None
    """The language of the text, where it is neither Danish nor English: a paper for mentees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper(PaperFacts):
    language: str
    blocks: tuple[Block, ...]
    at: Place
    mark: str

    @property
    def is_for_trainers(self) -> bool:
        return self.for_ == "trainers" or self.kind == "trainer"

    def filled(self, values: Mapping[str, str]) -> Self:
        """The paper with a value for each of its blanks."""
        filled = (
            replace(block, text=BLANK.sub(lambda blank: values[blank[1]], block.text))
            for block in self.blocks
        )
        return replace(self, blocks=tuple(filled))

    @property
    def sheets(self) -> tuple[tuple[Block, ...], ...]:
        """The blocks of each A4 sheet, apart where the text says so."""
        sheets: list[list[Block]] = [[]]
        for block in self.blocks:
            if block.kind == "page":
                sheets.append([])
            else:
                sheets[-1].append(block)
        return tuple(map(tuple, sheets))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    id: Id
    text: str
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSetFacts:
    id: Id
    edition: str
    title: str
    front: str
    cards: tuple[Card, ...]
    module: Annotated[str, Refers("modules")] | None = None
    follows: str | None = None
    danish: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSet(CardSetFacts):
    language: Language
    at: Place
    mark: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A module or a pause. A module's minutes here are what the plan gives it; `begins` is a time
    that must hold.
    """

    module: Annotated[str, Refers("modules")] | None = None
    pause: Literal["break", "lunch"] | None = None
    minutes: int | None = None
    begins: time | None = None


@dataclass(frozen=True, slots=True)
class Day:
    title: Title
    start: time
    slots: tuple[Slot, ...]
    end: time | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way to hold the course: its days begun at `start` or apart, or days of its own."""

    id: Id
    title: Title
    about: Text
    start: time | None = None
    days: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True)
class AddOn:
    id: Id
    title: Title
    about: Text
    minutes: int
    modules: tuple[Annotated[str, Refers("modules")], ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """The day on which an edition of module, paper or card was given out."""

    edition: str
    date: date


@dataclass(frozen=True, slots=True)
class GroupSize:
    """How many participants a course takes at the least and at the most."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """The plan of the training. `trainers` is how many teach at the same time."""

    group: GroupSize
    trainers: int
    editions: tuple[Edition, ...]
    days: tuple[Day, ...]
    variants: tuple[Variant, ...]
    addons: tuple[AddOn, ...]


@dataclass(frozen=True, slots=True)
class Forms:
    """Words in each language, without the endings that every word can have."""

    da: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def of(self, language: Language) -> tuple[str, ...]:
        return self.en if language == "en" else self.da


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the glossary. `also` are forms and compounds that count as the word when a text
    uses them.
    """

    id: Id
    term: Title
    meaning: Title
    also: Forms = Forms()


@dataclass(frozen=True, slots=True)
class Curriculum:
    """All of training/, each language by id in the order of the timetable and of the files."""

    timetable: Timetable
    modules: Mapping[Language, Mapping[str, Module]]
    papers: Mapping[Language, Mapping[str, Paper]]
    cards: Mapping[Language, Mapping[str, CardSet]]
    glossary: tuple[Term, ...]

    def minutes_of(self, slot: Slot) -> int:
        """A module's own minutes; those of the plan while it is not written."""
        module = self.module(slot.module, "da") if slot.module else None
        return module.minutes if module else slot.minutes or 0

    def module(self, id: str, language: Language) -> Module | None:
        """The module in a language, the Danish one if it lacks there, None if nobody has written
        it yet.
        """
        return self.modules[language].get(id) or self.modules["da"].get(id)

    def written_module(self, id: str, language: Language) -> Module:
        """The module in a language, or the Danish one. Raises KeyError if nobody has written it."""
        return self.modules[language].get(id) or self.modules["da"][id]

    def paper(self, id: str, language: Language) -> Paper | None:
        return self.papers[language].get(id) or self.papers["da"].get(id)

    def written_paper(self, id: str, language: Language) -> Paper:
        """As `paper`. Raises KeyError if nobody has written it."""
        return self.papers[language].get(id) or self.papers["da"][id]

    def card_set(self, id: str, language: Language) -> CardSet | None:
        return self.cards[language].get(id) or self.cards["da"].get(id)

    def written_card_set(self, id: str, language: Language) -> CardSet:
        """As `card_set`. Raises KeyError if nobody has written it."""
        return self.cards[language].get(id) or self.cards["da"][id]

    def is_behind(self, translation: Module | Paper | CardSet) -> bool:
        """Whether the Danish text is another one than when it was translated."""
        danish = self._danish(translation)
        if translation.language != "en" or danish is None:
            return False
        return (translation.follows, translation.danish) != (danish.edition, danish.mark)

    def _danish(self, translation: Module | Paper | CardSet) -> Module | Paper | CardSet | None:
        if isinstance(translation, Module):
            return self.modules["da"].get(translation.id)
        if isinstance(translation, Paper):
            return self.papers["da"].get(translation.id)
        return self.cards["da"].get(translation.id)

    def day_of(self, id: str) -> int | None:
        """1 or 2, or None for a module of an add-on."""
        return next(
            (
                number
                for number, day in enumerate(self.timetable.days, 1)
                for slot in day.slots
                if slot.module == id
            ),
            None,
        )

    def order(self) -> tuple[str, ...]:
        """The ids of all written modules: the days first, then the add-ons."""
        of_days = [slot.module for day in self.timetable.days for slot in day.slots if slot.module]
        of_addons = [id for addon in self.timetable.addons for id in addon.modules]
        return tuple(id for id in (*of_days, *of_addons) if id in self.modules["da"])

    def date_of(self, edition: str) -> date:
        return next(
            given_out.date for given_out in self.timetable.editions if given_out.edition == edition
        )
