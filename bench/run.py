"""Speed and size, each beside a peer or a limit in the same run. `make bench` runs all; a name runs one.

Figures of one run stand in bench/RESULTS.md with machine and date.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench import (
    challenges,
    instances,
    kill,
    lists,
    mails,
    matching,
    pages,
    papers,
    reading,
    reads,
    sign_ups,
    size,
)

BENCHES = {
    "reading": reading.run,
    "pages": pages.run,
    "papers": papers.run,
    "sign-ups": sign_ups.run,
    "mails": mails.run,
    "instances": instances.run,
    "challenges": challenges.run,
    "kill": kill.run,
    "reads": reads.run,
    "matching": matching.run,
    "size": size.run,
    "lists": lists.run,
}


def main() -> None:
    for name in sys.argv[1:] or BENCHES:
        print(f"\n## {name}\n")
        BENCHES[name]()


if __name__ == "__main__":
    main()
