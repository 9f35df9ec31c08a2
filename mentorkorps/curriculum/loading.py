"""The folder training/ -> a Curriculum, and every problem in it at its place.

An English text carries a mark of the Danish one (`danish:`, eight characters of a hash), since
nobody raises an edition for a sentence. `check` shows the lines to write, so that a browser is
enough; a command would be a second way.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from mentorkorps.catalogue import yaml_nodes, yaml_source
from mentorkorps.catalogue.binding import WRONG, TableReader
from mentorkorps.catalogue.diagnostics import DataError, Problem
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.yaml_nodes import Node, Place, Sequence
from mentorkorps.curriculum import integrity, markdown
from mentorkorps.curriculum.folder_reader import FolderReader
from mentorkorps.curriculum.markdown import Section, blocks, mentions, sections
from mentorkorps.curriculum.model import (
    MAIL_BLANKS,
    Activity,
    CardSet,
    CardSetFacts,
    Curriculum,
    Module,
    ModuleFacts,
    Paper,
    PaperFacts,
    Term,
    Timetable,
)
from mentorkorps.interface.languages import LANGUAGES, Language

R = TypeVar("R", Module, Paper, CardSet)


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
    reader = FolderReader(folder, name or folder.as_posix())
    timetable = _timetable(reader)
    modules, papers = _by_language(reader, _modules), _by_language(reader, _papers)
    cards, glossary = _by_language(reader, _card_sets), tuple(_glossary(reader))
    curriculum = Curriculum(timetable, modules, papers, cards, glossary) if timetable else None
    if curriculum:
        integrity.report_problems(reader, curriculum, catalogue)
    return curriculum, sorted(
        reader.problems, key=lambda problem: (problem.file, problem.line, problem.column)
    )


def _by_language(
    reader: FolderReader, texts_of: Callable[[FolderReader, Language], Iterator[tuple[str, R]]]
) -> dict[Language, Mapping[str, R]]:
    return {language: MappingProxyType(dict(texts_of(reader, language))) for language in LANGUAGES}


def _timetable(reader: FolderReader) -> Timetable | None:
    file = f"{reader.name}/timetable.yaml"
    try:
        node = yaml_source.read_yaml(reader.folder / "timetable.yaml", file)
    except DataError as error:
        reader.problems.extend(error.problems)
        return None
    return reader.facts(Timetable, node, file)


def _modules(reader: FolderReader, language: Language) -> Iterator[tuple[str, Module]]:
    for file in reader.files(f"{language}/modules/*.md"):
        if (document := reader.document(file)) is None:
            continue
        node, body, first_line = document
        facts = reader.facts(ModuleFacts, node, file) if node else None
        if facts is None:
            reader.unread.append(Path(file).stem)
            continue
        parts, faults = sections(body, first_line)
        reader.report_faults(file, faults)
        reader.mentioned.extend((file, mention) for mention in mentions(body, first_line))
        _headings(reader, file, facts, parts)
        yield facts.id, _module(facts, parts, language, Place(file, 1, 1), reader.marks[file])


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


def _headings(reader: FolderReader, file: str, facts: ModuleFacts, parts: list[Section]) -> None:
    ids = [activity.id for activity in facts.activities]
    headings = [section.id for section in parts if section.id]
    for id, node in zip(ids, reader.activity_nodes(file), strict=True):
        if id not in headings:
            reader.report(
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
            reader.report_faults(file, [fault])
    if sorted(headings) == sorted(ids) and headings != ids:
        reader.report(
            file,
            "activities",
            "training-text",
            why_da="aktiviteterne står i en anden rækkefølge i teksten",
            why_en="the activities stand in another order in the text",
        )


def _papers(reader: FolderReader, language: Language) -> Iterator[tuple[str, Paper]]:
    for file in reader.files(f"{language}/papers/*.md"):
        if (document := reader.document(file)) is None:
            continue
        node, body, first_line = document
        node = _renamed(node, "for", "for_")
        facts = reader.facts(PaperFacts, node, file) if node else None
        if facts is None:
            reader.unread.append(Path(file).stem)
            continue
        faults: list[markdown.Fault] = []
        paper_blocks = tuple(blocks(body.split("\n"), first_line, faults))
        reader.report_faults(file, faults)
        reader.mentioned.extend((file, mention) for mention in mentions(body, first_line))
        if facts.kind == "mail":
            _blanks(reader, file, body, first_line)
        own: dict[str, Any] = _values(facts) | {"language": facts.language or language}
        paper = Paper(**own, blocks=paper_blocks, at=Place(file, 1, 1), mark=reader.marks[file])
        for block in paper_blocks:
            if block.is_secret and not paper.is_for_trainers:
                fault = markdown.Fault(
                    block.line,
                    1,
                    "deltagerne får papiret; sæt noten i modulet eller i et papir for trainers",
                    "participants get this paper; "
                    "put the note in the module or in a paper for trainers",
                )
                reader.report_faults(file, [fault])
        yield facts.id, paper


def _blanks(reader: FolderReader, file: str, body: str, first_line: int) -> None:
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
                reader.report_faults(file, [fault])


def _card_sets(reader: FolderReader, language: Language) -> Iterator[tuple[str, CardSet]]:
    for file in reader.files(f"{language}/cards/*.yaml"):
        node = reader.parse(reader.text_of(file), file)
        facts = reader.facts(CardSetFacts, node, file) if node else None
        if facts is None:
            reader.unread.append(Path(file).stem)
            continue
        at, mark = Place(file, 1, 1), reader.marks[file]
        yield facts.id, CardSet(**_values(facts), language=language, at=at, mark=mark)


def _glossary(reader: FolderReader) -> Iterator[Term]:
    for file in reader.files("glossary.yaml"):
        node = reader.parse(reader.text_of(file), file)
        reading = TableReader(file=file)
        for item in node.items if isinstance(node, Sequence) else ():
            term = reading.object(Term, item, "glossary")
            if term is not WRONG:
                yield term
        reader.problems.extend(reading.problems)


def _values(facts: ModuleFacts | PaperFacts | CardSetFacts) -> dict[str, Any]:
    return {field.name: getattr(facts, field.name) for field in fields(facts)}


def _renamed(node: Node | None, before: str, after: str) -> Node | None:
    """`for` is a word of Python's, so the record calls it otherwise."""
    if not isinstance(node, yaml_nodes.Mapping):
        return node
    return node._replace(
        entries={after if key == before else key: value for key, value in node.entries.items()}
    )
