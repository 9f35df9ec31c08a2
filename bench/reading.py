"""Reading and checking 1,000 programmes beside what PyYAML's C loader alone needs for the same bytes."""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from bench.many import ROOT, data_with
from mentorkorps import catalogue

PROGRAMMES = 1000


def run() -> None:
    with TemporaryDirectory() as folder:
        data = data_with(PROGRAMMES, Path(folder))
        loader = seconds(lambda: [yaml.load(p.read_bytes(), yaml.CSafeLoader) for p in data.rglob("*.yaml")])
        ours = seconds(lambda: catalogue.load(data))
        check = seconds(lambda: command("check", data))
        nothing = seconds(lambda: command("check", ROOT / "data"))
    print(f"{PROGRAMMES} programmes       | seconds | to the C loader")
    print("---|---|---")
    for what, took in (
        ("PyYAML's C loader, no checks", loader),
        ("catalogue.load: typed records, all references", ours),
        ("mentorkorps check, whole process", check),
        ("mentorkorps check of today's data, whole process", nothing),
    ):
        print(f"{what} | {took:.2f} | {took / loader:.1f}")


def command(*arguments: object) -> None:
    subprocess.run(
        [sys.executable, "-m", "mentorkorps.cli", *map(str, arguments)],
        check=True, stdout=subprocess.DEVNULL, cwd=ROOT, env=os.environ,
    )  # fmt: skip


def seconds(work: object, runs: int = 3) -> float:
    """The median of a few runs."""
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return sorted(took)[runs // 2]
