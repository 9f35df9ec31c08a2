"""`mentorkorps certificates`: from a file of names to one PDF. Neither names nor codes are kept."""

import argparse
import os
from pathlib import Path

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.catalogue.model.lasting import lasting_id
from mentorkorps.commands import names
from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.context import counted, database_command
from mentorkorps.commands.exit_codes import SOUND, CannotRun
from mentorkorps.commands.folders import TRAINING
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.interface.languages import LANGUAGES, Language


def add_commands(add: AddCommand) -> None:
    certificates = add(
        "certificates",
        run_certificates,
        "write one PDF of certificates with check codes for a course",
    )
    certificates.add_argument("course", help="the id of a course in data/courses.yaml")
    names.add_options(certificates, "who took part in all of it", required=True)
    to_help = "the file to write"
    certificates.add_argument("--to", type=Path, required=True, metavar="FILE.pdf", help=to_help)
    languages = (*LANGUAGES, "both")
    language_help = "of the text (default: da)"
    certificates.add_argument("--language", choices=languages, default="da", help=language_help)


def run_certificates(options: argparse.Namespace) -> int:
    from mentorkorps.backend.certificates import codes
    from mentorkorps.backend.db import connect
    from mentorkorps.backend.settings import SECRET_KEYS
    from mentorkorps.publish import certificate_sheets, papers
    from mentorkorps.publish.pdf import PangoMissing, Printer

    records = load_catalogue(options.data)
    course = records.courses.get(options.course)
    if course is None or course.status == "cancelled":
        why = (
            "is cancelled" if course else f"does not exist. There are: {', '.join(records.courses)}"
        )
        raise CannotRun(f"the course {options.course!r} {why}")
    languages: tuple[Language, ...] = (
        LANGUAGES if options.language == "both" else (options.language,)
    )
    with database_command(must_exist=False) as settings:
        if SECRET_KEYS not in os.environ and not connect.database_exists(settings):
            raise CannotRun(
                f"set {SECRET_KEYS} to those of the server: it will know no other certificates"
            )
    people = names.ask_for_names(options)
    try:
        holders = [
            certificate_sheets.Holder(
                name, codes.code(settings.secret_keys[0], lasting_id(course), number, name)
            )
            for number, name in enumerate(people)
        ]
        press = papers.Press(
            records, load_curriculum(TRAINING, records), languages[0], settings.public_url
        )
        printed = certificate_sheets.certificates(press, course, holders, languages)
        options.to.write_bytes(Printer().pdf(printed))
    except PangoMissing as error:
        raise CannotRun(str(error)) from error
    print(
        f"{options.to} holds {counted(len(holders), 'certificate', 'certificates')}. "
        f"Delete {options.names} now."
    )
    return SOUND
