"""`mentorkorps certificates`: from a file of names to one PDF. Neither names nor codes are kept."""

import argparse
import os
from pathlib import Path

from mentorkorps import catalogue, curriculum
from mentorkorps.backend import certificates as codes
from mentorkorps.backend import store
from mentorkorps.backend.settings import SECRET_KEYS
from mentorkorps.ending import SOUND, CannotRun
from mentorkorps.model import LANGUAGES, lasting_id
from mentorkorps.operating import names
from mentorkorps.operating.house import counted, operating
from mentorkorps.publish import certificates, papers

TRAINING = Path("training")


def write(options: argparse.Namespace) -> int:
    records = catalogue.load(options.data)
    course = records.courses.get(options.course)
    if course is None or course.status == "cancelled":
        why = "is cancelled" if course else f"does not exist. There are: {', '.join(records.courses)}"
        raise CannotRun(f"the course {options.course!r} {why}")
    languages = LANGUAGES if options.language == "both" else (options.language,)
    with operating(must_exist=False) as settings:
        if SECRET_KEYS not in os.environ and not store.exists(settings):
            raise CannotRun(f"set {SECRET_KEYS} to those of the server: it will know no other certificates")
    people = names.read(options)
    try:
        holders = [
            certificates.Holder(name, codes.code(settings.secret_keys[0], lasting_id(course), number, name))
            for number, name in enumerate(people)
        ]
        press = papers.Press(records, curriculum.load(TRAINING, records), languages[0], settings.public_url)
        printed = certificates.certificates(press, course, holders, languages)
        options.to.write_bytes(papers.Printer().pdf(printed))
    except papers.PangoMissing as error:
        raise CannotRun(str(error)) from error
    print(f"{options.to} holds {counted(len(holders), 'certificate', 'certificates')}. Delete {options.names} now.")
    return SOUND
