"""What the papers say is there: commands, addresses of make, settings, files. They cannot lie unnoticed."""

import re
import shlex
import subprocess
import tomllib

import pytest

from mentorkorps.backend import settings
from mentorkorps.commands.cli import parser
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
COMMANDS = re.findall(r"(?m)^    ([a-z]+)(?: |$)", parser().format_help())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINS = (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"])
PACKAGES = [re.match(r"[\w.-]+", pin)[0] for pin in PINS]
SETTINGS = sorted(
    value for value in vars(settings).values() if str(value).startswith("MENTORKORPS_")
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command):
    assert f"`mentorkorps {command}" in README


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`mentorkorps ([a-z]+)", README))))
def test_every_command_of_the_readme_exists(command):
    assert command in COMMANDS


@pytest.mark.parametrize(
    "target", ["run", "test", "quick", "lint", "check", "preview", "bench", "scan"]
)
def test_every_make_target_is_in_the_readme(target):
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", MAKEFILE, re.M)


@pytest.mark.parametrize("page", ["da/drift.md", "en/operations.md"])
@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_explained_to_operators(setting, page):
    assert setting in (ROOT / "docs" / page).read_text("utf-8")


@pytest.mark.parametrize(
    ("page", "begins", "ends"),
    [
        ("da/drift.md", "## Lister, portioner", "## Kursusbeviser"),
        ("en/operations.md", "## Lists, batches", "## Certificates"),
    ],
)
def test_every_command_about_lists_that_the_guide_names_can_be_given(page, begins, ends):
    guide = (ROOT / "docs" / page).read_text("utf-8")
    section = guide[guide.index(begins) : guide.index(ends)]
    commands = re.findall(r"`mentorkorps ([^`]+)`", section)

    assert len(commands) > 8
    for command in commands:
        more = ["--all"] if command == "newsletter send" else []
        parser().parse_args([*shlex.split(command), *more])


def test_settings_are_found_at_all():
    assert "MENTORKORPS_DATABASE_URL" in SETTINGS


PAPERS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md"]


@pytest.mark.parametrize("paper", PAPERS)
def test_links_between_the_papers_lead_somewhere(paper):
    for link in re.findall(r"\]\(([^)#:]+)\)", (ROOT / paper).read_text("utf-8")):
        assert ((ROOT / paper).parent / link).exists(), link


NAMED_FILE = re.compile(r"`([\w.-][\w./-]*(?:\.(?:py|html|yaml|yml|md|toml)|/))`")
MADE_BY_RUNNING = ("var/",)


@pytest.mark.parametrize("paper", PAPERS)
def test_every_file_that_a_paper_names_is_there(paper):
    """By its whole path, or by the end of it where that is enough for a reader."""
    files = [f"/{path}" for path in listed_files()]
    names = NAMED_FILE.findall((ROOT / paper).read_text("utf-8"))

    assert [] == [
        name
        for name in names
        if not name.startswith(MADE_BY_RUNNING)
        and not any(
            file.endswith(f"/{name}") or (name.endswith("/") and f"/{name}" in file)
            for file in files
        )
    ]


def listed_files() -> list[str]:
    """All files that Git has or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()


@pytest.mark.parametrize(
    "target",
    sorted(set(re.findall(r"(?m)(?:^|`)make ([a-z]+)", (ROOT / "CONTRIBUTING.md").read_text()))),
)
def test_every_make_target_of_contributing_exists(target):
    assert re.search(rf"^{target}:", MAKEFILE, re.M)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_dependency_has_its_line_of_why(package):
    _, _, reasons = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Dependencies")

    assert re.search(rf"^\|.*\b{re.escape(package)}\b.*\|.+\|$", reasons, re.M)


@pytest.mark.parametrize(
    "lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.stem
)
def test_a_lock_names_no_registry_and_a_hash_for_each_package(lock):
    text = lock.read_text("utf-8")

    assert "://" not in text
    assert set() == {
        block
        for block in re.findall(r"(?m)^[a-z].*(?:\n .*)*", text)
        if "--hash=sha256:" not in block
    }


def test_nothing_committed_names_a_machine():
    matches = subprocess.run(
        [
            "git",
            "grep",
            "-nIE",
            r"/(root|home)/[a-z]|\.pyenv",
            "--",
            ".",
            ":!tests/test_docs.py",
            ":!*.min.js",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert "" == matches.stdout


def test_ci_calls_the_readmes_test_command():
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")


MADE_BY = r"(?:backup|restore|--to|--names|export [a-z]+) ([^\s`;]+\.[a-z]+)|> ([a-z]+\.csv)"
"""What the guide's commands write and read, in the folder of the portal: copies, names, sign-ups, certificates."""


@pytest.mark.parametrize("page", ["da/drift.md", "en/operations.md"])
def test_what_the_guide_makes_does_not_come_into_git(page):
    text = (ROOT / "docs" / page).read_text("utf-8")
    products = {folder or file for folder, file in re.findall(MADE_BY, text)} | {
        "backup/",
        "var/",
        "site/",
        ".venv/",
    }
    assert len(products) > 8

    ignored = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        input="\n".join(products),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert products == set(ignored.stdout.splitlines())
