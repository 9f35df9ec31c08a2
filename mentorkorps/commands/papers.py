"""`mentorkorps papers`, `kit` and `pack`: the training on paper and without a network."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.commands import names
from mentorkorps.commands.arguments import AddCommand, add_language
from mentorkorps.commands.exit_codes import SOUND, CannotRun
from mentorkorps.commands.folders import TRAINING, public_url
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.interface.languages import LANGUAGES, Language
from mentorkorps.publish.pdf import HOW_TO_GET_PANGO, PangoMissing, can_be_pdf, pdfs, write_papers


def add_commands(add: AddCommand) -> None:
    papers = add(
        "papers",
        run_papers,
        "write workbook, trainer guide, run sheet, cards and handouts as PDF",
    )
    kit = add(
        "kit",
        run_kit,
        "write what a dated course needs on the day: lists, signs, run sheet, mail, calendar",
    )
    kit.add_argument("course", help="the id of a course in data/courses.yaml")
    names.add_options(kit, "names for list and tags, else they are blank", required=False)
    pack = add(
        "pack", run_pack, "write the course as one zip a language that opens without a network"
    )
    pack.add_argument("--without-pdf", action="store_true", help="pages, slides and search alone")
    for command in (papers, kit, pack):
        command.add_argument("folder", type=Path, help="folder to write to")
        add_language(command)


def run_papers(options: argparse.Namespace) -> int:
    from mentorkorps.publish import papers

    records, training = _records(options)
    portal = public_url()
    for language in _languages(options):
        press = papers.Press(records, training, language, portal)
        try:
            files = write_papers(press.prints(), options.folder / language)
        except PangoMissing as error:
            raise CannotRun(str(error)) from error
        print(f"{len(files)} papers written to {options.folder / language}.")
    return SOUND


def run_kit(options: argparse.Namespace) -> int:
    from mentorkorps.publish import course_kit, papers

    records, training = _records(options)
    if options.course not in records.courses:
        raise CannotRun(
            f"there is no course {options.course!r}. There are: {', '.join(records.courses)}"
        )
    portal = public_url()
    try:
        people = names.ask_for_names(options) if options.names else ()
        for language in _languages(options):
            press = papers.Press(records, training, language, portal)
            kit = course_kit.Kit(press, records.courses[options.course], people)
            count = course_kit.write_kit(kit, options.folder / language)
            print(f"{count} files written to {options.folder / language}.")
    except PangoMissing as error:
        raise CannotRun(str(error)) from error
    return SOUND


def run_pack(options: argparse.Namespace) -> int:
    from mentorkorps.publish import offline_pack, papers

    records, training = _records(options)
    portal = public_url()
    with_pdf = not options.without_pdf and can_be_pdf()
    for language in _languages(options):
        prints = papers.Press(records, training, language, portal).prints()
        pack = offline_pack.Packer(records, training, language, portal).pack(
            pdfs(prints) if with_pdf else ()
        )
        print(f"{offline_pack.write_pack(pack, options.folder)}  {len(pack.content) / 1e6:.1f} MB")
        for left_out in pack.left_out:
            print(f"  no room for {left_out.file}.pdf", file=sys.stderr)
    if not can_be_pdf():
        print(HOW_TO_GET_PANGO, file=sys.stderr)
    return SOUND


def _records(options: argparse.Namespace) -> tuple[Catalogue, Curriculum]:
    records = load_catalogue(options.data)
    return records, load_curriculum(TRAINING, records)


def _languages(options: argparse.Namespace) -> Sequence[Language]:
    return (options.language,) if options.language else LANGUAGES
