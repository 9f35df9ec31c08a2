"""The pictures that records show: their sizes, so that a page keeps room for one, and what is wrong with them.

They are measured when the catalogue is loaded, so that pages stay pure. A picture that shows a
place or a name stops the build rather than being stripped by it: what is committed is public as
soon as Git has it. Pillow decodes.
"""

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mentorkorps.catalogue import image_metadata
from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.suggestions import slug

if TYPE_CHECKING:
    from PIL import Image

FOLDER = Path("docs/theme/assets/pictures")
"""Beside the data folder."""
ADDRESS = "assets/pictures/"
"""Of the same folder on the site."""
ENDINGS = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp"}
UNSOUND = (OSError, SyntaxError, ValueError, Warning)
"""What Pillow raises for a file that is no whole picture, or a bomb."""
NAME = re.compile(r"[a-z0-9-]+\.(?:jpg|png|webp)")
LARGEST = 300_000
"""Bytes: two seconds on a slow phone connection of 1.2 Mbit a second."""
LONGEST_SIDE = 2_000
"""Pixels: a page shows some 720, and screens of twice the density show 1,440."""
TELLS = {
    "position": ("stedet, hvor det er taget", "where it was taken"),
    "names": ("navne eller tekster", "names or texts"),
    "other": (
        "skjulte oplysninger om kamera eller program",
        "hidden details of a camera or a program",
    ),
}
IN_SVG = (
    (
        re.compile(r"<script|\bon[a-z]+\s*=|javascript:|<foreignObject|<!ENTITY", re.IGNORECASE),
        ("et program (script)", "a program (script)"),
    ),
    (
        re.compile(
            r"(?:xlink:)?href\s*=\s*[\"'](?!#|data:image/)|url\(\s*[\"']?https?:|<\?xml-stylesheet",
            re.IGNORECASE,
        ),
        ("et link ud af billedet", "a link out of the picture"),
    ),
    (
        re.compile(
            r"<metadata|dc:creator|sodipodi:docname|inkscape:export-filename", re.IGNORECASE
        ),
        ("navne eller tekster", "names or texts"),
    ),
)


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels, as the picture is shown: a phone that was held upright turns it."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a picture: the rule, and its reason in Danish and in English."""

    rule: str
    why_da: str
    why_en: str


@dataclass(frozen=True, slots=True)
class InspectedPicture:
    """A picture that was looked at; without a size nothing can show it."""

    size: Size | None
    flaws: tuple[Flaw, ...]


def pictures_beside(data: Path) -> Mapping[str, Size]:
    """Every picture that the records of a data folder can show, by the name of its file."""
    sizes = {path.name: inspect_picture(path).size for path in _files(data)}
    return {name: size for name, size in sizes.items() if size}


def names_beside(data: Path) -> tuple[str, ...]:
    """The names of all files there, also of those that cannot be shown."""
    return tuple(path.name for path in _files(data))


def picture_problems(data: Path, name: str) -> Iterator[Problem]:
    """What is wrong with these pictures. `name` is what problems call the data folder."""
    folder = PurePosixPath(name).parent / FOLDER.as_posix()
    for path in _files(data):
        if not NAME.fullmatch(path.name):
            right = f"{slug(path.stem) or 'billede'}{_ending(path)}"
            yield _problem(
                f"{folder}/{path.name}",
                Flaw(
                    "picture-broken",
                    f"det skal hedde noget som {right}",
                    f"it must be called such as {right}",
                ),
            )
        for flaw in inspect_picture(path).flaws:
            yield _problem(f"{folder}/{path.name}", flaw)
        if large := _too_large(path):
            yield _problem(f"{folder}/{path.name}", large)


def problems_of_picture(path: Path, file: str) -> Iterator[Problem]:
    """What is wrong with a picture of a hand-written page, which may also be an SVG drawing."""
    for flaw in inspect_picture(path).flaws:
        yield _problem(file, flaw)


def size_of(path: Path) -> Size | None:
    """The size of a PNG, JPEG or WebP picture; None for anything else."""
    return inspect_picture(path).size


def inspect_picture(path: Path) -> InspectedPicture:
    """Reads a picture, once an edition of its file."""
    status = path.stat()
    return _inspect(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=1024)
def _inspect(path: Path, size: int, changed: int) -> InspectedPicture:
    """`size` and `changed` tell one edition of a file from the next."""
    raw = path.read_bytes()
    if path.suffix == ".svg":
        return InspectedPicture(None, tuple(_of_svg(raw.decode("utf-8", "replace"))))
    try:
        displayed_size, kind = _decoded(raw)
    except UNSOUND:
        return InspectedPicture(None, (_unreadable(raw),))
    return InspectedPicture(displayed_size, tuple(_flaws(path, raw, kind)))


def _decoded(raw: bytes) -> tuple[Size, str]:
    """The size as shown and the format. Raises OSError for what is no whole picture."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP")) as picture:
            picture.load()
            width, height = picture.size
            is_turned = picture.getexif().get(image_metadata.ORIENTATION, 1) in (5, 6, 7, 8)
            return Size(height, width) if is_turned else Size(width, height), picture.format or ""


def _flaws(path: Path, raw: bytes, kind: str) -> Iterator[Flaw]:
    if path.suffix != ENDINGS[kind] and NAME.fullmatch(path.name):
        right = path.with_suffix(ENDINGS[kind]).name
        yield Flaw(
            "picture-broken",
            f"det er et {kind}-billede; kald det {right}",
            f"it is {kind}; call it {right}",
        )
    try:
        if image_metadata.bare(raw) == raw:
            return
    except image_metadata.CutOff:
        yield _unreadable(raw)
        return
    kinds = list(image_metadata.kinds_of_metadata(raw)) or ["other"]
    da = " og ".join(TELLS[kind][0] for kind in kinds)
    en = " and ".join(TELLS[kind][1] for kind in kinds)
    yield Flaw("picture-tells", da, en)


def _unreadable(raw: bytes) -> Flaw:
    if raw[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        why = ("det er gemt som HEIC eller AVIF", "it is saved as HEIC or AVIF")
    elif raw.startswith((image_metadata.JPEG, image_metadata.PNG, b"RIFF")):
        why = (
            "filen er skåret af eller gået i stykker; hent den igen",
            "the file is cut off or broken; fetch it again",
        )
    else:
        why = ("det er ikke et billede", "it is no picture")
    return Flaw("picture-broken", *why)


def _too_large(path: Path) -> Flaw | None:
    weight, size = path.stat().st_size, inspect_picture(path).size
    if weight <= LARGEST and (size is None or max(size.width, size.height) <= LONGEST_SIDE):
        return None
    pixels = f", {size.width} × {size.height} pixels" if size else ""
    return Flaw("picture-large", f"{weight // 1000} kB{pixels}", f"{weight // 1000} kB{pixels}")


def _of_svg(text: str) -> Iterator[Flaw]:
    for sign, why in IN_SVG:
        if sign.search(text):
            yield Flaw("picture-tells", *why)


def _ending(path: Path) -> str:
    ending = path.suffix.casefold()
    return {".jpeg": ".jpg", ".heic": ".jpg", "": ".jpg"}.get(ending, ending)


def _problem(file: str, flaw: Flaw) -> Problem:
    return Problem.at(file, None, flaw.rule, why_da=flaw.why_da, why_en=flaw.why_en)


def _files(data: Path) -> list[Path]:
    folder = data.resolve().parent / FOLDER
    return [
        path
        for path in sorted(folder.glob("*"))
        if path.is_file() and not path.name.startswith(".")
    ]


def clean_picture(path: Path) -> Size:
    """Turns a picture upright, makes it as small as the site needs and takes out its metadata;
    writes it in its place.

    Pixels are encoded anew only where they must change. Raises ValueError for what is no whole
    picture.
    """
    from PIL import Image, ImageOps

    raw = path.read_bytes()
    try:
        size, kind = _decoded(raw)
    except UNSOUND as error:
        raise ValueError(str(error)) from error
    with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP")) as picture:
        is_turned = picture.getexif().get(image_metadata.ORIENTATION, 1) != 1
        if is_turned or max(picture.size) > LONGEST_SIDE or len(raw) > LARGEST:
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            raw = _encoded(upright, "JPEG" if kind == "MPO" else kind)
            size = Size(*upright.size)
    path.write_bytes(image_metadata.bare(raw))
    return size


def _encoded(picture: "Image.Image", kind: str) -> bytes:
    """As good as 300 kB allow: first with less quality, then with fewer pixels."""
    raw = b""
    while True:
        for quality in (85, 75, 60):
            out = io.BytesIO()
            picture.save(
                out,
                kind,
                quality=quality,
                optimize=True,
                icc_profile=picture.info.get("icc_profile"),
            )
            raw = out.getvalue()
            if len(raw) <= LARGEST:
                return raw
        picture.thumbnail((picture.width * 3 // 4, picture.height * 3 // 4))
