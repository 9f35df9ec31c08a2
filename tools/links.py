"""Asks every outside address in the data folder whether it is still there; lists those that are not.

Usage: python tools/links.py FOLDER. Ends with 0 always: a site that is down today stops nobody. What it prints is
added to the file that GITHUB_STEP_SUMMARY names.
"""

import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

ADDRESS = re.compile(r"https?://[^\s\"'<>}\]]+")
PATIENCE = 20
AT_ONCE = 8
WITH_MANNERS = {"User-Agent": "mentorkorps-links (weekly look at the sources of a public data set)"}
ONLY_FOR_PEOPLE = (401, 403, 405, 406, 429, 999)
"""Answers of sites that are there but do not let programs in."""


def addresses(folder: Path) -> dict[str, str]:
    """Each address with the first place where it stands."""
    places: dict[str, str] = {}
    for path in sorted(folder.rglob("*.yaml")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for address in ADDRESS.findall(line):
                places.setdefault(address.rstrip(".,;:)"), f"{path}:{number}")
    return places


def trouble(address: str) -> str | None:
    try:
        with urlopen(Request(address, headers=WITH_MANNERS), timeout=PATIENCE) as answer:
            answer.read(1)
    except HTTPError as error:
        return None if error.code in ONLY_FOR_PEOPLE else f"svarer {error.code}"
    except (URLError, TimeoutError, OSError, ValueError) as error:
        return f"kan ikke nås: {error}"
    return None


def report(places: dict[str, str]) -> Iterator[str]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = zip(places.items(), pool.map(trouble, places), strict=True)
        dead = [(at, address, answer) for (address, at), answer in answers if answer]
    yield f"## {len(dead)} af {len(places)} links svarer ikke"
    yield ""
    yield from (
        f"- `{at}` `{address}` {re.sub(r'[^0-9A-Za-zæøåÆØÅ .:]', ' ', answer)}"
        for at, address, answer in dead
    )


def main() -> None:
    lines = [f"{line}\n" for line in report(addresses(Path(sys.argv[1])))]
    sys.stdout.writelines(lines)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.writelines(lines)


if __name__ == "__main__":
    main()
