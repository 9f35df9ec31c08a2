"""What must hold between the texts of training/, the timetable and the catalogue."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mentorkorps.catalogue.diagnostics import Located
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.curriculum import course_plan, timetable
from mentorkorps.curriculum.folder_reader import FolderReader
from mentorkorps.curriculum.model import Curriculum, Day, Edition, Module
from mentorkorps.interface.languages import Language

TABLE_OF = {"rule": "rules", "paper": "papers", "cards": "cards", "module": "modules"}
EXERCISE = "exercise"


def report_problems(reader: FolderReader, curriculum: Curriculum, catalogue: Catalogue) -> None:
    """Adds to the reader's problems what is wrong between texts that could be read."""
    for check in (_references, _minutes, _keys, _days, _courses, _editions, _translations):
        check(reader, curriculum, catalogue)


def _references(reader: FolderReader, curriculum: Curriculum, catalogue: Catalogue) -> None:
    ids: Mapping[str, Iterable[str]] = {
        "rules": catalogue.rules,
        "sources": catalogue.sources,
        "papers": curriculum.papers["da"],
        "cards": curriculum.cards["da"],
        "modules": curriculum.modules["da"],
    }
    references: list[tuple[str, Located, str, str]] = [
        (file, node, table, node.text) for file, node, table in reader.references
    ]
    references += [
        (file, mention, TABLE_OF[mention.kind], mention.id) for file, mention in reader.mentioned
    ]
    for file, place, table, id in references:
        if id in ids[table] or id in reader.unread:
            continue
        if table in ("rules", "sources"):
            reader.report(file, place, "unknown-reference", value=id, table=f"{table}.yaml")
        else:
            reader.report(file, place, "training-unwritten", value=id, where=f"training/da/{table}")


def _minutes(reader: FolderReader, curriculum: Curriculum, _: Catalogue) -> None:
    for module in _all(curriculum.modules):
        total = sum(activity.minutes for activity in module.activities)
        if total != module.minutes:
            reader.report(
                module.at.file, "minutes", "training-minutes", total=total, minutes=module.minutes
            )


def _keys(reader: FolderReader, curriculum: Curriculum, _: Catalogue) -> None:
    for module in _all(curriculum.modules):
        nodes = reader.activity_nodes(module.at.file)
        for activity, node in zip(module.activities, nodes, strict=True):
            if activity.kind == EXERCISE and not any(
                block.kind == "key" for block in activity.blocks
            ):
                reader.report(module.at.file, node, "training-key", value=activity.id)


def _days(reader: FolderReader, curriculum: Curriculum, _: Catalogue) -> None:
    for number, day in enumerate(curriculum.timetable.days, 1):
        _misfits(reader, curriculum, day, f"dag {number}", f"day {number}")
    for variant in curriculum.timetable.variants:
        for number, day in enumerate(variant.days, 1):
            _misfits(
                reader,
                curriculum,
                day,
                f"{variant.id}, gang {number}",
                f"{variant.id}, session {number}",
            )
    for addon in curriculum.timetable.addons:
        modules = [module for id in addon.modules if (module := curriculum.module(id, "da"))]
        total = sum(module.minutes for module in modules)
        if len(modules) == len(addon.modules) and total != addon.minutes:
            reader.report(
                modules[-1].at.file,
                "minutes",
                "training-plan",
                day_da=addon.id,
                day_en=addon.id,
                minutes=total - addon.minutes,
                due="-",
                blamed=", ".join(addon.modules),
            )


def _courses(reader: FolderReader, curriculum: Curriculum, catalogue: Catalogue) -> None:
    for course in catalogue.courses.values():
        reader.problems.extend(course_plan.plan_problems(curriculum, course))


def _misfits(
    reader: FolderReader, curriculum: Curriculum, day: Day, day_da: str, day_en: str
) -> None:
    planned = timetable.planned_minutes(curriculum)
    for misfit in timetable.misfits(day, curriculum.minutes_of, planned):
        ids = [slot.module for slot in misfit.blamed if slot.module]
        blamed = [module for id in ids if (module := curriculum.module(id, "da"))]
        file = blamed[0].at.file if blamed else f"{reader.name}/timetable.yaml"
        reader.report(
            file,
            "minutes",
            "training-plan",
            day_da=day_da,
            day_en=day_en,
            minutes=f"{misfit.minutes:+}",
            due=f"{misfit.due:%H:%M}",
            blamed=", ".join(ids),
        )


def _editions(reader: FolderReader, curriculum: Curriculum, _: Catalogue) -> None:
    editions = {
        edition.edition for edition in curriculum.timetable.editions if isinstance(edition, Edition)
    }
    for table in (curriculum.modules, curriculum.papers, curriculum.cards):
        for text in _all(table):
            if text.edition not in editions:
                why_da = f"udgave {text.edition} har ingen dato i timetable.yaml"
                why_en = f"edition {text.edition} has no date in timetable.yaml"
                reader.report(
                    text.at.file, "edition", "training-text", why_da=why_da, why_en=why_en
                )


def _translations(reader: FolderReader, curriculum: Curriculum, _: Catalogue) -> None:
    for table in (curriculum.modules, curriculum.papers, curriculum.cards):
        for id, orphan in table["en"].items():
            if id not in table["da"] and id not in reader.unread:
                reader.report(
                    orphan.at.file,
                    "id",
                    "training-text",
                    why_da="der er ingen dansk udgave",
                    why_en="there is no Danish one",
                )
        for id, danish in table["da"].items():
            english = table["en"].get(id)
            if english is None and danish.language == "da" and id not in reader.unread:
                reader.report(
                    danish.at.file,
                    "edition",
                    "training-translation",
                    why_da="der er ingen engelsk udgave",
                    why_en="there is no English one",
                )
            elif english is not None and curriculum.is_behind(english):
                marks = f'follows: "{danish.edition}", danish: "{danish.mark}"'
                reader.report(
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
                reader.report(
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
