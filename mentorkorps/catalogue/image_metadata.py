"""A picture's bytes -> the same picture without what a camera or a program wrote beside it, not
encoded anew.

Kept is what a browser needs to show it: pixels, colours, and which side is up. A phone writes the place, a camera its
owner and its number, and both may hang a film after the end of the picture.

It is a list of what a browser needs, not of what to take out, so that what nobody has thought of
goes too. A picture is sound if this changes no byte of it.
"""

import io
import struct
from collections.abc import Iterator

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"
PNG_KEPT = {
    b"IHDR",
    b"PLTE",
    b"IDAT",
    b"IEND",
    b"tRNS",
    b"gAMA",
    b"cHRM",
    b"sRGB",
    b"iCCP",
    b"cICP",
    b"sBIT",
    b"bKGD",
    b"pHYs",
    b"acTL",
    b"fcTL",
    b"fdAT",
}
WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
WEBP_HAS_EXIF_OR_XMP = 0b1100
"""Flags of a VP8X chunk (RFC 9649, 2.7)."""
EXIF, ICC, JFIF, ADOBE = b"Exif\0\0", b"ICC_PROFILE\0", b"JFIF\0", b"Adobe"
APP0, APP1, APP2, APP14, APP15, COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
SOS, EOI = 0xDA, 0xD9
WITHOUT_LENGTH = {0x00, 0x01, *range(0xD0, 0xD8)}
"""Markers within the pixels: a byte of 255 itself, and where a decoder can begin again (ITU-T T.81,
B.1.1)."""
ORIENTATION = 0x0112
HARMLESS = {
    ORIENTATION,
    0x011A,
    0x011B,
    0x0128,
    0x0213,
    0x8769,  # orientation, resolution, how colours lie
    0x9000,
    0x9101,
    0xA000,
    0xA001,
    0xA002,
    0xA003,  # versions, colour space, size in pixels
}
"""Tags of EXIF that tell nothing about people or places (CIPA DC-008)."""
NAMING_TAGS = {0x013B, 0x8298, 0x9286, 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0xA430}
"""Artist, copyright, the user's comment, title, comment, author and words of Windows, the camera's
owner."""
NAMING_TEXTS = {"Author", "Copyright", "Comment", "comment", "Description", "Title", "photoshop"}
"""What Pillow calls texts of PNG, the comment of JPEG, and where newspapers write their
photographers (IPTC)."""
POSITION, EXIF_IFD, THUMBNAIL = 0x8825, 0x8769, 1


class CutOff(Exception):
    """The file ends before the picture does."""


def bare(raw: bytes) -> bytes:
    """A JPEG, PNG or WebP file without metadata; anything else as it is. Raises CutOff."""
    try:
        if raw.startswith(PNG):
            return PNG + b"".join(_png(raw))
        if raw.startswith(JPEG):
            return JPEG + b"".join(_jpeg(raw))
        if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
            chunks = b"WEBP" + b"".join(_webp(raw))
            return b"RIFF" + struct.pack("<I", len(chunks)) + chunks
    except (struct.error, IndexError) as error:
        raise CutOff from error
    return raw


def _png(raw: bytes) -> Iterator[bytes]:
    at, kind = len(PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack(">I4s", raw[at : at + 8])
        chunk = raw[at : at + 12 + length]
        if len(chunk) < 12 + length:
            raise CutOff
        if kind in PNG_KEPT:
            yield chunk
        at += len(chunk)


def _webp(raw: bytes) -> Iterator[bytes]:
    (size,) = struct.unpack("<I", raw[4:8])
    end, at = 8 + size, 12
    if len(raw) < end:
        raise CutOff
    while at + 8 <= end:
        kind, length = struct.unpack("<4sI", raw[at : at + 8])
        chunk = raw[at : at + 8 + length + length % 2]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~WEBP_HAS_EXIF_OR_XMP]) + chunk[9:]
        if kind in WEBP_KEPT:
            yield chunk
        at += len(chunk)


def _jpeg(raw: bytes) -> Iterator[bytes]:
    at = len(JPEG)
    while True:
        if raw[at] != 0xFF:
            raise CutOff
        marker = raw[at + 1]
        if marker == EOI:
            yield raw[at : at + 2]
            return
        (length,) = struct.unpack(">H", raw[at + 2 : at + 4])
        segment = raw[at : at + 2 + length]
        at += len(segment)
        if _is_needed(marker, segment[4:]):
            yield segment
        if marker == SOS:
            pixels = _pixels(raw, at)
            yield raw[at:pixels]
            at = pixels


def _pixels(raw: bytes, at: int) -> int:
    """Where the pixels of a scan end: at the next marker that does not belong to them."""
    while (at := raw.find(b"\xff", at)) >= 0:
        if raw[at + 1] == 0xFF:
            at += 1
        elif raw[at + 1] in WITHOUT_LENGTH:
            at += 2
        else:
            return at
    raise CutOff


def _is_needed(marker: int, body: bytes) -> bool:
    if marker == APP1 and body.startswith(EXIF):
        return _is_harmless(body)
    if APP0 <= marker <= APP15:
        needed = {APP0: JFIF, APP2: ICC, APP14: ADOBE}.get(marker)
        return needed is not None and body.startswith(needed)
    return marker != COMMENT


def _is_harmless(exif: bytes) -> bool:
    """Whether the tags tell which side is up, and nothing of people or places."""
    from PIL import Image

    tags = Image.Exif()
    try:
        tags.load(exif)
    except (SyntaxError, ValueError, struct.error):
        return False
    return not tags.get_ifd(THUMBNAIL) and {*tags, *tags.get_ifd(EXIF_IFD)} <= HARMLESS


def kinds_of_metadata(raw: bytes) -> Iterator[str]:
    """What the metadata gives away: "position", "names", both, or neither that anybody could
    tell."""
    from PIL import Image

    with Image.open(io.BytesIO(raw)) as picture:
        exif, info = picture.getexif(), picture.info
    words = b" ".join(
        value if isinstance(value, bytes) else str(value).encode() for value in info.values()
    )
    if exif.get_ifd(POSITION) or b"exif:GPS" in words:
        yield "position"
    tags = {*exif, *exif.get_ifd(EXIF_IFD)}
    if tags & NAMING_TAGS or info.keys() & NAMING_TEXTS or b"dc:creator" in words:
        yield "names"
