"""The folder training/ -> a Curriculum, and every problem in it at its place.

An English text carries a mark of the Danish one (`danish:`, eight characters of a hash), since
nobody raises an edition for a sentence. `check` shows the lines to write, so that a browser is
enough; a command would be a second way.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from mentorkorps.catalogue import yaml_nodes, yaml_source
from mentorkorps.catalogue.binding import WRONG, BindingError, TableReader
from mentorkorps.catalogue.diagnostics import DataError, Located, Problem
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.text import CPR
from mentorkorps.catalogue.yaml_nodes import Node, Place, Scalar, Sequence
from mentorkorps.curriculum import course_plan, markdown, timetable
from mentorkorps.curriculum.markdown import Mention, Section, blocks, mentions, sections
from mentorkorps.curriculum.model import (
    MAIL_BLANKS,
    Activity,
    CardSet,
    CardSetFacts,
    Curriculum,
    Day,
    Edition,
    Module,
    ModuleFacts,
    Paper,
    PaperFacts,
    Term,
    Timetable,
)
from mentorkorps.interface.languages import LANGUAGES, Language

FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
MAY_BE_EMPTY = ("materials", "papers", "cards", "rules", "sources")
TABLE_OF = {"rule": "rules", "paper": "papers", "cards": "cards", "module": "modules"}
EXERCISE = "exercise"

F = TypeVar("F")
R = TypeVar("R", Module, Paper, CardSet)


@dataclass(slots=True)
class Loading:
    """One pass over the folder: what was read so far, and what was wrong."""

    folder: Path
    name: str
    problems: list[Problem] = field(default_factory=list)
    mentioned: list[tuple[str, Mention]] = field(default_factory=list)
    references: list[tuple[str, Scalar, str]] = field(default_factory=list)
    nodes: dict[str, yaml_nodes.Mapping] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)

    def facts(self, cls: type[F], node: Node | None, file: str) -> F | None:
        """The front matter as a record; None if something in it is wrong, which is reported."""
        reading = TableReader(file=file)
        if isinstance(node, yaml_nodes.Mapping):
            node = node._replace(
                entries={
                    key: value for key, value in node.entries.items() if not _is_empty(key, value)
                }
            )
            reading.record = _text(node, "id")
            self.nodes[file] = node
        record = WRONG if node is None else reading.object(cls, node, Path(file).name)
        if node is None:
            reading.add(file, None, "unreadable", why_da="den er tom", why_en="it is empty")
        self.problems.extend(reading.problems)
        self.references.extend((of, scalar, table) for of, scalar, table, *_ in reading.references)
        if isinstance(record, BindingError):
            return None
        facts: F = record
        id = getattr(facts, "id", Path(file).stem)
        if id != Path(file).stem:
            self.report(
                file,
                "id",
                "training-text",
                why_da=f"filen hedder {Path(file).stem}, men id er {id}",
                why_en=f"the file is called {Path(file).stem}, but its id is {id}",
            )
        return facts

    def document(self, file: str) -> tuple[Node | None, str, int] | None:
        """Front matter, text, and the line on which the text begins. None if the file cannot be
        read.
        """
        if (raw := self.text_of(file)) is None:
            return None
        front = FRONT.match(raw)
        if not front:
            self.report(
                file,
                None,
                "training-text",
                why_da="filen begynder ikke med --- felter ---",
                why_en="the file does not begin with --- fields ---",
            )
            return None
        node = self.parse(f"\n{front[1]}", file)
        body = raw[front.end() :]
        return node, body, raw[: front.end()].count("\n") + 1

    def text_of(self, file: str) -> str | None:
        """The file as text; None if it is none. What looks like a CPR number is told wherever it
        stands.
        """
        try:
            text = yaml_source.read_yaml_text(self.folder / Path(file).relative_to(self.name), file)
        except DataError as error:
            self.problems.extend(error.problems)
            self.unread.append(file)
            return None
        self.marks[file] = mark_of(text)
        for number, line in enumerate(text.split("\n"), 1):
            for cpr in CPR.finditer(line):
                at = Scalar(cpr[0], number, cpr.start() + 1, cpr.end() + 1)
                self.problems.append(Problem.at(file, at, "cpr-number"))
        return text

    def parse(self, text: str | None, file: str) -> Node | None:
        if text is None:
            return None
        try:
            return yaml_source.parse_yaml(text, file)
        except DataError as error:
            self.problems.extend(error.problems)
            self.unread.append(file)
            return None

    def report(self, file: str, at: Located | str | None, rule: str, /, **values: object) -> None:
        """Adds a problem at a node, or at the field of that name in the file's front matter."""
        node = self.nodes.get(file)
        record = _text(node, "id") if node else None
        place: Located | None
        place = (
            (node.entries.get(at, (None, None))[1] if node else None) if isinstance(at, str) else at
        )
        problem = Problem.at(
            file, place, rule, record=record, field=None, suggestion=None, **values
        )
        self.problems.append(problem)

    def files(self, pattern: str) -> list[str]:
        return [
            f"{self.name}/{path.relative_to(self.folder).as_posix()}"
            for path in sorted(self.folder.glob(pattern))
        ]


def mark_of(text: str) -> str:
    """Eight characters that change with a file's text, whatever its edition is called."""
    lines = (line.rstrip() for line in text.rstrip().split("\n") if not line.startswith("edition:"))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]


def load_curriculum(folder: Path, catalogue: Catalogue, name: str | None = None) -> Curriculum:
    """Reads the folder. Raises DataError if anything in it is wrong; warnings and notices stop
    nobody.
    """
    curriculum, problems = find_problems(folder, catalogue, name)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or curriculum is None:
        raise DataError(errors or problems)
    return curriculum


def find_problems(
    folder: Path, catalogue: Catalogue, name: str | None = None
) -> tuple[Curriculum | None, list[Problem]]:
    """What could be read, and every problem found, in the order of the files."""
    loading = Loading(folder, name or folder.as_posix())
    timetable = _timetable(loading)
    modules, papers = _by_language(loading, _modules), _by_language(loading, _papers)
    cards, glossary = _by_language(loading, _card_sets), tuple(_glossary(loading))
    curriculum = Curriculum(timetable, modules, papers, cards, glossary) if timetable else None
    if curriculum:
        for check in (_references, _minutes, _keys, _days, _courses, _editions, _translations):
            check(loading, curriculum, catalogue)
    return curriculum, sorted(
        loading.problems, key=lambda problem: (problem.file, problem.line, problem.column)
    )


def _by_language(
    loading: Loading, texts_of: Callable[[Loading, Language], Iterator[tuple[str, R]]]
) -> dict[Language, Mapping[str, R]]:
    return {language: MappingProxyType(dict(texts_of(loading, language))) for language in LANGUAGES}


def _timetable(loading: Loading) -> Timetable | None:
    file = f"{loading.name}/timetable.yaml"
    try:
        node = yaml_source.read_yaml(loading.folder / "timetable.yaml", file)
    except DataError as error:
        loading.problems.extend(error.problems)
        return None
    return loading.facts(Timetable, node, file)


def _modules(loading: Loading, language: Language) -> Iterator[tuple[str, Module]]:
    for file in loading.files(f"{language}/modules/*.md"):
        if (document := loading.document(file)) is None:
            continue
        node, body, first_line = document
        facts = loading.facts(ModuleFacts, node, file) if node else None
        if facts is None:
            loading.unread.append(Path(file).stem)
            continue
        parts, faults = sections(body, first_line)
        _report_faults(loading, file, faults)
        loading.mentioned.extend((file, mention) for mention in mentions(body, first_line))
        _headings(loading, file, facts, parts)
        yield facts.id, _module(facts, parts, language, Place(file, 1, 1), loading.marks[file])


def _module(
    facts: ModuleFacts, parts: list[Section], language: Language, at: Place, mark: str
) -> Module:
    by_id = {section.id: section for section in parts}
    begins = [0, *accumulate(activity.minutes for activity in facts.activities)]
    activities = tuple(
        Activity(
            id=activity.id,
            kind=activity.kind,
            minutes=activity.minutes,
            title=by_id[activity.id].title if activity.id in by_id else activity.title,
            begins=begin,
            blocks=by_id[activity.id].blocks if activity.id in by_id else (),
        )
        for activity, begin in zip(facts.activities, begins, strict=False)
    )
    return Module(
        **_values(facts) | {"activities": activities},
        language=language,
        intro=parts[0].blocks,
        at=at,
        mark=mark,
    )


def _headings(loading: Loading, file: str, facts: ModuleFacts, parts: list[Section]) -> None:
    ids = [activity.id for activity in facts.activities]
    headings = [section.id for section in parts if section.id]
    for id, node in zip(ids, _activity_nodes(loading, file), strict=True):
        if id not in headings:
            loading.report(
                file,
                node,
                "training-text",
                why_da=f"aktiviteten har ingen overskrift ## … {{#{id}}}",
                why_en=f"the activity has no heading ## … {{#{id}}}",
            )
    for section in parts[1:]:
        if section.id not in ids:
            fault = markdown.Fault(
                section.line,
                1,
                f"overskriften “{section.id}” hører ikke til en aktivitet",
                f"the heading “{section.id}” belongs to no activity",
            )
            _report_faults(loading, file, [fault])
    if sorted(headings) == sorted(ids) and headings != ids:
        loading.report(
            file,
            "activities",
            "training-text",
            why_da="aktiviteterne står i en anden rækkefølge i teksten",
            why_en="the activities stand in another order in the text",
        )


def _papers(loading: Loading, language: Language) -> Iterator[tuple[str, Paper]]:
    for file in loading.files(f"{language}/papers/*.md"):
        if (document := loading.document(file)) is None:
            continue
        node, body, first_line = document
        node = _renamed(node, "for", "for_")
        facts = loading.facts(PaperFacts, node, file) if node else None
        if facts is None:
            loading.unread.append(Path(file).stem)
            continue
        faults: list[markdown.Fault] = []
        paper_blocks = tuple(blocks(body.split("\n"), first_line, faults))
        _report_faults(loading, file, faults)
        loading.mentioned.extend((file, mention) for mention in mentions(body, first_line))
        if facts.kind == "mail":
            _blanks(loading, file, body, first_line)
        own: dict[str, Any] = _values(facts) | {"language": facts.language or language}
        paper = Paper(**own, blocks=paper_blocks, at=Place(file, 1, 1), mark=loading.marks[file])
        for block in paper_blocks:
            if block.is_secret and not paper.is_for_trainers:
                fault = markdown.Fault(
                    block.line,
                    1,
                    "deltagerne får papiret; sæt noten i modulet eller i et papir for trainers",
                    "participants get this paper; "
                    "put the note in the module or in a paper for trainers",
                )
                _report_faults(loading, file, [fault])
        yield facts.id, paper


def _blanks(loading: Loading, file: str, body: str, first_line: int) -> None:
    blanks = ", ".join(f"{{{name}}}" for name in MAIL_BLANKS)
    for number, line in enumerate(body.split("\n"), first_line):
        for blank in markdown.BLANK.finditer(line):
            if blank[1] not in MAIL_BLANKS:
                fault = markdown.Fault(
                    number,
                    blank.start() + 1,
                    f"{blank[0]} kan ikke udfyldes; skriv en af {blanks}",
                    f"{blank[0]} cannot be filled in; write one of {blanks}",
                )
                _report_faults(loading, file, [fault])


def _card_sets(loading: Loading, language: Language) -> Iterator[tuple[str, CardSet]]:
    for file in loading.files(f"{language}/cards/*.yaml"):
        node = loading.parse(loading.text_of(file), file)
        facts = loading.facts(CardSetFacts, node, file) if node else None
        if facts is None:
            loading.unread.append(Path(file).stem)
            continue
        at, mark = Place(file, 1, 1), loading.marks[file]
        yield facts.id, CardSet(**_values(facts), language=language, at=at, mark=mark)


def _glossary(loading: Loading) -> Iterator[Term]:
    for file in loading.files("glossary.yaml"):
        node = loading.parse(loading.text_of(file), file)
        reading = TableReader(file=file)
        for item in node.items if isinstance(node, Sequence) else ():
            term = reading.object(Term, item, "glossary")
            if term is not WRONG:
                yield term
        loading.problems.extend(reading.problems)


def _references(loading: Loading, curriculum: Curriculum, catalogue: Catalogue) -> None:
    ids: Mapping[str, Iterable[str]] = {
        "rules": catalogue.rules,
        "sources": catalogue.sources,
        "papers": curriculum.papers["da"],
        "cards": curriculum.cards["da"],
        "modules": curriculum.modules["da"],
    }
    references: list[tuple[str, Located, str, str]] = [
        (file, node, table, node.text) for file, node, table in loading.references
    ]
    references += [
        (file, mention, TABLE_OF[mention.kind], mention.id) for file, mention in loading.mentioned
    ]
    for file, place, table, id in references:
        if id in ids[table] or id in loading.unread:
            continue
        if table in ("rules", "sources"):
            loading.report(file, place, "unknown-reference", value=id, table=f"{table}.yaml")
        else:
            loading.report(
                file, place, "training-unwritten", value=id, where=f"training/da/{table}"
            )


def _minutes(loading: Loading, curriculum: Curriculum, _: Catalogue) -> None:
    for module in _all(curriculum.modules):
        total = sum(activity.minutes for activity in module.activities)
        if total != module.minutes:
            loading.report(
                module.at.file, "minutes", "training-minutes", total=total, minutes=module.minutes
            )


def _keys(loading: Loading, curriculum: Curriculum, _: Catalogue) -> None:
    for module in _all(curriculum.modules):
        nodes = _activity_nodes(loading, module.at.file)
        for activity, node in zip(module.activities, nodes, strict=True):
            if activity.kind == EXERCISE and not any(
                block.kind == "key" for block in activity.blocks
            ):
                loading.report(module.at.file, node, "training-key", value=activity.id)


def _days(loading: Loading, curriculum: Curriculum, _: Catalogue) -> None:
    for number, day in enumerate(curriculum.timetable.days, 1):
        _misfits(loading, curriculum, day, f"dag {number}", f"day {number}")
    for variant in curriculum.timetable.variants:
        for number, day in enumerate(variant.days, 1):
            _misfits(
                loading,
                curriculum,
                day,
                f"{variant.id}, gang {number}",
                f"{variant.id}, session {number}",
            )
    for addon in curriculum.timetable.addons:
        modules = [module for id in addon.modules if (module := curriculum.module(id, "da"))]
        total = sum(module.minutes for module in modules)
        if len(modules) == len(addon.modules) and total != addon.minutes:
            loading.report(
                modules[-1].at.file,
                "minutes",
                "training-plan",
                day_da=addon.id,
                day_en=addon.id,
                minutes=total - addon.minutes,
                due="-",
                blamed=", ".join(addon.modules),
            )


def _courses(loading: Loading, curriculum: Curriculum, catalogue: Catalogue) -> None:
    for course in catalogue.courses.values():
        loading.problems.extend(course_plan.plan_problems(curriculum, course))


def _misfits(loading: Loading, curriculum: Curriculum, day: Day, day_da: str, day_en: str) -> None:
    planned = timetable.planned_minutes(curriculum)
    for misfit in timetable.misfits(day, curriculum.minutes_of, planned):
        ids = [slot.module for slot in misfit.blamed if slot.module]
        blamed = [module for id in ids if (module := curriculum.module(id, "da"))]
        file = blamed[0].at.file if blamed else f"{loading.name}/timetable.yaml"
        loading.report(
            file,
            "minutes",
            "training-plan",
            day_da=day_da,
            day_en=day_en,
            minutes=f"{misfit.minutes:+}",
            due=f"{misfit.due:%H:%M}",
            blamed=", ".join(ids),
        )


def _editions(loading: Loading, curriculum: Curriculum, _: Catalogue) -> None:
    editions = {
        edition.edition for edition in curriculum.timetable.editions if isinstance(edition, Edition)
    }
    for table in (curriculum.modules, curriculum.papers, curriculum.cards):
        for text in _all(table):
            if text.edition not in editions:
                why_da = f"udgave {text.edition} har ingen dato i timetable.yaml"
                why_en = f"edition {text.edition} has no date in timetable.yaml"
                loading.report(
                    text.at.file, "edition", "training-text", why_da=why_da, why_en=why_en
                )


def _translations(loading: Loading, curriculum: Curriculum, _: Catalogue) -> None:
    for table in (curriculum.modules, curriculum.papers, curriculum.cards):
        for id, orphan in table["en"].items():
            if id not in table["da"] and id not in loading.unread:
                loading.report(
                    orphan.at.file,
                    "id",
                    "training-text",
                    why_da="der er ingen dansk udgave",
                    why_en="there is no Danish one",
                )
        for id, danish in table["da"].items():
            english = table["en"].get(id)
            if english is None and danish.language == "da" and id not in loading.unread:
                loading.report(
                    danish.at.file,
                    "edition",
                    "training-translation",
                    why_da="der er ingen engelsk udgave",
                    why_en="there is no English one",
                )
            elif english is not None and curriculum.is_behind(english):
                marks = f'follows: "{danish.edition}", danish: "{danish.mark}"'
                loading.report(
                    english.at.file,
                    "follows" if english.follows else "edition",
                    "training-translation",
                    why_da="den danske tekst er ændret siden. "
                    f"Ret den engelske, hvor det trænger, og skriv {marks}",
                    why_en="the Danish text has changed since. "
                    f"Mend the English one where needed, and write {marks}",
                )
            if (
                isinstance(danish, Module)
                and isinstance(english, Module)
                and _plan(danish) != _plan(english)
            ):
                loading.report(
                    english.at.file,
                    "activities",
                    "training-text",
                    why_da="aktiviteterne har andre id'er eller minutter end på dansk",
                    why_en="the activities have other ids or minutes than the Danish ones",
                )


def _plan(module: Module) -> list[tuple[str, int]]:
    return [(activity.id, activity.minutes) for activity in module.activities]


def _all(table: Mapping[Language, Mapping[str, Any]]) -> Iterator[Any]:
    for of_language in table.values():
        yield from of_language.values()


def _report_faults(loading: Loading, file: str, faults: Iterable[markdown.Fault]) -> None:
    for fault in faults:
        loading.report(file, fault, "training-text", why_da=fault.why_da, why_en=fault.why_en)


def _values(facts: ModuleFacts | PaperFacts | CardSetFacts) -> dict[str, Any]:
    return {field.name: getattr(facts, field.name) for field in fields(facts)}


def _is_empty(key: str, value: tuple[Scalar, Node]) -> bool:
    return key in MAY_BE_EMPTY and isinstance(value[1], Sequence) and not value[1].items


def _activity_nodes(loading: Loading, file: str) -> list[Node]:
    """The activities of a module as they are written."""
    node = loading.nodes[file].entries["activities"][1]
    return node.items if isinstance(node, Sequence) else []


def _text(node: yaml_nodes.Mapping, key: str) -> str | None:
    value = node.entries.get(key, (None, None))[1]
    return value.text if isinstance(value, Scalar) else None


def _renamed(node: Node | None, before: str, after: str) -> Node | None:
    """`for` is a word of Python's, so the record calls it otherwise."""
    if not isinstance(node, yaml_nodes.Mapping):
        return node
    return node._replace(
        entries={after if key == before else key: value for key, value in node.entries.items()}
    )
