"""The walls between the wings: who may import whom, inside the package and outside it."""

import ast
from pathlib import Path

import pytest

from tests import walls
from tests.conftest import ROOT

FILES = sorted([*(ROOT / "mentorkorps").rglob("*.py"), *(ROOT / "hooks").glob("*.py")])


def module_of(path: Path) -> str:
    """Below `mentorkorps`, with dots: backend.web.visit."""
    relative = path.relative_to(ROOT).with_suffix("")
    parts = relative.parts[1:] if relative.parts[0] == "mentorkorps" else relative.parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {module_of(path): path for path in FILES}


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the wing"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own_modules(names: set[str]) -> set[str]:
    """The modules of ours among imported names; a name inside a module stands for the module."""
    modules = set()
    for name in names:
        module = name.removeprefix("mentorkorps.")
        if module != name:
            modules.add(module if module in MODULES else module.rpartition(".")[0])
    return modules


def test_each_wing_builds_only_on_wings_before_it():
    order = list(walls.MAY_IMPORT)

    assert [] == [
        (wing, below)
        for wing in order
        for below in walls.MAY_IMPORT[wing]
        if order.index(below) >= order.index(wing)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_imports_only_from_its_own_wing_and_those_below(path):
    wing = walls.wing_of(module_of(path))
    if not wing:  # the package and `python -m mentorkorps`
        return

    elsewhere = {module for module in own_modules(imported(path)) if walls.wing_of(module) != wing}

    assert set() == {
        m
        for m in elsewhere
        if not any(walls.is_within(m, below) for below in walls.MAY_IMPORT[wing])
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_foreign_library_is_known_in_one_wing_only(path):
    foreign = {name.split(".")[0] for name in imported(path)} & walls.ONLY_IN.keys()

    assert set() == {
        name for name in foreign if not walls.is_within(module_of(path), walls.ONLY_IN[name])
    }


def test_every_module_stands_in_a_wing():
    assert {"", "__main__"} == {module for module in MODULES if not walls.wing_of(module)}


def test_the_hook_stays_an_adapter():
    assert len((ROOT / "hooks" / "mkdocs_pages.py").read_text("utf-8").splitlines()) <= 98


def test_the_picture_of_the_architecture_is_drawn_from_the_walls():
    assert walls.picture() in (ROOT / "docs" / "architecture.md").read_text("utf-8")
