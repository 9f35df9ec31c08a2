"""Whatever stands in a file: a verdict, never a traceback, and never more than two seconds."""

import random
import time

import pytest

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.catalogue.load import read_all
from mentorkorps.validation.check import check
from tests.conftest import HERE
from tests.test_problems import TODAY

SOUND = {path.stem: path.read_text("utf-8") for path in sorted((HERE / "sound").glob("*.yaml"))}
PIECES = (
    "- ",
    ": ",
    ":",
    "{",
    "}",
    "[",
    "]",
    ",",
    '"',
    "'",
    "#",
    "&a ",
    "*a",
    "!!int ",
    "|\n",
    ">-\n",
    "---\n",
    "...\n",
    "? ",
    "<<: ",
    "%YAML 1.1\n",
    "@",
    "`",
    "\t",
    "\n",
    "  ",
    "\\",
    "\x00",
    "\x07",
    "\x7f",
    "\ufeff",
    "\u2028",
    "\u202e",
    "é",
    "😀",
    "0x1F",
    "9:00",
    "~",
    "null",
    "yes",
    "1e999",
    "-0",
    "999999999999999999999",
    "2026-02-30",
    "{da: x}",
    "\r\n",
)
SECONDS = 2
HOSTILE = {
    "brackets": "[" * 100_000,
    "nested lists": "- " * 100_000 + "a",
    "nested objects": "".join(f"{' ' * depth}a:\n" for depth in range(2_000)),
    "billion laughs": "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "merge bomb": "a: &a {x: 1}\nb: &b {<<: [*a, *a]}\nc: {<<: [*b, *b]}\n",
    "a line of ten megabytes": f'- id: "{"x" * 10_000_000}"\n',
    "a word of an e-mail address without end": f"- id: {'a.' * 2_000_000}\n",
    "digits without end": f"- id: {'2' * 4_000_000}\n",
    "items without fields": "- a\n" * 160_000,
    "many items": "- a\n" * 4_000_000,
    "empty records": "- {}\n" * 80_000,
    "fields without end": "- " + "  ".join(f"k{number}: v\n" for number in range(150_000)),
    "a field's name of five megabytes": f"- {'a' * 5_000_000}: b\n",
    "the same field again and again": "- a: 1\n" + "  a: 1\n" * 100_000,
    "references that lead nowhere": "- id: x\n  sources: [" + "lettr, " * 100_000 + "x]\n",
    "percent signs": f"- about: {{da: {'1' * 1_000_000}%}}\n",
    "blank lines": "\n" * 10_000_000,
    "tabs without end": "- a:\t1\n" * 60_000,
    "question marks without end": "- {a: b?}\n" * 40_000,
    "comments that allow": "# tillad private-data: x\n" * 40_000,
}


@pytest.mark.parametrize("seed", range(20))
def test_a_garbled_file_is_read_or_refused(seed, data):
    chance = random.Random(seed)
    for _ in range(60):
        table = chance.choice(sorted(SOUND.keys() - {"datapackage"}))
        garbled = garble(SOUND[table], chance)
        (data / f"{table}.yaml").write_bytes(garbled.encode("utf-8", "surrogatepass"))
        started = time.process_time()
        _, problems = read_all(data)
        assert time.process_time() - started < SECONDS
        lines = garbled.count("\n") + garbled.count("\r") + 2
        assert all(
            1 <= problem.line <= lines
            for problem in problems
            if problem.file.endswith(f"/{table}.yaml")
        )
        (data / f"{table}.yaml").write_text(SOUND[table], "utf-8")


@pytest.mark.parametrize("seed", range(10))
def test_noise_is_read_or_refused(seed):
    chance = random.Random(seed)
    for _ in range(300):
        noise = "".join(chance.choice(PIECES) for _ in range(chance.randrange(40)))
        try:
            yaml_source.parse_yaml(noise, "noise.yaml")
        except DataError as error:
            assert 1 == len(error.problems) or {"other-readers"} == {
                problem.rule for problem in error.problems
            }


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_in_time(text, data):
    (data / "organisations.yaml").write_text(text, "utf-8")
    started = time.process_time()

    verdict = check(data, TODAY)

    assert time.process_time() - started < SECONDS
    assert verdict.problems


def garble(text: str, chance: random.Random) -> str:
    for _ in range(chance.randrange(1, 6)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randrange(12))
        text = (
            text[:start]
            + chance.choice(("", text[end : end + 9], chance.choice(PIECES)))
            + text[end:]
        )
    return text
