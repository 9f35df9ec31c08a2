"""The page that GitHub shows of a run."""

import os
from collections.abc import Iterable
from pathlib import Path


def add_to_job_summary(lines: Iterable[str]) -> None:
    """Adds to the page that GitHub shows of a run, if this is one."""
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as summary:
            summary.writelines(f"{line}\n" for line in lines)
