"""`mentorkorps papers`, `kit` and `pack`: the training on paper and without a network."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.commands import operators
from mentorkorps.commands.exit_codes import SOUND, CannotRun
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.interface.languages import LANGUAGES, Language
from mentorkorps.publish.pdf import HOW_TO_GET_PANGO, PangoMissing, can_be_pdf, pdfs, write_papers

if TYPE_CHECKING:
    pass
from mentorkorps.commands.folders import TRAINING

LOCAL = "http://127.0.0.1:8000/"


def run_papers(options: argparse.Namespace) -> int:
    from mentorkorps.publish import papers

    records, training = _records(options)
    public_url = _public_url()
    for language in _languages(options):
        press = papers.Press(records, training, language, public_url)
        try:
            written = write_papers(press.prints(), options.folder / language)
        except PangoMissing as error:
            raise CannotRun(str(error)) from error
        print(f"{len(written)} papers written to {options.folder / language}.")
    return SOUND


def run_kit(options: argparse.Namespace) -> int:
    from mentorkorps.publish import course_kit, papers

    records, training = _records(options)
    if options.course not in records.courses:
        raise CannotRun(
            f"there is no course {options.course!r}. There are: {', '.join(records.courses)}"
        )
    public_url = _public_url()
    try:
        names = operators.names.read(options) if options.names else ()
        for language in _languages(options):
            press = papers.Press(records, training, language, public_url)
            kit = course_kit.Kit(press, records.courses[options.course], names)
            count = course_kit.write_kit(kit, options.folder / language)
            print(f"{count} files written to {options.folder / language}.")
    except PangoMissing as error:
        raise CannotRun(str(error)) from error
    return SOUND


def run_pack(options: argparse.Namespace) -> int:
    from mentorkorps.publish import offline_pack, papers

    records, training = _records(options)
    public_url = _public_url()
    with_pdf = not options.without_pdf and can_be_pdf()
    for language in _languages(options):
        prints = papers.Press(records, training, language, public_url).prints()
        pack = offline_pack.Packer(records, training, language, public_url).pack(
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


def _public_url() -> str:
    """Where the portal stands, for QR codes and links on paper, with a slash at its end."""
    if "MENTORKORPS_PUBLIC_URL" not in os.environ:
        print(
            f"mentorkorps: papers will lead to {LOCAL}; set MENTORKORPS_PUBLIC_URL", file=sys.stderr
        )
    return os.environ.get("MENTORKORPS_PUBLIC_URL", LOCAL).rstrip("/") + "/"
