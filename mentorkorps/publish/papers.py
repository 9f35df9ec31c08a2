"""Curriculum -> papers: whole HTML documents, made from the same texts as the pages, and PDF made
of them.

Only writing PDF needs WeasyPrint, and WeasyPrint needs Pango, which is no Python package.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.curriculum.model import AddOn, CardSet, Curriculum, Module, Paper
from mentorkorps.curriculum.timetable import Session, add
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language
from mentorkorps.publish.pdf import Print
from mentorkorps.site.training_pages import TrainingView, blocks_shown

NUMBERED = re.compile(r"[ht][0-9]+")
"""Papers that are known in the room by letter and number."""
RIGHT_TO_LEFT = ("ar", "fa", "ps", "ur", "ckb", "he")
A_SHEET = 8
"""Cards on an A4 sheet, four rows of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintView(TrainingView):
    """A page's view for paper: its links go to the public address, whose words stand beside the
    QR.
    """

    public_url: str

    def link(self, kind: str, id: str = "") -> str:
        return urljoin(self.public_url, address(kind, self.language, id))

    def in_words(self, address: str) -> str:
        """An address as one reads it from paper and types it."""
        parts = urlsplit(address)
        return f"{parts.netloc}{parts.path}"

    def qr(self, address: str) -> str:
        """A QR code as a picture's address."""
        import segno

        return segno.make(address, error="m", micro=False).svg_data_uri(border=0, dark="#000")

    def after(self, clock: time, minutes: int) -> time:
        return add(clock, minutes)

    def brought(self, module: Module) -> list[str]:
        """The papers and cards of a module: handouts and tools by the number on them, the rest by
        title.
        """
        cards = [cards.title for id in module.cards if (cards := self.card_set(id))]
        papers = [
            id.upper()
            if NUMBERED.fullmatch(id)
            else self.curriculum.written_paper(id, self.language).title
            for id in self.handed_out(module)
        ]
        return papers + cards

    def direction(self, record: Paper) -> str:
        return "rtl" if record.language in RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True)
class Press:
    """Sets the papers of one language. `public_url` is where their pages stand, with a slash at
    its end.
    """

    catalogue: Catalogue
    curriculum: Curriculum
    language: Language
    public_url: str

    @cached_property
    def texts(self) -> dict[str, Any]:
        return words(self.language)["paper"]

    @property
    def modules(self) -> list[Module]:
        return [self.curriculum.written_module(id, self.language) for id in self.curriculum.order()]

    @property
    def papers(self) -> list[Paper]:
        return [
            blocks_shown(self.curriculum.written_paper(id, self.language), self.language)
            for id in self.curriculum.papers["da"]
        ]

    @property
    def card_sets(self) -> list[CardSet]:
        return [
            self.curriculum.written_card_set(id, self.language)
            for id in self.curriculum.cards["da"]
        ]

    def prints(self) -> Iterator[Print]:
        """Every paper of the course."""
        yield self.workbook()
        yield from map(self.workbook, self.curriculum.timetable.addons)
        yield self.guide()
        yield self.run_sheet()
        yield self.solutions()
        for cards in self.card_sets:
            yield self.cards(cards)
            if any(card.key for card in cards.cards):
                yield self.card_keys(cards)
        yield from map(self.single, self.papers)

    def workbook(self, addon: AddOn | None = None) -> Print:
        """The participants' book of the two days, or of an add-on, which only some programmes
        choose.
        """
        addons = [addon] if addon else self.curriculum.timetable.addons
        chosen = {id for chosen_addon in addons for id in chosen_addon.modules}
        modules = [module for module in self.modules if (module.id in chosen) == bool(addon)]
        papers = [
            paper
            for paper in self.papers
            if paper.for_ == "participants"
            and paper.kind != "mail"
            and (paper.module in chosen) == bool(addon)
        ]
        words = self.texts["workbook"]
        return self.set(
            "workbook",
            address("training", self.language),
            title=f"{words['title']} · {addon.title.of(self.language)}" if addon else "",
            file=f"{words['file']}-{addon.id}" if addon else "",
            modules=modules,
            papers=papers,
            addon=addon,
        )

    def guide(self) -> Print:
        trainers = [paper for paper in self.papers if paper.is_for_trainers]
        return self.set(
            "guide",
            address("trainers", self.language),
            for_trainers=True,
            modules=self.modules,
            papers=trainers,
        )

    def run_sheet(
        self, sessions: tuple[Session, ...] = (), title: str = "", dates: tuple[date, ...] = ()
    ) -> Print:
        """One sheet a day: as planned, or with the clock times and dates of a course."""
        at = address("run-sheet", self.language)
        view = self.view(at, for_trainers=True)
        days = sessions or view.sessions()
        return self.set(
            "run_sheet",
            at,
            title=title,
            pages=len(days),
            for_trainers=True,
            sessions=days,
            dates=dates,
        )

    def solutions(self) -> Print:
        keyed = [cards for cards in self.card_sets if any(card.key for card in cards.cards)]
        return self.set(
            "solutions",
            address("trainers", self.language),
            for_trainers=True,
            modules=self.modules,
            card_sets=keyed,
        )

    def cards(self, cards: CardSet) -> Print:
        at = address("cards", self.language, cards.id)
        is_long = self.view(at).are_long(cards)
        size = len(cards.cards) if is_long else A_SHEET
        sheets = [cards.cards[i : i + size] for i in range(0, len(cards.cards), size)]
        file = f"{self.texts['folders']['cards']}/{cards.id}"
        return self.set(
            "cards", at, file=file, title=cards.title, cards=cards, sheets=sheets, is_long=is_long
        )

    def card_keys(self, cards: CardSet) -> Print:
        at = address("cards-trainer", self.language, cards.id)
        title = self.texts["card_keys"]["title"].format(title=cards.title)
        file = f"{self.texts['folders']['cards']}/{cards.id}-{self.texts['card_keys']['file']}"
        return self.set("card_keys", at, file=file, title=title, for_trainers=True, cards=cards)

    def single(self, paper: Paper) -> Print:
        at = address("paper", self.language, paper.id)
        file = (
            f"{self.texts['folders']['trainers' if paper.is_for_trainers else 'papers']}/{paper.id}"
        )
        return self.set(
            "single",
            at,
            file=file,
            title=paper.title,
            pages=paper.pages,
            for_trainers=paper.is_for_trainers,
            paper=paper,
        )

    def set(
        self,
        kind: str,
        at: str,
        *,
        title: str = "",
        file: str = "",
        pages: int | None = None,
        for_trainers: bool = False,
        **values: object,
    ) -> Print:
        words = self.texts.get(kind, {})
        title = title or words["title"]
        html = self.view(at, for_trainers).body(
            f"paper-{kind.replace('_', '-')}.html",
            title=title,
            url=urljoin(self.public_url, at),
            **values,
        )
        return Print(file or words["file"], title, html, pages)

    def view(self, at: str, for_trainers: bool = False) -> PrintView:
        return PrintView(
            self.catalogue,
            self.language,
            at,
            curriculum=self.curriculum,
            for_trainers=for_trainers,
            public_url=self.public_url,
        )
