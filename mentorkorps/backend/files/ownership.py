"""What root makes belongs to whoever owns the folder it is made in, so that the service can use it afterwards.

An operator who runs a command as root means the service's database, not a second one of their own.
"""

import os
from contextlib import suppress
from pathlib import Path


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """The folder and those above it, each owned like the one it lies in. Those that are there stay as they are."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=mode, exist_ok=True)
    if os.geteuid() == 0:
        above = folder.parent.stat()
        os.chown(folder, above.st_uid, above.st_gid, follow_symlinks=False)


def open_new(path: Path, flags: int = os.O_WRONLY, mode: int = 0o600) -> int:
    """A file that was not there, like os.open. Raises FileExistsError."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, mode)
    give_to_owner(descriptor, path.parent)
    return descriptor


def make_file(path: Path, mode: int = 0o644) -> None:
    """An empty file, unless there is one: that keeps its owner."""
    with suppress(FileExistsError):
        os.close(open_new(path, mode=mode))


def give_to_owner(descriptor: int, folder: Path) -> None:
    """Gives a file that root has made to the owner of its folder. By its descriptor: a name may lead elsewhere."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
