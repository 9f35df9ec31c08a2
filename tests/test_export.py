"""The way out of MkDocs' hooks: a folder that anything which reads mkdocs.yml can build."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "pages"
    subprocess.run([sys.executable, "-m", "mentorkorps", "export", folder], cwd=ROOT, check=True)
    return folder


def test_every_page_of_the_site_is_in_the_folder(exported, site):
    built = {path.parent.relative_to(site).as_posix() for path in site.rglob("index.html")}
    danish = {
        page_of(path, exported / "docs" / "da") for path in texts_of(exported / "docs" / "da")
    }
    english = {
        f"en/{page_of(path, exported / 'docs' / 'en')}"
        for path in texts_of(exported / "docs" / "en")
    }

    assert built == danish | {page.removesuffix("/.") for page in english}


def test_the_folder_builds_without_a_hook(exported, tmp_path):
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "-d", tmp_path / "site"],
        cwd=exported,
        capture_output=True,
        text=True,
    )

    assert 0 == build.returncode, build.stderr
    assert "Kringlebakken" in (tmp_path / "site" / "programmer" / "lift" / "index.html").read_text(
        "utf-8"
    )
    assert "72 timer" in (tmp_path / "site" / "privatliv" / "index.html").read_text("utf-8")


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    export = subprocess.run(
        [sys.executable, "-m", "mentorkorps", "export", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert (2, 1) == (export.returncode, len(export.stderr.splitlines()))


def texts_of(docs: Path) -> list[Path]:
    """Pages as Markdown, and slides, which are HTML already."""
    return [*docs.rglob("*.md"), *docs.rglob("index.html")]


def page_of(path: Path, docs: Path) -> str:
    relative = path.relative_to(docs)
    return (relative.parent if relative.stem == "index" else relative.with_suffix("")).as_posix()
