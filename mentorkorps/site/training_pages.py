"""The pages of the training: for participants, for trainers, and as papers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from math import ceil
from textwrap import shorten
from typing import Literal

from markupsafe import Markup

from mentorkorps import curriculum as training
from mentorkorps.catalogue.load import Catalogue, danish_key
from mentorkorps.catalogue.yaml_nodes import Place
from mentorkorps.curriculum.markdown import Block
from mentorkorps.curriculum.model import (
    NEVER_SHORTER,
    Activity,
    Audience,
    CardSet,
    Curriculum,
    Edition,
    Module,
    Paper,
    PaperKind,
    Term,
    Variant,
)
from mentorkorps.curriculum.timetable import Hour, Session, add
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language
from mentorkorps.site.glossary import glossed
from mentorkorps.site.markdown_html import plain_text, prose_html
from mentorkorps.site.page import Page
from mentorkorps.site.view import View

DESCRIPTION = 155
STYLES = ("training.css",)
LEARNING = (*STYLES, "learning.js")
CARD_LINES, CARD_LINE = 10, 42
"""What a card in a row of two holds: lines, and characters of a line."""
GIVES = 0.3
"""The part of its minutes that a module can give when a day runs late: enough for a quarter of an
hour in half a day, and no exercise loses its step.
"""

Record = Module | Paper | CardSet


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingView(View):
    """What a template of the training may ask. `for_trainers` decides where links lead, never what
    is shown.
    """

    curriculum: Curriculum
    for_trainers: bool = False

    def prose(self, text: str, level: int = 3) -> Markup:
        return prose_html(text, self.link_to, level)

    def glossed(self, html: Markup, record: Module) -> Markup:
        """The module's HTML with the words of the glossary marked, if it is in the language of the
        page.
        """
        if record.language != self.language:
            return html
        return glossed(html, self.curriculum.glossary, self.language, self.link("glossary"))

    def link_to(self, kind: str, id: str) -> tuple[str, str | None]:
        """The title of what a text refers to and the link to it; none to what is not written or
        not for the reader.
        """
        match kind:
            case "rule":
                return self.catalogue.rules[id].title.of(
                    self.language
                ), f"{self.link('rules')}#{id}"
            case "module":
                module = self.module(id)
                return (module.title, self.module_link(id)) if module else (id, None)
            case "paper":
                paper = self.paper(id)
                is_open = paper and (self.for_trainers or not paper.is_for_trainers)
                return (paper.title if paper else id), (self.link("paper", id) if is_open else None)
            case _:
                cards = self.card_set(id)
                return (cards.title, self.cards_link(id)) if cards else (id, None)

    def module(self, id: str) -> Module | None:
        return self.curriculum.module(id, self.language)

    def paper(self, id: str) -> Paper | None:
        return self.curriculum.paper(id, self.language)

    def card_set(self, id: str) -> CardSet | None:
        return self.curriculum.card_set(id, self.language)

    def module_link(self, id: str, for_trainers: bool | None = None) -> str:
        return self.link(
            kind_of(
                self.curriculum, id, self.for_trainers if for_trainers is None else for_trainers
            ),
            id,
        )

    def slides_link(self, id: str) -> str:
        return self.link(f"slides-{self.curriculum.day_of(id) or 'add-on'}", id)

    def cards_link(self, id: str) -> str:
        return self.link("cards-trainer" if self.for_trainers else "cards", id)

    def mark(self, record: Record) -> str | None:
        """The word for a text that is not there in the page's language, or has been left behind by
        the Danish one.
        """
        texts = words(self.language)
        only_danish: str = texts["site"]["only_danish"]
        behind: str = texts["training"]["behind"]
        if record.language == "da" and self.language == "en":
            return only_danish
        return behind if self.curriculum.is_behind(record) else None

    def sessions(self, variant: Variant | None = None) -> tuple[Session, ...]:
        return training.sessions(self.curriculum, variant)

    def hour_of(self, id: str) -> Hour | None:
        """When a module is held if the course begins as planned; None for a module of an add-on."""
        return next(
            (hour for session in self.sessions() for hour in session.hours if hour.module == id),
            None,
        )

    def times(self, module: Module, activity: Activity) -> tuple[time, time]:
        """Clock times of an activity; those of an add-on count from 0:00."""
        hour = self.hour_of(module.id)
        start = add(hour.start if hour else time(0), activity.begins)
        return start, add(start, activity.minutes)

    def gives(self, module: Module) -> int:
        """Minutes that a module can do without on a late day."""
        return 0 if module.id in NEVER_SHORTER else round(module.minutes * GIVES)

    def course(self) -> tuple[str, ...]:
        """The modules of the course, without those of the add-ons."""
        return tuple(
            hour.module for session in self.sessions() for hour in session.hours if hour.module
        )

    def neighbours(self, id: str) -> tuple[str | None, str | None]:
        """The modules before and after, within the course or within the add-on."""
        rows = (self.course(), *(addon.modules for addon in self.curriculum.timetable.addons))
        row = [module for module in next(row for row in rows if id in row) if self.module(module)]
        at = row.index(id)
        return (row[at - 1] if at else None), (row[at + 1] if at + 1 < len(row) else None)

    def day_title(self, id: str) -> str:
        number = self.curriculum.day_of(id)
        if number:
            day: str = words(self.language)["training"]["day"]
            return day.format(number=number)
        return next(
            addon.title.of(self.language)
            for addon in self.curriculum.timetable.addons
            if id in addon.modules
        )

    def handed_out(self, module: Module) -> list[str]:
        """The papers of a module that the reader may see."""
        papers = {id: self.paper(id) for id in module.papers}
        return [
            id
            for id, paper in papers.items()
            if paper and (self.for_trainers or not paper.is_for_trainers)
        ]

    def are_long(self, cards: CardSet) -> bool:
        """Whether a card needs the width of the sheet."""
        return max(_lines(card.text) for card in cards.cards) > CARD_LINES

    def terms(self) -> list[Term]:
        return sorted(
            self.curriculum.glossary, key=lambda term: danish_key(term.term.of(self.language))
        )

    @property
    def edition(self) -> Edition:
        """The last one given out."""
        return self.curriculum.timetable.editions[-1]

    def papers(self, kind: PaperKind, *audiences: Audience) -> list[Paper]:
        """The papers of a kind for some readers, h2 before h10."""
        ids = sorted(self.curriculum.papers["da"], key=_counted)
        papers = [self.curriculum.written_paper(id, self.language) for id in ids]
        return [paper for paper in papers if paper.kind == kind and paper.for_ in audiences]

    def sheets(self, paper: Paper) -> list[tuple[Block, ...]]:
        return [sheet for sheet in paper.sheets if sheet]


def training_pages(
    catalogue: Catalogue, curriculum: Curriculum, language: Language, forms_at: str = ""
) -> Iterator[Page]:
    """Every page of the training in one language."""
    writer = TrainingPages(catalogue, curriculum, language, forms_at)
    yield writer.overview()
    for id in curriculum.order():
        yield writer.module(id)
        yield writer.trainer(id)
    yield from map(writer.paper, curriculum.papers["da"])
    for id in curriculum.cards["da"]:
        yield writer.cards(id, "cards")
        yield writer.cards(id, "cards-trainer")
    yield writer.whole()
    yield writer.trainers()
    yield writer.run_sheet()
    yield writer.glossary()


def blocks_shown(paper: Paper, language: Language) -> Paper:
    """The paper as it is read outside a dated course: words stand for what a letter leaves open."""
    return (
        paper.filled(words(language)["paper"]["mail"]["blanks"]) if paper.kind == "mail" else paper
    )


def _lines(text: str) -> float:
    """Lines in a row of two, with the air between paragraphs."""
    return sum(
        ceil(len(paragraph) / CARD_LINE) + 0.3 for paragraph in text.splitlines() if paragraph
    )


def _counted(id: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", id)]


def kind_of(curriculum: Curriculum, id: str, for_trainers: bool = False) -> str:
    """The kind of a module's address: by its day, and by who reads it."""
    return f"{'trainer' if for_trainers else 'module'}-{curriculum.day_of(id) or 'add-on'}"


@dataclass(frozen=True, slots=True)
class TrainingPages:
    """Writes the pages of one language."""

    catalogue: Catalogue
    curriculum: Curriculum
    language: Language
    forms_at: str

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        return words(self.language)["training"]

    def overview(self) -> Page:
        texts = self.texts["overview"]
        return self.page("training", "", texts["title"], texts["lead"], assets=LEARNING)

    def module(self, id: str) -> Page:
        module = self.curriculum.written_module(id, self.language)
        kind = kind_of(self.curriculum, id)
        return self.page(
            kind,
            id,
            module.title,
            module.aim,
            template="module.html",
            source=module.at,
            assets=LEARNING,
            module=module,
        )

    def trainer(self, id: str) -> Page:
        module = self.curriculum.written_module(id, self.language)
        return self.page(
            kind_of(self.curriculum, id, for_trainers=True),
            id,
            self.texts["trainer"]["title"].format(title=module.title),
            module.aim,
            template="module-trainer.html",
            source=module.at,
            for_trainers=True,
            assets=(*STYLES, "slides.css", "slides.js"),
            module=module,
        )

    def paper(self, id: str) -> Page:
        paper = blocks_shown(self.curriculum.written_paper(id, self.language), self.language)
        return self.page(
            "paper",
            id,
            paper.title,
            next(
                (plain_text(block.text) for block in paper.blocks if block.kind == "text"),
                paper.title,
            ),
            source=paper.at,
            for_trainers=paper.is_for_trainers,
            paper=paper,
        )

    def cards(self, id: str, kind: Literal["cards", "cards-trainer"]) -> Page:
        cards = self.curriculum.written_card_set(id, self.language)
        for_trainers = kind == "cards-trainer"
        title = (
            self.texts["trainer"]["title"].format(title=cards.title)
            if for_trainers
            else cards.title
        )
        return self.page(
            kind,
            id,
            title,
            self.texts["cards"]["lead"],
            template="cards.html",
            source=cards.at,
            for_trainers=for_trainers,
            cards=cards,
        )

    def whole(self) -> Page:
        texts = self.texts["whole"]
        modules = [
            self.curriculum.written_module(id, self.language) for id in self.curriculum.order()
        ]
        return self.page(
            "training-whole",
            "",
            texts["title"],
            texts["lead"],
            template="training-whole.html",
            searchable=False,
            assets=LEARNING,
            modules=modules,
        )

    def trainers(self) -> Page:
        texts = self.texts["trainers"]
        return self.page("trainers", "", texts["title"], texts["lead"], for_trainers=True)

    def run_sheet(self) -> Page:
        texts = self.texts["run_sheet"]
        return self.page(
            "run-sheet",
            "",
            texts["title"],
            texts["lead"],
            for_trainers=True,
            assets=(*STYLES, "training.js"),
        )

    def glossary(self) -> Page:
        texts = self.texts["glossary"]
        return self.page("glossary", "", texts["title"], texts["lead"])

    def page(
        self,
        kind: str,
        id: str,
        title: str,
        description: str,
        *,
        template: str | None = None,
        source: Place | None = None,
        for_trainers: bool = False,
        searchable: bool = True,
        assets: tuple[str, ...] = STYLES,
        **values: object,
    ) -> Page:
        at = address(kind, self.language, id)
        view = TrainingView(
            self.catalogue,
            self.language,
            at,
            self.forms_at,
            curriculum=self.curriculum,
            for_trainers=for_trainers,
        )
        body = view.body(template or f"{kind}.html", title=title, **values)
        return Page(
            at,
            self.language,
            title,
            shorten(description, DESCRIPTION, placeholder="…"),
            body,
            source,
            assets=assets,
            listed=not for_trainers,
            searchable=searchable,
        )
