"""The walls of the house: who may import whom, inside the package and outside it."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

BELOW = {
    "rules": set(),
    "problem": {"rules"},
    "syntax": set(),
    "source": {"problem", "syntax"},
    "spelling": set(),
    "values": {"spelling"},
    "characters": set(),
    "model": {"characters", "source"},
    "gazetteer": {"characters", "model", "spelling"},
    "patterns": set(),
    "pictures": set(),
    "handwritten": {"addresses", "catalogue", "curriculum", "model", "problem", "source", "spelling"},
    "reading": {"spelling", "values", "model", "problem", "source"},
    "described": {"problem", "rules", "source"},
    "coherence": {"spelling", "model", "patterns", "problem", "reading", "source"},
    "catalogue": {
        "spelling",
        "coherence",
        "gazetteer",
        "described",
        "pictures",
        "reading",
        "model",
        "problem",
        "source",
    },
    "allowed": {"problem", "rules"},
    "judgement": {"catalogue", "described", "gazetteer", "reading", "model", "problem", "source"},
    "check": {"allowed", "judgement", "catalogue", "described", "pictures", "reading", "problem", "source"},
    "telling": {"allowed", "problem"},
    "curriculum": {"catalogue", "reading", "model", "problem", "source"},
    "addresses": {"model"},
    "rendering": {"model", "source"},
    "forms": {"catalogue", "characters", "model", "rendering"},
    "pages": {
        "pictures",
        "gazetteer",
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
    "difference": {"catalogue", "described", "model", "problem", "reading", "rendering", "source"},
    "publish": {"pages", "curriculum", "catalogue", "addresses", "rendering", "model"},
    "building": {"catalogue", "schema"},
    "backend": {"forms", "catalogue", "gazetteer", "addresses", "rendering", "model", "source", "problem"},
    "ending": set(),
    "operating": {"backend", "publish", "ending", "forms", "curriculum", "catalogue", "model"},
    "hooks": {"publish", "pages", "curriculum", "catalogue", "addresses", "rendering", "problem", "model"},
}
ONLY_IN = {
    "yaml": {"source"},
    "mkdocs": {"hooks"},
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
