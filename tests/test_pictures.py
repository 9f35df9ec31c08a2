"""Pictures and pages that are referred to: shown with their size, or missed at their place."""

import io
import random

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.catalogue.images import FOLDER, Size, clean_picture, size_of
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.commands import cli
from mentorkorps.site.record_pages import site_pages
from mentorkorps.validation import links
from mentorkorps.validation.check import check
from tests.conftest import ROOT
from tests.test_cli import mentorkorps
from tests.test_problems import TODAY

PICTURE = '  picture: {file: sal.png, alt: {da: "Salen, set fra <døren>", en: The hall}}\n'


def picture_bytes(
    kind: str = "JPEG", size: tuple[int, int] = (400, 300), colour: str = "teal", **options: object
) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1, *, position: bool = False, artist: str = "", **more: str) -> bytes:
    tags = Image.Exif()
    if orientation != 1:
        tags[0x0112] = orientation
    if artist:
        tags[0x013B] = artist
    if more.get("owner"):
        tags.get_ifd(0x8769)[0xA430] = more["owner"]
    if more.get("model"):
        tags[0x0110] = more["model"]
    if position:
        tags.get_ifd(0x8825).update({1: "N", 2: (55.0, 23.0, 46.0), 3: "E", 4: (10.0, 23.0, 19.0)})
    return tags.tobytes()


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="55,23N">'
    b"<dc:creator>Karen Testesen"
    b"</dc:creator></rdf:Description></x:xmpmeta>"
)


def texts() -> PngInfo:
    info = PngInfo()
    info.add_text("Author", "Karen Testesen")
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return info


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))


def saved(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=95)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("b.jpg", "JPEG"), ("c.webp", "WEBP")]
)
def test_the_size_stands_in_the_file_itself(name, kind, tmp_path):
    (tmp_path / name).write_bytes(picture_bytes(kind))

    assert Size(400, 300) == size_of(tmp_path / name)


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (400, 300)), (3, (400, 300)), (6, (300, 400)), (8, (300, 400))]
)
def test_a_picture_that_was_taken_upright_is_framed_upright(orientation, size, data):
    added_picture(data, "sal.jpg", picture_bytes(exif=exif(orientation)))

    assert Size(*size) == load_catalogue(data).pictures["sal.jpg"]


@pytest.mark.parametrize(
    "raw", [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBPVP8X"]
)
def test_a_file_that_is_no_picture_has_no_size(raw, tmp_path):
    (tmp_path / "x.png").write_bytes(raw)

    assert size_of(tmp_path / "x.png") is None


TELLING = {
    "phone": (
        "sal.jpg",
        picture_bytes(exif=exif(6, position=True, artist="Karen Testesen")),
        "stedet, hvor det er taget og navne",
    ),
    "camera's owner": ("sal.jpg", picture_bytes(exif=exif(owner="Karen Testesen")), "navne"),
    "camera": ("sal.jpg", picture_bytes(exif=exif(model="Phone 12")), "skjulte oplysninger"),
    "XMP": ("sal.jpg", picture_bytes(xmp=XMP), "stedet, hvor det er taget og navne"),
    "comment": ("sal.jpg", picture_bytes(comment=b"Karen Testesen"), "navne"),
    "film after the end": (
        "sal.jpg",
        picture_bytes() + b"\0\0\0\x18ftypmp42" + b"x" * 900,
        "skjulte oplysninger",
    ),
    "PNG position": ("sal.png", picture_bytes("PNG", exif=exif(position=True)), "stedet"),
    "PNG texts": ("sal.png", picture_bytes("PNG", pnginfo=texts()), "navne"),
    "WebP position": ("sal.webp", picture_bytes("WEBP", exif=exif(position=True)), "stedet"),
    "WebP XMP": ("sal.webp", picture_bytes("WEBP", xmp=XMP), "navne"),
}


@pytest.mark.parametrize(("name", "raw", "secret"), TELLING.values(), ids=TELLING)
def test_place_and_names_are_told_never_published_and_taken_out(name, raw, secret, data):
    file = added_picture(data, name, raw)

    (problem,) = check(data, TODAY, "data").problems
    with pytest.raises(DataError):
        load_catalogue(data)
    assert 0 == cli.main(["picture", str(file)])

    assert (f"{FOLDER}/{name}", "picture-tells") == (problem.file, problem.rule)
    assert secret in problem.message.da
    assert "mentorkorps picture" in problem.message.da
    assert [] == check(data, TODAY).problems
    cleaned = file.read_bytes()
    assert not [sign for sign in (b"Testesen", b"GPS", b"Phone", b"ftyp") if sign in cleaned]
    with Image.open(file) as picture:
        assert not picture.getexif().get_ifd(0x8825)


def test_metadata_is_taken_out_without_touching_the_pixels(tmp_path):
    file = tmp_path / "sal.jpg"
    file.write_bytes(
        saved(noise((64, 48)), "JPEG").replace(b"\xff\xdb", b"\xff\xfe\x00\x07Karen\xff\xdb", 1)
    )
    with Image.open(file) as picture:
        before = picture.tobytes()

    clean_picture(file)

    with Image.open(file) as picture:
        assert before == picture.tobytes()
    assert b"Karen" not in file.read_bytes()


def test_a_picture_is_turned_upright_by_the_command(data):
    file = added_picture(data, "sal.jpg", picture_bytes(exif=exif(6, position=True)))

    cli.main(["picture", str(file)])

    with Image.open(file) as picture:
        assert (300, 400) == picture.size
    assert Size(300, 400) == size_of(file)


COLOURS = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize(
    "raw",
    [
        picture_bytes(),
        picture_bytes(progressive=True),
        picture_bytes(icc_profile=COLOURS),
        picture_bytes(exif=exif(6)),
        picture_bytes(dpi=(72, 72)),
        saved(noise((300, 200)), "JPEG"),
    ],
    ids=["plain", "progressive", "colours", "orientation", "resolution", "restless"],
)
def test_what_a_browser_needs_may_stand_in_a_picture(raw, data):
    added_picture(data, "sal.jpg", raw)

    assert [] == check(data, TODAY).problems


WHOLE = saved(noise((200, 150)), "JPEG")
BROKEN = {
    "cut off": ("sal.jpg", WHOLE[: len(WHOLE) // 2], "skåret af"),
    "the last bytes missing": ("sal.jpg", WHOLE[:-2], "skåret af"),
    "PNG cut off": ("sal.png", picture_bytes("PNG")[:-20], "skåret af"),
    "WebP cut off": ("sal.webp", picture_bytes("WEBP")[:-9], "skåret af"),
    "nothing": ("sal.jpg", b"", "ikke et billede"),
    "a page": ("sal.jpg", b"<html>", "ikke et billede"),
    "HEIC": ("sal.jpg", b"\0\0\0\x18ftypheic" + b"x" * 200, "HEIC"),
    "PNG called jpg": ("sal.jpg", picture_bytes("PNG"), "kald det sal.png"),
    "capitals": ("IMG_0042.JPG", picture_bytes(), "img-0042.jpg"),
    "four letters": ("sal.jpeg", picture_bytes(), "sal.jpg"),
}


@pytest.mark.parametrize(("name", "raw", "why"), BROKEN.values(), ids=BROKEN)
def test_a_picture_that_cannot_be_shown_is_told_with_the_reason(name, raw, why, data):
    added_picture(data, name, raw)

    (problem,) = check(data, TODAY, "data").problems

    assert (f"{FOLDER}/{name}", "picture-broken") == (problem.file, problem.rule)
    assert why in problem.message.da


def test_a_broken_picture_that_a_record_shows_is_one_problem(data):
    with_picture(data, "events")
    added_picture(data, "sal.png", picture_bytes("PNG")[:-20])

    assert ["picture-broken"] == [problem.rule for problem in check(data, TODAY).problems]


@pytest.mark.parametrize("size", [(2400, 100), (600, 500)], ids=["pixels", "bytes"])
def test_a_picture_that_is_too_large_is_told_and_made_smaller(size, data):
    file = added_picture(data, "sal.jpg", saved(noise(size), "JPEG"))

    (problem,) = check(data, TODAY).problems
    cli.main(["picture", str(file)])

    assert "picture-large" == problem.rule
    assert f"{size[0]} × {size[1]}" in problem.message.da
    assert [] == check(data, TODAY).problems


def test_the_command_leaves_what_is_no_picture_as_it_is(tmp_path):
    (tmp_path / "x.jpg").write_bytes(b"<html>")

    assert 2 == cli.main(["picture", str(tmp_path / "x.jpg")])
    assert b"<html>" == (tmp_path / "x.jpg").read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        '<g onload="x()"/>',
        "<metadata><dc:creator>Karen</dc:creator></metadata>",
        '<image href="https://example.org/x.png"/>',
        '<svg inkscape:export-filename="C:\\Users\\karen\\x.png"/>',
    ],
)
def test_a_drawing_of_a_page_has_no_program_and_no_names(content, data, sound):
    folder = data.parent / "docs" / "theme" / "assets"
    folder.mkdir(parents=True)
    (folder / "x.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg"><a href="#a"/>{content}</svg>', "utf-8"
    )
    (folder / "y.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><use href="#a"/></svg>', "utf-8"
    )

    (problem,) = links.find_broken_links(data.parent / "docs", "docs", sound, None)

    assert ("docs/theme/assets/x.svg", "picture-tells") == (problem.file, problem.rule)


def test_a_photo_of_a_page_tells_no_place_either(data, sound):
    folder = data.parent / "docs" / "da" / "billeder"
    folder.mkdir(parents=True)
    (folder / "x.jpg").write_bytes(picture_bytes(exif=exif(position=True)))

    (problem,) = links.find_broken_links(data.parent / "docs", "docs", sound, None)

    assert "stedet" in problem.message.da


def with_picture(data, table: str) -> None:
    file = data / f"{table}.yaml"
    file.write_text(file.read_text("utf-8").rstrip("\n") + "\n" + PICTURE, "utf-8")


def added_picture(data, name: str, raw: bytes):
    folder = data.parent / FOLDER
    folder.mkdir(parents=True)
    (folder / name).write_bytes(raw)
    return folder / name


def drawn(data, name: str) -> None:
    added_picture(data, name, picture_bytes("PNG", (1200, 800)))


@pytest.mark.parametrize(
    ("table", "at"),
    [
        ("programmes", "programmer/smedenes-korps/"),
        ("organisations", "organisationer/smedene/"),
        ("events", "arrangementer/netvaerk-april-2027/"),
    ],
)
def test_a_page_shows_the_picture_with_its_size_and_its_words(table, at, data):
    with_picture(data, table)
    drawn(data, "sal.png")

    page = next(page for page in site_pages(load_catalogue(data), "da") if page.at == at)

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
        problem.file,
        problem.line,
        problem.column,
        problem.rule,
        problem.suggestion,
    )


def test_a_folder_among_the_pictures_is_no_picture(data):
    (data.parent / "docs" / "theme" / "assets" / "pictures" / "2027.april").mkdir(parents=True)

    assert [] == check(data, TODAY).problems


def test_a_hand_written_page_that_is_not_saved_as_utf_8_is_told_with_its_line(data, sound):
    page = data.parent / "docs" / "da" / "om.md"
    page.parent.mkdir(parents=True)
    page.write_bytes("# Om\n\nBlå\n".encode("latin-1"))

    (problem,) = links.find_broken_links(data.parent / "docs", "docs", sound, None)

    assert ("docs/da/om.md", 3, "unreadable") == (problem.file, problem.line, problem.rule)


def test_a_link_to_a_page_that_does_not_exist_is_told_at_its_place(data):
    page = data.parent / "docs" / "da" / "om.md"
    page.parent.mkdir(parents=True)
    page.write_text(
        "# Om\n\nSe [her](tilmelding/mentr/index.md), [der](https://example.org), "
        "[os](om.md#om) og `[x](y.md)`.\n"
        "```md\n[i kode](nix.md)\n```\n![Dør](assets/dor.svg) "
        "[kursus](kurser/odense-2027/index.md)\n",
        "utf-8",
    )
    theme = data.parent / "docs" / "theme" / "assets"
    theme.mkdir(parents=True)
    (theme / "door.svg").write_text("<svg/>")

    output = mentorkorps("check", data, "--on", TODAY.isoformat()).stdout

    assert f"{page}:3:10  “tilmelding/mentr/index.md” findes ikke" in output.replace("\n", "")
    assert "mente du “tilmelding/mentor/index.md”?" in output
    assert f"{page}:7:8  “assets/dor.svg” findes ikke" in output
    assert 2 == output.count("[missing-page]")


def test_the_portals_own_pages_link_to_what_exists():
    ran = mentorkorps("check", ROOT / "data", "--on", TODAY.isoformat())

    assert "[missing-page]" not in ran.stdout
