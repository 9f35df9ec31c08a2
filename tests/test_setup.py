"""Setting up on a machine where something is in the way: one clear sentence, and what to do."""

import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of a checkout as installing looks at."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("tools", "mentorkorps"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("requirements.lock", "pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, folder)
    return folder


def install(checkout: Path, python: str, **environment: str) -> list[str]:
    process = subprocess.run(
        ["tools/install", python, "requirements.lock"],
        cwd=checkout,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )
    assert 0 != process.returncode
    return process.stderr.splitlines()


def test_a_python_that_is_too_old_is_told_by_its_version(checkout):
    old = checkout / "python-old"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(old.stat().st_mode | stat.S_IXUSR)

    (message,) = install(checkout, str(old))

    assert "3.11 or newer is needed; Python 3.9.2 is too old" in message


def test_a_machine_without_python_is_told_so(checkout):
    (message,) = install(checkout, "python-that-is-not-there")

    assert "Install Python 3.11 or newer" in message


def test_a_machine_without_a_network_is_told_so(checkout):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{nobody.getsockname()[1]}/"

    (message,) = install(
        checkout,
        sys.executable,
        PIP_INDEX_URL=nowhere,
        PIP_EXTRA_INDEX_URL="",
        PIP_FIND_LINKS="",
        PIP_CONFIG_FILE=os.devnull,
        PIP_NO_CACHE_DIR="1",
    )

    assert "is there a network?" in message


def test_a_port_that_is_taken_is_told_in_one_sentence(site, tmp_path):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = str(listening.getsockname()[1])
        process = subprocess.run(
            [
                sys.executable,
                "-m",
                "mentorkorps",
                "serve",
                "--port",
                port,
                "--data",
                ROOT / "data",
                "--site",
                site,
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    assert (2, 1) == (process.returncode, len(process.stderr.splitlines()))
    assert port in process.stderr


def test_serving_before_building_says_what_to_do(tmp_path):
    process = subprocess.run(
        [sys.executable, "-m", "mentorkorps", "serve", "--port", "0", "--data", ROOT / "data"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert 2 == process.returncode
    assert "make build" in process.stderr
