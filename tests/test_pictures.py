"""Pictures and pages that are referred to: shown with their size, or missed at their place."""

import struct
import zlib

import pytest

from mentorkorps import catalogue, handwritten, pages
from mentorkorps.check import check
from mentorkorps.pictures import FOLDER, Size, size_of
from tests.conftest import ROOT
from tests.test_cli import mentorkorps
from tests.test_problems import TODAY

PICTURE = '  picture: {file: sal.png, alt: {da: "Salen, set fra <døren>", en: The hall}}\n'


def png(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def jpeg(width: int, height: int) -> bytes:
    preview = b"\xff\xe1" + struct.pack(">H", 20_002) + b"\xff\xc0" * 10_000
    return b"\xff\xd8" + preview * 5 + b"\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width) + b"\x03" * 12


WEBP = {
    "lossy": b"VP8 " + bytes(10) + struct.pack("<HH", 640, 480),
    "lossless": b"VP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 639 | 479 << 14),
    "extended": b"VP8X" + bytes(8) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little"),
}
FILES = {"a.png": png(640, 480), "b.jpg": jpeg(640, 480)} | {
    f"{kind}.webp": b"RIFF" + bytes(4) + b"WEBP" + chunk.ljust(18, b"\0") for kind, chunk in WEBP.items()
}


@pytest.mark.parametrize("name", FILES)
def test_the_size_stands_in_the_file_itself(name, tmp_path):
    (tmp_path / name).write_bytes(FILES[name])

    assert Size(640, 480) == size_of(tmp_path / name)


@pytest.mark.parametrize(
    "raw", [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBPVP8X"]
)
def test_a_file_that_is_no_picture_has_no_size(raw, tmp_path):
    (tmp_path / "x.png").write_bytes(raw)

    assert size_of(tmp_path / "x.png") is None


def with_picture(data, table: str) -> None:
    file = data / f"{table}.yaml"
    file.write_text(file.read_text("utf-8").rstrip("\n") + "\n" + PICTURE, "utf-8")


def drawn(data, name: str) -> None:
    folder = data.parent / FOLDER
    folder.mkdir(parents=True)
    (folder / name).write_bytes(png(1200, 800))


@pytest.mark.parametrize(
    ("table", "at"),
    [
        ("programmes", "programmer/smedenes-korps/"), ("organisations", "organisationer/smedene/"),
        ("events", "arrangementer/netvaerk-april-2027/"),
    ],
)  # fmt: skip
def test_a_page_shows_the_picture_with_its_size_and_its_words(table, at, data):
    with_picture(data, table)
    drawn(data, "sal.png")

    page = next(one for one in pages.pages(catalogue.load(data), "da") if one.at == at)

    assert (
        '<img class="mk-picture" src="../../assets/pictures/sal.png" width="1200" height="800" '
        'alt="Salen, set fra &lt;døren&gt;" loading="lazy">'
    ) in page.body


def test_a_missing_picture_is_told_at_its_line_with_the_nearest_name(data):
    with_picture(data, "events")
    drawn(data, "salen.png")

    (problem,) = check(data, TODAY, "data").problems

    line = (data / "events.yaml").read_text("utf-8").split("\n").index(PICTURE.rstrip("\n")) + 1
    assert ("data/events.yaml", line, 19, "missing-picture", "salen.png") == (
        problem.file, problem.line, problem.column, problem.rule, problem.suggestion,
    )  # fmt: skip


def test_a_folder_among_the_pictures_is_no_picture(data):
    (data.parent / "docs" / "theme" / "assets" / "pictures" / "2027.april").mkdir(parents=True)

    assert [] == check(data, TODAY).problems


def test_a_hand_written_page_that_is_not_saved_as_utf_8_is_told_with_its_line(data, sound):
    page = data.parent / "docs" / "da" / "om.md"
    page.parent.mkdir(parents=True)
    page.write_bytes("# Om\n\nBlå\n".encode("latin-1"))

    (problem,) = handwritten.find(data.parent / "docs", "docs", sound, None)

    assert ("docs/da/om.md", 3, "unreadable") == (problem.file, problem.line, problem.rule)


def test_a_link_to_a_page_that_does_not_exist_is_told_at_its_place(data):
    page = data.parent / "docs" / "da" / "om.md"
    page.parent.mkdir(parents=True)
    page.write_text(
        "# Om\n\nSe [her](tilmelding/mentr/index.md), [der](https://example.org), [os](om.md#om) og `[x](y.md)`.\n"
        "```md\n[i kode](nix.md)\n```\n![Dør](assets/dor.svg) [kursus](kurser/odense-2027/index.md)\n",
        "utf-8",
    )
    theme = data.parent / "docs" / "theme" / "assets"
    theme.mkdir(parents=True)
    (theme / "door.svg").write_text("<svg/>")

    said = mentorkorps("check", data, "--on", TODAY.isoformat()).stdout

    assert f"{page}:3:10  “tilmelding/mentr/index.md” findes ikke" in said.replace("\n", "")
    assert "mente du “tilmelding/mentor/index.md”?" in said
    assert f"{page}:7:8  “assets/dor.svg” findes ikke" in said
    assert 2 == said.count("[missing-page]")


def test_the_portals_own_pages_link_to_what_exists():
    ran = mentorkorps("check", ROOT / "data", "--on", TODAY.isoformat())

    assert "[missing-page]" not in ran.stdout
