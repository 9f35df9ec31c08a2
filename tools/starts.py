"""Where a scanner is to begin: every form, the search, and links that are somebody's. tools/starts.py URL MAILS.

Signs somebody up for that; the mails lie as files in the folder MAILS.
"""

import re
import sys
import time
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

ANSWERS = {
    "name": "Karen",
    "email": "karen@example.org",
    "place": "5000",
    "industry": "it-teknik",
    "adult": "yes",
    "contact": "yes",
}
FORM = re.compile(r"<loc>[^<]*?(/(?:en/sign-up|tilmelding)/[\w-]+/)</loc>")
MINE = re.compile(r'href="(/mine/[^"]+)"')
CONFIRM = re.compile(r"/confirm/[\w.-]+")


def main(url: str, mails: Path) -> None:
    receipt = urlopen(f"{url}/forms/mentor", urlencode(ANSWERS).encode())
    (mine,) = MINE.findall(receipt.read().decode())
    forms = FORM.findall(urlopen(f"{url}/sitemap.xml").read().decode())
    paths = (
        *forms,
        mine,
        confirmation(mails),
        "/find?q=Odense",
        "/kursusbevis/0000-0000-0000-0000",
    )
    print(*(f"--start {start}" for start in (*(url + path for path in paths), receipt.url)))


def confirmation(mails: Path) -> str:
    """The link in the mail that asks for it, once it has come."""
    while True:
        for path in mails.glob("*.eml"):
            if match := CONFIRM.search(path.read_text("utf-8")):
                return match[0]
        time.sleep(0.1)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
