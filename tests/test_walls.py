"""The walls of the house: who may import whom, inside the package and outside it."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

BELOW = {
    "problem": set(),
    "source": {"problem"},
    "model": {"source"},
    "reading": {"model", "problem", "source"},
    "catalogue": {"reading", "model", "problem", "source"},
    "check": {"catalogue", "reading", "model", "problem", "source"},
    "addresses": {"model"},
    "rendering": {"model", "source"},
    "forms": {"catalogue", "model", "rendering"},
    "pages": {"forms", "catalogue", "addresses", "rendering", "model", "source"},
    "export": {"pages", "catalogue", "addresses", "model"},
    "building": set(),
    "backend": {"forms", "catalogue", "addresses", "rendering", "model", "source", "problem"},
    "hooks": {"pages", "catalogue", "addresses", "rendering", "problem", "model"},
}
ONLY_IN = {
    "yaml": {"source"},
    "mkdocs": {"hooks"},
    "frictionless": {"check"},
    "starlette": {"backend"},
    "uvicorn": {"backend"},
    "sqlalchemy": {"backend"},
    "alembic": {"backend"},
    "aiosmtplib": {"backend"},
    "itsdangerous": {"backend"},
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
    assert len((ROOT / "hooks" / "mkdocs_pages.py").read_text("utf-8").splitlines()) <= 90
