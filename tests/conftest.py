"""Shared ground for the tests: a small sound catalogue, and the real one."""

import fcntl
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.commands import cli

HERE = Path(__file__).parent
ROOT = HERE.parent

# Hundreds of commands run as processes of their own: none is to compile the same modules again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def run_here(*arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    """A command through its public function, in this process: a second less of processor time.

    Some tests of each family of commands start a process all the same.
    """
    said, complained = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(said),
        redirect_stderr(complained),
        # A thread of its own, since the loop of a browser test may still run in this one.
        ThreadPoolExecutor(1) as pool,
    ):
        for name, value in environ.items():
            patch.setenv(name, value)
        ended = pool.submit(_exit_code, [str(one) for one in arguments]).result()
    return subprocess.CompletedProcess(arguments, ended, _written(said), _written(complained))


def _exit_code(arguments: list[str]) -> int:
    try:
        return cli.main(arguments)
    except SystemExit as ended:  # argparse
        return ended.code


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


SLOW_FIXTURES = {"browser", "cluster", "site", "press", "printed"}
"""A Chromium, a PostgreSQL server, the whole built site, and PDF."""

SLOW_MODULES = {
    # Disks that break, servers that are killed or restarted, several instances, proxies.
    *(
        "test_backup",
        "test_clock_guard",
        "test_faults",
        "test_instances",
        "test_mail_server",
        "test_moving",
    ),
    *(
        "test_postgres",
        "test_proxies",
        "test_restart",
        "test_sealing",
        "test_side_by_side",
        "test_survival",
    ),
    *("test_mail_pace", "test_migrations", "test_trouble", "test_upgrade"),
    # Sweeps over many inputs or many visitors.
    *(
        "test_certificates",
        "test_doubt",
        "test_fuzz",
        "test_limits",
        "test_missing",
        "test_mutants",
    ),
    *("test_naughty", "test_openapi", "test_roll", "test_schema"),
    # Copies of the tree, installations and histories of git.
    *(
        "test_announced",
        "test_ci",
        "test_recipe_page",
        "test_recipe_setting",
        "test_recipes_data",
        "test_recipes_db",
        "test_setup",
        "test_vanished",
    ),
    # Days and nights of mails and places, and commands beside a server.
    *(
        "test_batches",
        "test_confirm_all",
        "test_confirmed_places",
        "test_digest",
        "test_lists",
        "test_lists_postgres",
        "test_ownership",
        "test_places",
        "test_access_log",
        "test_case_lists",
        "test_cases",
        "test_contact",
        "test_desk_log_in",
        "test_kits",
        "test_layout",
        "test_renaming",
        "test_sign_up_facts",
        "test_waiting",
        "test_reminders",
        "test_sheet",
    ),
    # Papers and whole exports.
    *("test_export", "test_kits"),
}
"""Test modules of more than some three seconds each; run the one that is about what you change."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as slow what `make quick` leaves out."""
    for item in items:
        if is_slow(item):
            item.add_marker("slow")


def is_slow(item: pytest.Item) -> bool:
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return (
        item.path.parent.name == "browser"
        or item.path.stem in SLOW_MODULES
        or not SLOW_FIXTURES.isdisjoint(item.fixturenames)
        or "server" in parameters.values()
    )


@pytest.fixture(scope="session")
def sound() -> Catalogue:
    """A few made-up records of every table, without a problem."""
    return load_catalogue(HERE / "sound")


@pytest.fixture(scope="session")
def real() -> Catalogue:
    """The portal's own records."""
    return load_catalogue(ROOT / "data")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of the sound records that a test may break."""
    folder = tmp_path / "data"
    shutil.copytree(HERE / "sound", folder)
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of this run have together."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Waits until no other worker is in such a block."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def site(shared: Path) -> Path:
    """The whole site, built once as `make build` builds it. Tests only read it."""
    folder = shared / "built-site"
    with locked(shared / "built-site.lock"):
        if not folder.exists():
            command = [sys.executable, "-m", "mentorkorps", "build", "--site", folder]
            subprocess.run(command, cwd=ROOT, check=True)
    return folder
