"""Modules -> slides: pages of their own, which need nothing but one style and one script, and
neither to be read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.curriculum.markdown import Block
from mentorkorps.curriculum.model import Activity, CardSet, Curriculum, Module, Paper
from mentorkorps.interface.addresses import address, relative
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language
from mentorkorps.publish import slide_layout
from mentorkorps.site.markdown_html import prose_html
from mentorkorps.site.training_pages import TrainingView

COUNTED = ("exercise", "role-play", "individual", "survey", "paper")
"""What the room works at for itself: its slide shows how long it has."""
WORK = re.compile(r"^(?:1\.|\|) ", re.MULTILINE)
"""Steps, or a table of who does what."""
BESIDE_THE_CLOCK = 0.72
"""The part of a slide's width that a count-down leaves."""
THEME = Path("docs/theme/assets")
ASSETS = ("slides.css", "slides.js", "favicon.svg", "fonts/figtree-latin.woff2")
WHOLE_ANSWER = 240
"""Characters of an answer that stands whole."""


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide. `section` is the place on the trainer's page that belongs to it: an activity, or
    a self-check.
    """

    kind: str
    title: str
    body: Markup
    section: str = ""
    over: str = ""
    minutes: int | None = None
    is_dense: bool = False
    part: str = ""


@dataclass(frozen=True, slots=True)
class Deck:
    """The slides of one module at their address: a whole HTML page."""

    at: str
    html: str
    slides: tuple[Slide, ...] = field(repr=False)


def write_slides(
    catalogue: Catalogue, curriculum: Curriculum, sites: Mapping[Language, Path]
) -> int:
    """Writes the slides of these languages into their sites. Returns how many modules have them."""
    decks_of_languages = [
        (language, deck) for language in sites for deck in decks(catalogue, curriculum, language)
    ]
    for language, deck in decks_of_languages:
        target = sites[language] / deck.at.removeprefix(address("front", language)) / "index.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(deck.html, "utf-8")
    return len(decks_of_languages)


def copy_assets(folder: Path) -> None:
    """Style, script, font and icon of the slides, for a site that has not the theme's own."""
    for name in ASSETS:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((THEME / name).read_bytes())


def decks(catalogue: Catalogue, curriculum: Curriculum, language: Language) -> Iterator[Deck]:
    for id in curriculum.order():
        yield Author(catalogue, curriculum, language).deck(id)


def slides_address(curriculum: Curriculum, language: Language, id: str) -> str:
    return address(f"slides-{curriculum.day_of(id) or 'add-on'}", language, id)


@dataclass(frozen=True, slots=True)
class Author:
    """Writes the slides of one language."""

    catalogue: Catalogue
    curriculum: Curriculum
    language: Language

    @property
    def texts(self) -> dict[str, str]:
        return words(self.language)["slides"]

    @property
    def training_texts(self) -> dict[str, Any]:
        return words(self.language)["training"]

    def deck(self, id: str) -> Deck:
        at = slides_address(self.curriculum, self.language, id)
        view = TrainingView(self.catalogue, self.language, at, curriculum=self.curriculum)
        module = self.curriculum.written_module(id, self.language)
        slides = tuple(self.slides(module))
        html = view.body(
            "slides.html",
            module=module,
            slides=slides,
            assets=relative(at, "assets/"),
            hour=view.hour_of(id),
        )
        return Deck(at, f"{html}\n", slides)

    def slides(self, module: Module) -> Iterator[Slide]:
        yield Slide("title", module.title, Markup("<p>{}</p>").format(module.aim))
        aims = Markup("<ul>{}</ul>").format(
            Markup().join(
                Markup("<li>{}</li>").format(objective) for objective in module.objectives
            )
        )
        yield Slide("aims", self.training_texts["module"]["objectives"], aims)
        for activity in module.activities:
            yield from self.part(activity)
        for number, check in enumerate(module.checks, 1):
            yield from self.check(check, number)

    def part(self, activity: Activity) -> Iterator[Slide]:
        """An activity's slides; the count-down stands on the one with the steps."""
        counts = activity.kind in COUNTED
        text = "\n\n".join(filter(None, map(self.text_of, activity.for_participants)))
        sheets = list(
            slide_layout.slide_pages(text, activity.title, BESIDE_THE_CLOCK if counts else 1)
        )
        at_work = next((i for i, sheet in enumerate(sheets) if WORK.search(sheet.markdown)), 0)
        minutes = self.training_texts["minutes"].format(count=activity.minutes)
        over = f"{self.training_texts['kinds'][activity.kind]} · {minutes}"
        for number, sheet in enumerate(sheets):
            yield Slide(
                kind=activity.kind,
                title=activity.title,
                body=self.html(sheet.markdown),
                section=activity.id,
                over=over,
                minutes=activity.minutes if counts and number == at_work else None,
                is_dense=sheet.is_dense,
                part=f"{number + 1}/{len(sheets)}" if len(sheets) > 1 else "",
            )

    def check(self, check: Block, number: int) -> Iterator[Slide]:
        sheet, *_ = slide_layout.slide_pages(check.text, check.title)
        yield Slide(
            kind="check",
            title=check.title,
            body=self.html(check.text if len(check.text) <= WHOLE_ANSWER else sheet.markdown),
            section=f"check-{number}",
            over=self.training_texts["module"]["checks"],
        )

    def text_of(self, block: Block) -> str:
        """The Markdown that a block brings to the slides; lines to write on bring none."""
        match block.kind:
            case "text":
                return block.text
            case "rule":
                title = self.catalogue.rules[block.text].title.of(self.language)
                return f"> **{self.training_texts['rule']['card']}:** {title}"
            case _:
                return ""

    def html(self, markdown: str) -> Markup:
        return prose_html(markdown, self.title_of)

    def title_of(self, kind: str, id: str) -> tuple[str, None]:
        """A slide leads nowhere: what it refers to stands there by its title."""
        record: Module | Paper | CardSet | None
        match kind:
            case "rule":
                return self.catalogue.rules[id].title.of(self.language), None
            case "module":
                record = self.curriculum.module(id, self.language)
            case "paper":
                record = self.curriculum.paper(id, self.language)
            case _:
                record = self.curriculum.card_set(id, self.language)
        return (record.title if record else id), None
