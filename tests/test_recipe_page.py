"""CONTRIBUTING's "Add a page", both kinds, followed to the letter in a copy of the tree that is then built."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

ADDRESSES = Path("mentorkorps/interface/addresses.py")
RECORD_PAGES = Path("mentorkorps/site/record_pages.py")
TEMPLATES = Path("mentorkorps/templates")

HAND_WRITTEN = {
    "docs/da/spoergsmaal.md": "---\ntitle: Spørgsmål\ndescription: Svar på meget.\n---\n\n# Spørgsmål\n",
    "docs/en/questions.md": "---\ntitle: Questions\ndescription: Many answers.\n---\n\n# Questions\n",
}
LINKS = {
    "docs/da/om.md": "\n[Spørgsmål](spoergsmaal.md)\n",
    "docs/en/about.md": "\n[Questions](questions.md)\n",
}
WORDS = {
    "texts.da.yaml": "  figures:\n    title: Tal for portalen\n    lead: Så mange programmer er der.\n",
    "texts.en.yaml": "  figures:\n    title: Figures of the portal\n    lead: So many programmes there are.\n",
}
METHOD = """
    def figures(self) -> Page:
        texts = self.texts["figures"]
        return self.page(
            "figures",
            title=texts["title"],
            description=texts["lead"],
            number=len(self.catalogue.published_programmes()),
        )
"""
TEMPLATE = """<div class="mk-page">
<header class="mk-head"><h1>{{ title }}</h1><p class="mk-lead">{{ t.site.figures.lead }}</p></header>
<p id="number">{{ number }}</p>
</div>
"""


def insert(path: Path, behind: str, added: str) -> None:
    text = path.read_text("utf-8")
    assert 1 == text.count(behind), behind
    path.write_text(text.replace(behind, behind + added), "utf-8")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with a page of each kind."""
    tree = tmp_path_factory.mktemp("recipe") / "tree"
    for folder in ("mentorkorps", "docs", "data", "training", "hooks"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("mkdocs.yml", "mkdocs.en.yml"):
        shutil.copy(ROOT / file, tree)
    insert(
        tree / ADDRESSES,
        '    "about": {"da": "om/", "en": "en/about/"},\n',
        '    "questions": {"da": "spoergsmaal/", "en": "en/questions/"},\n'
        '    "figures": {"da": "tal/", "en": "en/figures/"},\n',
    )
    for page, text in HAND_WRITTEN.items():
        (tree / page).write_text(text, "utf-8")
    for page, link in LINKS.items():
        with (tree / page).open("a", encoding="utf-8") as file:
            file.write(link)
    (tree / TEMPLATES / "figures.html").write_text(TEMPLATE, "utf-8")
    for file, words in WORDS.items():
        insert(tree / TEMPLATES / file, "\nsite:\n", words)
    insert(tree / RECORD_PAGES, "    yield site.front()\n", "    yield site.figures()\n")
    insert(tree / RECORD_PAGES, '        self.texts = words(language)["site"]\n', METHOD)
    return tree


@pytest.fixture(scope="module")
def built(tree: Path) -> Path:
    """Its site, built strictly."""
    ran = mentorkorps(tree, "build", "--site", "site")
    assert (0, "", "") == (ran.returncode, ran.stdout, ran.stderr)
    return tree / "site"


def mentorkorps(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mentorkorps", *arguments],
        cwd=tree,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tree)},
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "title", "translation"),
    [
        ("spoergsmaal", "Spørgsmål", "en/questions/"),
        ("en/questions", "Questions", "spoergsmaal/"),
        ("tal", "Tal for portalen", "en/figures/"),
        ("en/figures", "Figures of the portal", "tal/"),
    ],
)
def test_a_page_stands_at_its_address_and_leads_to_its_translation(
    built, address, title, translation
):
    html = (built / address / "index.html").read_text("utf-8")

    assert f"<title>{title}" in html
    assert f'href="http://127.0.0.1:8000/{translation}"' in html


@pytest.mark.slow
def test_a_generated_page_shows_what_the_data_says(built, real):
    html = (built / "tal" / "index.html").read_text("utf-8")

    assert f'<p id="number">{len(real.published_programmes())}</p>' in html


def test_a_link_to_a_page_without_its_file_is_reported(tree):
    page = tree / "docs" / "da" / "spoergsmaal.md"
    text = page.read_text("utf-8")

    before = mentorkorps(tree, "check")
    page.unlink()
    after = mentorkorps(tree, "check")
    page.write_text(text, "utf-8")

    assert "spoergsmaal.md" not in before.stdout
    assert "docs/da/om.md" in after.stdout
    assert "spoergsmaal.md" in after.stdout
