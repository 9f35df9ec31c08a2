"""Every paper of the training as PDF, judged against PDF/UA-1, and the pack of each language beside its limit."""

import time
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from pypdf import PdfReader

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.interface.languages import LANGUAGES
from mentorkorps.publish import course_kit, offline_pack, papers
from mentorkorps.publish.pdf import pdfs
from tests.reading import faults

URL = "https://mentorkorps.example/"


def run() -> None:
    records = load_catalogue(Path("data"))
    training = load_curriculum(Path("training"), records)
    rows = []
    print("language | papers and kit files | sheets | MB | found wrong by the validator | seconds")
    print("---|---|---|---|---|---")
    for language in LANGUAGES:
        press = papers.Press(records, training, language, URL)
        started = time.perf_counter()
        prints = list(pdfs(press.prints()))
        kit = list(pdfs(course_kit.Kit(press, next(iter(records.courses.values()))).prints()))
        took = time.perf_counter() - started
        readers = [PdfReader(BytesIO(pdf)) for _, pdf in prints + kit]
        sheets, size = (
            sum(len(reader.pages) for reader in readers),
            sum(len(pdf) for _, pdf in prints + kit),
        )
        print(
            f"{language} | {len(readers)} | {sheets} | {size / 1e6:.1f}"
            f" | {sum(map(bool, map(faults, readers)))} | {took:.0f}"
        )
        rows.append(
            packed(offline_pack.Packer(records, training, language, URL).pack(prints), language)
        )
    print("\npack | files in it | MB | limit | papers left out")
    print("---|---|---|---|---")
    print("\n".join(rows))


def packed(pack: offline_pack.Pack, language: str) -> str:
    files = len(ZipFile(BytesIO(pack.content)).namelist())
    size, limit = len(pack.content) / 1e6, offline_pack.LIMIT / 1e6
    return f"{language} | {files} | {size:.2f} | {limit:.0f} | {len(pack.left_out)}"
