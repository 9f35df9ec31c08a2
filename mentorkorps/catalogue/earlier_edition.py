"""An earlier edition of the data, in a folder or at a Git revision, and the records that it had.

What is new, what has gone and what has moved, only this comparison can tell.
"""

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from mentorkorps.catalogue import yaml_nodes, yaml_source
from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.catalogue.load import files_of
from mentorkorps.catalogue.tables import TABLES, WITH_FORMER_IDS

NEVER = "9999-12-31"


class NoEarlierEdition(Exception):
    """There is nothing to compare with; the text says why."""


@dataclass(frozen=True, slots=True)
class EarlierRecord:
    """A record of an earlier edition: its ids, the first that it had in front, and where in the
    folder it stood.

    `status` and `last_day` (ISO 8601) as they were written.
    """

    ids: tuple[str, ...]
    file: str
    name: str | None = None
    status: str | None = None
    last_day: str | None = None

    def is_over(self, today: date) -> bool:
        return self.status == "cancelled" or (self.last_day or NEVER) < today.isoformat()


EarlierRecords = Mapping[str, tuple[EarlierRecord, ...]]
"""The records of an earlier edition by table: those that keep their ids, and those that are gone
for good."""


@contextmanager
def earlier_folder(base: str, data: Path) -> Iterator[Path]:
    """The data folder as it was: `base` itself if it is a folder, or the folder at that Git
    revision.

    Raises NoEarlierEdition if Git knows no such revision.
    """
    if Path(base).is_dir():
        yield Path(base)
        return
    if base.startswith("-"):
        raise NoEarlierEdition(f"{base} is neither a folder nor a Git revision")
    with TemporaryDirectory() as folder:
        _unpack(_archive(base, data), Path(folder))
        yield Path(folder)


def _archive(revision: str, data: Path) -> bytes:
    """The data folder at a Git revision, as a tar file."""
    # A hook of Git sets GIT_DIR, and then Git would take the data folder for the whole of the
    # repository.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(data), "archive", "--format=tar", revision]
    archive = subprocess.run(command, capture_output=True, check=False, env=outside)
    if archive.returncode:
        why = archive.stderr.decode(errors="replace").strip()
        raise NoEarlierEdition(f"Git cannot give the data of {revision}: {why}")
    return archive.stdout


def _unpack(archive: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.name.endswith(".yaml") else None
            if content is not None:
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())


def read_earlier_records(base: Path) -> EarlierRecords:
    """Reads the records of a data folder that addresses or sign-ups may lead to.

    Of a file that cannot be read, none.
    """
    records = {table: tuple(_records_of(base, table)) for table in WITH_FORMER_IDS}
    for file, node in readable_records(base, "retired"):
        id, table = node.text("id"), node.text("table")
        if id and table in records:
            records[table] += (EarlierRecord((id,), file, status="cancelled"),)
    return records


def readable_records(base: Path, table: str) -> Iterator[tuple[str, yaml_nodes.Mapping]]:
    """Reads each record of a table, with its file inside the folder; passes by files that cannot be
    read."""
    for name, path in files_of(base, base.as_posix(), table):
        try:
            root = yaml_source.read_yaml(path, name)
        except DataError:
            continue
        file = path.relative_to(base).as_posix()
        yield from ((file, node) for node in yaml_nodes.mappings(root))


def _records_of(base: Path, table: str) -> Iterator[EarlierRecord]:
    for file, node in readable_records(base, table):
        status = node.text("status")
        ids = tuple(_ids(table, node))
        if ids and (table, status) != ("programmes", "draft"):
            yield EarlierRecord(ids, file, _danish_name(node), status, _last_day(node))


def _ids(table: str, node: yaml_nodes.Mapping) -> Iterator[str]:
    """Former ids, what stands in the address, and the key: the first id in front."""
    yield from (former.text for former in node.scalars("was"))
    yield from (id for key in ("slug", *TABLES[table].key) if (id := node.text(key)))


def _danish_name(node: yaml_nodes.Mapping) -> str | None:
    name = node.mapping("name")
    return name.text("da") if name else node.text("name")


def _last_day(node: yaml_nodes.Mapping) -> str | None:
    days = yaml_nodes.items(node.get("days"))
    last = days[-1] if days else node
    return last.text("date") if isinstance(last, yaml_nodes.Mapping) else None
