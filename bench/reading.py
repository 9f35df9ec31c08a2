"""`mentorkorps check` beside what PyYAML's C loader alone needs for the same bytes, and Frictionless' own YAML path.

The limit: three times the C loader, and one second for starting Python and importing Frictionless.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from bench.many import ROOT
from mentorkorps.catalogue.load import load_catalogue

COUNTS = (1_000, 10_000)
NATIVE = 1_000
"""More than that takes the native path minutes."""
IN_A_FILE = 500
LIMIT_TIMES, LIMIT_SECONDS = 3, 1


def run() -> None:
    print("programmes | MB | what | seconds | to the C loader | limit")
    print("---|---|---|---|---|---")
    for count in COUNTS:
        with TemporaryDirectory() as folder:
            data = sound_data_with(count, Path(folder))
            size = sum(path.stat().st_size for path in data.rglob("*.yaml")) / 1e6
            loader = seconds(lambda data=data: load_all(data))
            limit = LIMIT_TIMES * loader + LIMIT_SECONDS
            for name, took, at_most in measured(data, count, loader, limit):
                print(
                    f"{count:,} | {size:.1f} | {name} | {took:.2f} | {took / loader:.1f} | {at_most}",
                    flush=True,
                )


def measured(
    data: Path, count: int, loader: float, limit: float
) -> Iterator[tuple[str, float, str]]:
    yield "PyYAML's C loader, no checks", loader, ""
    yield "catalogue.load: typed records, all references", seconds(lambda: load_catalogue(data)), ""
    yield (
        "mentorkorps check, whole process",
        seconds(lambda: command("check", data)),
        f"{limit:.2f}",
    )
    if count <= NATIVE:
        joined = data.parent / "programmes.yaml"
        joined.write_text(
            "".join(
                path.read_text("utf-8") for path in sorted((data / "programmes").glob("*.yaml"))
            )
        )
        yield (
            "frictionless validate, its own YAML, programmes only",
            seconds(lambda: native(joined), runs=1),
            "",
        )


def sound_data_with(programmes: int, folder: Path) -> Path:
    """The sound records of the tests with so many more programmes, some 0.8 kB each, 500 a file."""
    data = folder / "data"
    shutil.copytree(ROOT / "tests" / "sound", data)
    text = (data / "programmes.yaml").read_text("utf-8")
    record = text[text.index("- id: aaben") : text.index("- id: smedenes-korps")]
    (data / "programmes").mkdir()
    for start in range(0, programmes, IN_A_FILE):
        copies = (
            record.replace("id: aaben", f"id: korps-{number}").replace(
                "Åben indsats", f"Korps nr. {number}"
            )
            for number in range(start, min(programmes, start + IN_A_FILE))
        )
        (data / "programmes" / f"{start:05}.yaml").write_text("".join(copies), "utf-8")
    return data


def load_all(data: Path) -> None:
    for path in data.rglob("*.yaml"):
        yaml.load(path.read_bytes(), yaml.CSafeLoader)


def native(file: Path) -> None:
    """Frictionless alone: types and limits of the top fields, no line, no nested field."""
    from frictionless import Resource, Schema

    from mentorkorps.catalogue.dictionary import read_dictionary

    fields = read_dictionary(ROOT / "data")["programmes"].fields
    schema = Schema.from_descriptor(
        {"fields": [{"name": field.name, "type": field.type} for field in fields]}
    )
    Resource(path=file.name, basepath=str(file.parent), format="yaml", schema=schema).validate()


def command(*arguments: object) -> None:
    subprocess.run(
        [sys.executable, "-m", "mentorkorps", *map(str, arguments)],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env=os.environ,
    )


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """The median of a few runs."""
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return sorted(took)[runs // 2]
