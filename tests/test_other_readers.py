"""The data is open: whoever takes it reads it with any YAML 1.1 or 1.2 reader, and finds the same
values."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
import yaml12
from ruamel.yaml import YAML

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.curriculum.folder_reader import FRONT
from mentorkorps.validation.check import check
from tests.conftest import HERE, ROOT
from tests.test_problems import TODAY


def ruamel(text: str) -> object:
    return YAML(typ="safe", pure=True).load(text)


READERS: dict[str, Callable[[str], object]] = {
    "PyYAML (1.1)": yaml.safe_load,
    "ruamel.yaml": ruamel,
    "yaml12 (1.2)": yaml12.parse_yaml,
}
FILES = sorted(
    path
    for folder in ("data", "training")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".yaml", ".md") and path.is_file()
)


def yaml_of(path: Path) -> str:
    text = path.read_text("utf-8")
    return text if path.suffix == ".yaml" else FRONT.match(text)[1]


def refusing(text: str) -> set[str]:
    """The readers that cannot load it."""
    names = set()
    for name, load in READERS.items():
        try:
            load(text)
        except Exception:  # each library has its own
            names.add(name)
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_reader_finds_the_same_in_our_own_files(path):
    text = yaml_of(path)

    first, *others = (load(text) for load in READERS.values())

    assert all(first == other for other in others)


def test_files_are_found_at_all():
    assert 150 < len(FILES)


STOP_OTHERS = {
    "question mark": ("- {da: Er det svært?, en: b}", 1, 8, '"Er det svært?"'),
    "question mark in an address": (
        "- {url: https://example.dk/?p=1}",
        1,
        9,
        '"https://example.dk/?p=1"',
    ),
    "question mark in a list": ("- a: [Hvem, Hvornår?]", 1, 13, '"Hvornår?"'),
    "question mark over two lines": (
        "- {da: Er du med og\n    klar? Ja, en: b}",
        1,
        8,
        "anførselstegn",
    ),
    "hyphen alone": ("- {da: -, en: b}", 1, 8, '"-"'),
    "hyphen at the end": ("- {da: Mandag -, en: b}", 1, 8, '"Mandag -"'),
    "equals sign": ("- a: =", 1, 6, '"="'),
    "merge sign": ("- a: <<", 1, 6, '"<<"'),
    "number without digits": ("- a: 0b_", 1, 6, '"0b_"'),
    "tab after a value": ("- a: 1\t\n  b: 2\n", 1, 7, "tabulator"),
    "tab after a colon": ("- a:\t1\n", 1, 5, "tabulator"),
    "tab within brackets": ("- {a: 1,\tb: 2}\n", 1, 9, "tabulator"),
    "tab after a quote": ('- a: "x\ty"\t\n', 1, 11, "tabulator"),
    "comment right after a quote": ('- a: "x"#y\n', 1, 9, "mellemrum foran #"),
    "comment right after a list": ("- a: [x]#y\n", 1, 9, "mellemrum foran #"),
    "comment right after >": ("- a: >#y\n    x\n", 1, 6, "mellemrum foran #"),
    "quoted line too far out": ('- a: "x\n  y"\n', 2, 3, "for langt ude"),
    "listed line too far out": ("- a: [x,\n  y]\n", 2, 3, "for langt ude"),
    "long text too far out": ("- a:\n  |\n  b: c\n", 2, 3, "for langt ude"),
    "empty line too far in": ("- a: >-\n       \n\n    # x\n", 1, 6, "en tom linje"),
}


@pytest.mark.parametrize(
    ("text", "line", "column", "remedy"), STOP_OTHERS.values(), ids=STOP_OTHERS
)
def test_what_stops_another_reader_is_told_at_its_place_with_the_remedy(text, line, column, remedy):
    assert refusing(text)

    with pytest.raises(DataError) as error:
        yaml_source.parse_yaml(text, "x.yaml")

    (problem,) = error.value.problems
    assert ("other-readers", line, column) == (problem.rule, problem.line, problem.column)
    assert remedy in problem.message.da


@pytest.mark.parametrize(
    "text",
    [
        "- a: Er det svært?\n",
        '- {da: "Er det svært?", en: b}',
        "- {a: 2-3, b: x-}",
        "- a: -x\n",
        "- a: x=y\n",
        "- a: 1 #\ten bemærkning\n",
        "#\tx\n- a: 1\n",
        "- a: |\n    x\ty\n",
        '- a: "x\ty"\n',
        "- a: [\n    x\n  ]\n",
        '- a: "x\n    y"\n',
        "- a:\n  - |\n    x\n",
        "- a: >-\n\n    x\n",
    ],
)
def test_what_every_reader_takes_is_not_told(text):
    assert set() == refusing(text)

    yaml_source.parse_yaml(text, "x.yaml")


PIECES = (
    "a",
    "b c",
    "å",
    ": ",
    ",",
    "?",
    "? ",
    "é? ",
    "[",
    "]",
    "{",
    "}",
    "-",
    "- ",
    "#",
    " # x",
    '"q"',
    "'q'",
    '"',
    "| ",
    "> x",
    "=",
    "<<",
    "1",
    "0b_",
    "\t",
    " ",
    "\n  ",
    "\n",
    "\n    ",
    "http://x?y=1",
    "a:b",
    "💡",
    "it's",
    "%",
    "@",
)
AROUND = (
    "- {da: %s, en: b}",
    "- {a: [%s, c]}",
    "- a: %s\n  b: c",
    "- a:\n  - %s\n  - x",
    '- a: "%s"',
    "- a: >-\n    %s\n",
)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_taken_here_other_readers_take_too(seed):
    chance, count = random.Random(seed), 0
    while count < 150:
        inner = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 4)))
        text = chance.choice(AROUND) % inner
        if "? " in inner and "é" not in inner:
            continue  # a key written out with "? ": no table has such a field
        try:
            yaml_source.parse_yaml(text, "x.yaml")
        except DataError:
            continue
        count += 1
        assert set() == refusing(text), text


def test_each_place_of_a_file_is_told_in_one_run(data):
    file = data / "industries.yaml"
    lines = file.read_text("utf-8").splitlines()
    line = "- {id: it, name: {da: Er du til it?, en: IT?}, examples: {da: x, en: x}}"
    file.write_text("\n".join([line, *lines]) + "\n", "utf-8")

    problems = check(data, TODAY).problems

    assert [("other-readers", 1, 23), ("other-readers", 1, 42)] == [
        (p.rule, p.line, p.column) for p in problems
    ]


def test_a_file_that_nobody_else_reads_may_hold_what_stops_others(tmp_path):
    path = tmp_path / "recipients.yaml"
    path.write_text("default:\ta@example.dk\n", "utf-8")

    assert {"default": "a@example.dk"} == yaml_source.plain_value(
        yaml_source.read_yaml(path, "recipients.yaml", is_open=False)
    )


def test_the_sound_records_of_the_tests_are_open_data_too():
    assert [] == [
        path.name for path in (HERE / "sound").glob("*.yaml") if refusing(path.read_text("utf-8"))
    ]
