"""The walls of the house: who may import whom, inside the package and outside it."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

BELOW = {
    "rules": set(),
    "problem": {"rules"},
    "syntax": set(),
    "other_readers": set(),
    "source": {"other_readers", "problem", "syntax"},
    "spelling": set(),
    "values": {"spelling"},
    "characters": set(),
    "model": {"characters", "source"},
    "gazetteer": {"characters", "model", "spelling"},
    "patterns": set(),
    "picture_metadata": set(),
    "pictures": {"picture_metadata", "problem", "spelling"},
    "handwritten": {"addresses", "catalogue", "curriculum", "model", "pictures", "problem", "source", "spelling"},
    "reading": {"spelling", "values", "model", "problem", "source"},
    "described": {"problem", "rules", "source"},
    "coherence": {"spelling", "model", "patterns", "problem", "reading", "source"},
    "unread_files": {"described", "model", "problem", "spelling"},
    "catalogue": {
        "gazetteer",
        "spelling",
        "coherence",
        "described",
        "pictures",
        "reading",
        "model",
        "problem",
        "source",
        "unread_files",
    },  # fmt: skip
    "allowed": {"problem", "rules"},
    "vanished": {"model", "problem", "reading", "rules", "spelling"},
    "holidays": set(),
    "judgement": {
        "catalogue",
        "gazetteer",
        "described",
        "holidays",
        "other_readers",
        "reading",
        "model",
        "problem",
        "source",
        "vanished",
    },  # fmt: skip
    "announced": {"catalogue", "problem", "reading", "source"},
    "check": {
        "announced",
        "allowed",
        "vanished",
        "judgement",
        "catalogue",
        "described",
        "pictures",
        "reading",
        "problem",
        "source",
    },  # fmt: skip
    "telling": {"allowed", "problem"},
    "curriculum": {"catalogue", "reading", "model", "problem", "source"},
    "addresses": {"model"},
    "rendering": {"model", "source"},
    "moved": {"addresses", "catalogue", "model"},
    "forms": {"catalogue", "characters", "model", "rendering"},
    "pages": {
        "gazetteer",
        "moved",
        "pictures",
        "curriculum",
        "rules",
        "forms",
        "catalogue",
        "addresses",
        "rendering",
        "model",
        "source",
    },
    "export": {"pages", "curriculum", "catalogue", "addresses", "model"},
    "schema": {"catalogue", "described", "model", "values"},
    "scaffold": {"catalogue", "described", "model", "problem", "rendering", "source"},
    "difference": {"catalogue", "described", "model", "problem", "reading", "rendering", "source", "vanished"},
    "publish": {"pages", "curriculum", "catalogue", "addresses", "rendering", "model"},
    "building": {"catalogue", "schema"},
    "backend": {"gazetteer", "moved", "forms", "catalogue", "addresses", "rendering", "model", "source", "problem"},
    "ending": set(),
    "operating": {"backend", "publish", "ending", "forms", "curriculum", "catalogue", "model"},
    "hooks": {"publish", "pages", "curriculum", "catalogue", "addresses", "rendering", "problem", "model"},
}
ONLY_IN = {
    "yaml": {"source", "other_readers"},
    "mkdocs": {"hooks"},
    "PIL": {"pictures", "picture_metadata"},
    "markdown": {"pages"},
    "weasyprint": {"publish"},
    "segno": {"publish"},
    "frictionless": {"check"},
    "starlette": {"backend"},
    "uvicorn": {"backend"},
    "sqlalchemy": {"backend"},
    "alembic": {"backend"},
    "aiosmtplib": {"backend"},
    "itsdangerous": {"backend"},
    "cryptography": {"backend"},
    "idna": {"forms"},
}
FILES = sorted([*(ROOT / "mentorkorps").rglob("*.py"), *(ROOT / "hooks").glob("*.py")])


def room(path: Path) -> str:
    first = path.relative_to(ROOT).parts
    return "hooks" if first[0] == "hooks" else Path(first[1]).stem


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the room"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def rooms_of(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith("mentorkorps.")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_room_imports_only_from_the_floors_below_it(path):
    here = room(path)
    if here in ("cli", "__init__"):
        return

    assert rooms_of(imported(path)) - {here} <= BELOW[here]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_foreign_library_is_known_in_one_room_only(path):
    foreign = {name.split(".")[0] for name in imported(path)}

    assert {name: room(path) for name in foreign & ONLY_IN.keys() if room(path) not in ONLY_IN[name]} == {}


def test_the_hook_stays_an_adapter():
    assert len((ROOT / "hooks" / "mkdocs_pages.py").read_text("utf-8").splitlines()) <= 98
