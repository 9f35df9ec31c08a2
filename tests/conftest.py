"""Shared ground for the tests: a small sound catalogue, and the real one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mentorkorps.catalogue.load import Catalogue, load_catalogue

HERE = Path(__file__).parent
ROOT = HERE.parent


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
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site, built as `make build` builds it."""
    folder = tmp_path_factory.mktemp("built") / "site"
    subprocess.run([sys.executable, "-m", "mentorkorps", "build", "--site", folder], cwd=ROOT, check=True)
    return folder
