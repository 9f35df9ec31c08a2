"""The recipes of CONTRIBUTING that change the data: each is followed to the letter in a copy of the
tree."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

COPIED = ("mentorkorps", "data", "training", "docs")


class Copy:
    """A copy of the tree, whose own package runs."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *arguments: object) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "mentorkorps", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=self.root,
            env=os.environ | {"PYTHONPATH": str(self.root)},
        )

    def write(self, file: str, text: str) -> None:
        (self.root / file).write_text(text, "utf-8")

    def insert(self, file: str, before: str, text: str) -> None:
        """Puts lines in front of the first place where `before` stands."""
        content = (self.root / file).read_text("utf-8")
        assert before in content, f"{file} has no {before!r}"
        self.write(file, content.replace(before, text + before, 1))


@pytest.fixture
def copy(tmp_path) -> Copy:
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, symlinks=True, ignore=ignored)
    return Copy(tmp_path)


@pytest.fixture
def day(real) -> str:
    """The day on which somebody last confirmed something in the portal's own data."""
    tables = (real.programmes, real.courses, real.events, real.rules, real.sources)
    names = ("confirmed", "checked", "seen")
    days = (
        getattr(record, name, None)
        for table in tables
        for record in table.values()
        for name in names
    )
    return max(day for day in days if day).isoformat()


TIP = '''"""Tips for a first meeting."""

from dataclasses import dataclass

from mentorkorps.catalogue.model.text import Id, Title
from mentorkorps.catalogue.yaml_nodes import Place


@dataclass(frozen=True, slots=True)
class Tip:
    id: Id
    name: Title
    at: Place
'''
DESCRIBED_TIPS = """\
  - name: tips
    title: "Tips til det første møde"
    title_en: "Tips for a first meeting"
    path: tips.yaml
    format: yaml
    schema:
      primaryKey: [id]
      fields:
        - name: id
          type: string
          constraints: {required: true, pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", maxLength: 60}
          description: "Tippets navn i adresser."
          description_en: "The tip's name in addresses."
        - name: name
          type: object
          constraints: {required: true}
          translated: both
          maxLength: 120
          description: "Tippet i få ord."
          description_en: "The tip in a few words."
"""


def add_table(copy: Copy) -> None:
    tables = "mentorkorps/catalogue/tables.py"
    copy.write("mentorkorps/catalogue/model/tips.py", TIP)
    copy.insert(tables, "\n\n@dataclass", "\nfrom mentorkorps.catalogue.model.tips import Tip")
    copy.insert(
        tables, '    Table(\n        "retired"', '    Table("tips", Tip, Title("tippet", "tip")),\n'
    )
    load = "mentorkorps/catalogue/load.py"
    copy.insert(load, "\nR = TypeVar", "from mentorkorps.catalogue.model.tips import Tip\n")
    copy.insert(load, "    retired: tuple[Retired, ...]", "    tips: Mapping[str, Tip]\n")
    copy.insert("data/datapackage.yaml", "  - name: retired\n", DESCRIBED_TIPS)
    copy.write(
        "data/tips.yaml",
        "- {id: kaffe, name: {da: Begynd med en kop kaffe, en: Begin with coffee}}\n",
    )


def test_a_table_is_added(copy, day):
    shutil.copytree(copy.root / "data", copy.root / "before")
    add_table(copy)

    checked = copy.run("check", "--on", day)
    compared = copy.run("diff", "before")
    described = copy.run("schema")
    exported = copy.run("export", copy.root / "site")

    assert [0, 0, 0, 0] == [ran.returncode for ran in (checked, compared, described, exported)]
    assert "Begynd med en kop kaffe: tippet er tilføjet.\n" == compared.stdout
    assert "Tips til det første møde" in (copy.root / "data/schema/tips.json").read_text("utf-8")


def test_a_record_of_an_added_table_is_checked_and_its_removal_is_said(copy, day):
    add_table(copy)
    shutil.copytree(copy.root / "data", copy.root / "before")

    copy.write("data/tips.yaml", "- {id: Kaffe, name: {da: Begynd med kaffe}}\n")
    checked = json.loads(copy.run("check", "--on", day, "--format", "json").stdout)
    copy.write("data/tips.yaml", "# ingen\n")
    removed = copy.run("diff", "before")

    assert {("wrong-type", 1), ("missing-translation", 1)} == {
        (problem["rule"], problem["line"]) for problem in checked["problems"]
    }
    assert "Begynd med en kop kaffe: tippet er slettet.\n" == removed.stdout


PARKING = """\
        - name: parking
          description: "Hvor mentoren kan parkere."
          description_en: "Where the mentor can park."
          type: object
          translated: danish
          maxLength: 1200
"""
SHOWN = """\
{% if programme.parking %}
<div><dt>{{ s.parking }}</dt><dd>{{ p.prose(programme.parking) }}</dd></div>
{% endif %}
"""


def test_a_field_is_added(copy, day):
    shutil.copytree(copy.root / "data", copy.root / "before")
    model = "mentorkorps/catalogue/model/organisations.py"
    copy.insert(model, "    expenses: Text | None = None\n", "    parking: Text | None = None\n")
    copy.insert("data/datapackage.yaml", "        - name: expenses\n", PARKING)
    templates = "mentorkorps/templates"
    copy.insert(f"{templates}/programme.html", "<div><dt>{{ s.expenses }}", SHOWN)
    for language, word in {"da": "Parkering", "en": "Parking"}.items():
        copy.insert(
            f"{templates}/texts.{language}.yaml", "    expenses: ", f"    parking: {word}\n"
        )
    value = "  parking: {da: Bag porten., en: Behind the gate.}\n"
    copy.insert("data/programmes.yaml", "  organisation: ", value)

    checked = copy.run("check", "--on", day)
    compared = copy.run("diff", "before")
    described = copy.run("schema")
    exported = copy.run("export", copy.root / "site")

    assert [0, 0, 0, 0] == [ran.returncode for ran in (checked, compared, described, exported)]
    assert compared.stdout.endswith(": “parking” er tilføjet.\n")
    assert '"parking"' in (copy.root / "data/schema/programmes.json").read_text("utf-8")
    pages = (copy.root / "site").rglob("*.md")
    assert 2 == sum(
        "Bag porten." in text or "Behind the gate." in text for text in map(read, pages)
    )


def read(path: Path) -> str:
    return path.read_text("utf-8")


SHOUTING = """    "shouting": Rule(
        Message("Et navn, der råber", "A name that shouts"),
        Message("“{value}” råber.", "“{value}” shouts."),
        Message("Skriv navnet uden udråbstegn.", "Write the name without an exclamation mark."),
        "name: {da: Smedene!, en: Smiths}",
        "name: {da: Smedene, en: Smiths}",
        "programmes",
    ),
"""
FINDS_SHOUTING = """

def _shouting(entry: Entry) -> Iterator[Problem]:
    if _danish_name(entry).endswith("!"):
        yield entry.problem("name", "shouting", value=_danish_name(entry))
"""
ASKS_FOR_SHOUTING = """\
    for entry in entries["programmes"]:
        yield from _shouting(entry)
"""


def test_a_rule_is_added(copy, day):
    policy = "mentorkorps/validation/policy.py"
    copy.insert("mentorkorps/catalogue/messages/policy.py", '    "cpr-number": Rule(', SHOUTING)
    copy.insert(policy, "    yield from _unreachable(entries)\n", ASKS_FOR_SHOUTING)
    copy.insert(policy, "\n\ndef _private(", FINDS_SHOUTING)
    programmes = copy.root / "data" / "programmes.yaml"
    sound = copy.run("check", "--on", day)
    lines = programmes.read_text("utf-8").split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("  name: {"))
    lines[at] = "  name: {da: Smedene!, en: Smiths}"
    programmes.write_text("\n".join(lines), "utf-8")

    checked = copy.run("check", "--on", day, "--format", "json")

    problems = [
        (problem["rule"], problem["line"]) for problem in json.loads(checked.stdout)["problems"]
    ]
    assert (0, 1) == (sound.returncode, checked.returncode)
    assert ("shouting", at + 1) in problems
