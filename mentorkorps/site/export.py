"""All pages as plain Markdown in a folder with a small mkdocs.yml: for Zensical, for review, for
an archive.

The folder needs no hook: what the hook does while MkDocs builds is done here beforehand.
"""

import shutil
from pathlib import Path

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.interface.addresses import address
from mentorkorps.interface.languages import LANGUAGES, Language
from mentorkorps.site.fragments import fill
from mentorkorps.site.record_pages import site_pages

HAND_WRITTEN = Path("docs")
PICTURES = ("assets/guide", "assets/pictures")
"""What pages show, of the theme's folder."""
CONFIGURATION = """\
site_name: Mentorkorps
docs_dir: docs/{language}
site_dir: site{site_folder}
use_directory_urls: true
theme:
  name: material
  language: {language}
  font: false
"""


def export_pages(
    catalogue: Catalogue,
    folder: Path,
    hand_written: Path = HAND_WRITTEN,
    curriculum: Curriculum | None = None,
) -> int:
    """Writes both languages under `folder`. Returns how many pages were written."""
    return sum(
        _export(catalogue, language, folder, hand_written, curriculum) for language in LANGUAGES
    )


def _export(
    catalogue: Catalogue,
    language: Language,
    folder: Path,
    hand_written: Path,
    curriculum: Curriculum | None,
) -> int:
    docs = folder / "docs" / language
    written = {
        path.relative_to(hand_written / language).as_posix(): fill(
            path.read_text("utf-8"), catalogue, language
        )
        for path in sorted((hand_written / language).rglob("*.md"))
    }
    written |= {
        f"{page.at.removeprefix(address('front', language))}index.md": page.markdown
        for page in site_pages(catalogue, language, curriculum=curriculum)
    }
    for name, markdown in written.items():
        target = docs / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(markdown, "utf-8")
    for name in PICTURES:
        if (pictures := hand_written / "theme" / name).is_dir():
            shutil.copytree(pictures, docs / name, dirs_exist_ok=True)
    configuration = folder / ("mkdocs.yml" if language == "da" else f"mkdocs.{language}.yml")
    front = address("front", language).rstrip("/")
    configuration.write_text(
        CONFIGURATION.format(language=language, site_folder=f"/{front}" if front else ""), "utf-8"
    )
    return len(written)
