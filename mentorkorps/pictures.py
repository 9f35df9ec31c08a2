"""The pictures that records show, with their sizes, so that a page keeps room for one before it has come."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("docs/theme/assets/pictures")
"""Beside the data folder."""
ADDRESS = "assets/pictures/"
"""Of the same folder on the site."""
HEAD = 1_000_000
"""Bytes at the beginning of a file in which its size stands; colours, words and a preview may come before it."""
NO_SIZE_IN_JPEG = {0xC4, 0xC8, 0xCC}
"""Markers among those of frames that are none (ITU-T T.81, table B.1)."""


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels."""

    width: int
    height: int


def pictures_beside(data: Path) -> Mapping[str, Size]:
    """Every picture that the records of a data folder can show, by the name of its file."""
    files = [path for path in sorted((data.resolve().parent / FOLDER).glob("*.*")) if path.is_file()]
    found = {path.name: size_of(path) for path in files}
    return {name: size for name, size in found.items() if size}


def size_of(path: Path) -> Size | None:
    """The size of a PNG, JPEG or WebP picture; None for anything else."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return Size(*struct.unpack(">II", head[16:24]))
        if head.startswith(b"\xff\xd8"):
            return _of_jpeg(head)
        if head.startswith(b"RIFF") and head[8:12] == b"WEBP" and len(head) >= 30:
            return _of_webp(head)
    except (struct.error, IndexError):
        pass
    return None


def _of_jpeg(head: bytes) -> Size | None:
    at = 2
    while head[at] == 0xFF:
        marker, (length,) = head[at + 1], struct.unpack(">H", head[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in NO_SIZE_IN_JPEG:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return Size(width, height)
        at += 2 + length
    return None


def _of_webp(head: bytes) -> Size | None:
    match head[12:16]:
        case b"VP8 ":
            width, height = struct.unpack("<HH", head[26:30])
            return Size(width & 0x3FFF, height & 0x3FFF)
        case b"VP8L":
            (bits,) = struct.unpack("<I", head[21:25])
            return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8X":
            return Size(*(int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27)))
    return None
