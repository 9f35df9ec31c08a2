"""A file that is there whole or not at all, also when whoever writes it is killed.

Where the system can (Linux), the file has no name until it is whole and on the disk, so that nothing stays of one that
is killed. Elsewhere it has a name that begins with `.part-` and ends as it will be called: the next one to write into
the folder deletes it, and so does whoever deletes old files by their ending.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from mentorkorps.backend.files import ownership

PART = ".part-"
DESCRIPTORS = Path("/proc/self/fd")


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write and read back, for its owner alone. It takes the place of `path` when the block ends well."""
    _forget_parts(path.parent)
    part = path.with_name(f"{PART}{uuid4().hex}-{path.name}")
    unnamed = _unnamed(path.parent)
    descriptor = ownership.open_new(part, os.O_RDWR) if unnamed is None else unnamed
    with os.fdopen(descriptor, "w+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if unnamed is not None:
                _name(file.fileno(), part)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    _sync(path.parent)


def _unnamed(folder: Path) -> int | None:
    if not hasattr(os, "O_TMPFILE") or not DESCRIPTORS.exists():
        return None
    try:
        descriptor = os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
    except FileNotFoundError:
        raise
    except OSError:  # not every file system can
        return None
    ownership.give_to_owner(descriptor, folder)
    return descriptor


def _name(descriptor: int, path: Path) -> None:
    # With src_dir_fd Python calls linkat(2) with AT_SYMLINK_FOLLOW, which open(2) wants for files without a name.
    os.link(DESCRIPTORS / str(descriptor), path, src_dir_fd=descriptor, follow_symlinks=True)


def _forget_parts(folder: Path) -> None:
    """Those of writers that were killed: nobody has them locked."""
    for part in folder.glob(f"{PART}*"):
        with suppress(OSError), part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()


def _sync(folder: Path) -> None:
    """So that the name is on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
