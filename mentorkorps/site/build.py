"""Builds the whole site: one MkDocs run a language, side by side, and then in one stroke to its
place.

A server goes on with the old site until the new one is whole. The language follows the address
rather than a plug-in: mkdocs-static-i18n crashes on generated pages.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.editing import json_schema

CONFIGURATIONS = {"da": "mkdocs.yml", "en": "mkdocs.en.yml"}


class BuildFailed(Exception):
    """The site cannot be built; the text says why, in MkDocs' own words if it was MkDocs."""


def build_site(data: Path, site: Path) -> None:
    """Builds both languages, strictly, into `site`, which stays as it was until all is well.

    Raises BuildFailed, also where something else than a site would be lost.
    """
    if site.exists() and not _may_be_replaced(site):
        raise BuildFailed(
            f"{site} holds something else than a built site: name another folder, or empty it"
        )
    public_url = (
        os.environ.get("MENTORKORPS_PUBLIC_URL", "http://127.0.0.1:8000/").rstrip("/") + "/"
    )
    site.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{site.name}-", dir=site.parent) as folder:
        built = {language: Path(folder, language) for language in CONFIGURATIONS}
        runs = [
            _start(CONFIGURATIONS[language], target, data, public_url)
            for language, target in built.items()
        ]
        ended = [(run.communicate()[0], run.returncode) for run in runs]
        if complaints := [text.strip() for text, code in ended if code]:
            raise BuildFailed("\n".join(complaints))
        records = load_catalogue(data)
        built["en"].rename(built["da"] / "en")
        json_schema.write_schemas(records, built["da"] / "schema")
        if site.exists():
            site.rename(Path(folder, "before"))
        built["da"].rename(site)
        site.chmod(0o755)


def _may_be_replaced(site: Path) -> bool:
    return site.is_dir() and ((site / "shell.html").is_file() or not any(site.iterdir()))


def _start(configuration: str, target: Path, data: Path, public_url: str) -> subprocess.Popen[str]:
    environment = os.environ | {
        "MENTORKORPS_PUBLIC_URL": public_url,
        "MENTORKORPS_PUBLIC_URL_EN": f"{public_url}en/",
        "MENTORKORPS_DATA": str(data.resolve()),
        # Everybody who builds knows: Material ends on 5 May 2027. See CONTRIBUTING.
        "NO_MKDOCS_2_WARNING": "1",
    }
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--quiet",
            "-f",
            configuration,
            "-d",
            target.resolve(),
        ],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
