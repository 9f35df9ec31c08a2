"""The bytes of a mail, held against what the standard library makes of the same."""

import base64
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

import pytest

from mentorkorps.backend.mail import mime

PICTURE = mime.Picture("mark@example.dk", bytes(range(256)) * 3)
SENDER = Address('Blåbær & Co., afd. "Ærø"', "svar-ikke", "xn--blbr-roah.dk")
TEXTS = {
    "plain": "Hej\n\nTak.\n",
    "danish": "Blåbærgrød på Ærø – “sådan” 🫐\n" * 40,
    "dots": ".\n..\n.x\n",
    "from": "From here\n>From there\n",
    "ends in blanks": "en \nto\t\n  tre  ",
    "equals": "a=b\n=20\n=\n--=_\n",
    "long line": "x" * 2000 + "\n" + "æ" * 1000,
    "line ends": "en\r\nto\rtre\n",
    "odd": "nul\x00 skilt\x0b\x0c\u2028\x85 slut",
    "nothing": "",
}
SUBJECTS = (
    "Bekræft din tilmelding",
    "Plain",
    "Long " * 40,
    "Åh æh øh " * 30,
    "=?utf-8?q?not_encoded?=",
    "  blanks  ",
)


def reference(common: mime.Headers, own: mime.Headers, text: str, html: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    for name, value in (*common, *own):
        message[name] = value
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    (page,) = (part for part in message.iter_parts() if part.get_content_type() == "text/html")
    page.add_related(PICTURE.png, "image", "png", cid=f"<{PICTURE.id}>", disposition="inline")
    return message_from_bytes(message.as_bytes(), policy=policy.default)


def written(subject: str, text: str, html: str, **more: object) -> mime.WrittenMail:
    return mime.write_mail(
        SENDER.addr_spec,
        "a..b+c@example.org",
        (("From", str(SENDER)), ("Subject", subject), ("List-Id", "<portal.example.dk>")),
        (("Date", "Mon, 23 Nov 2026 09:00:00 +0000"), ("Message-ID", "<1@example.dk>")),
        mime.quoted_printable(text),
        mime.quoted_printable(html),
        PICTURE,
        **more,
    )


def read(mail: mime.WrittenMail) -> EmailMessage:
    message = message_from_bytes(mail.content, policy=policy.default)
    assert [] == [part.defects for part in message.walk() if part.defects]
    return message


def lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


@pytest.mark.parametrize("name", TEXTS)
def test_a_mail_reads_as_one_that_the_standard_library_wrote(name):
    text = TEXTS[name]
    for subject in SUBJECTS:
        mail = written(subject, text, f"<p>{text}</p>")
        message = read(mail)
        common = (("From", str(SENDER)), ("Subject", subject), ("List-Id", "<portal.example.dk>"))
        own = (("Date", "Mon, 23 Nov 2026 09:00:00 +0000"), ("Message-ID", "<1@example.dk>"))
        expected = reference(common, own, text, f"<p>{text}</p>")

        for header, value in expected.items():
            if header not in ("Content-Type", "Content-Transfer-Encoding"):
                assert value == message[header], header
        assert "a..b+c@example.org" == str(message["To"])
        for kind in ("plain", "html"):
            expected_text, got = (
                mail.get_body((kind,)).get_content() for mail in (expected, message)
            )
            assert lines(expected_text) == lines(got)
        (picture,) = (part for part in message.walk() if part.get_content_type() == "image/png")
        assert (PICTURE.png, f"<{PICTURE.id}>") == (picture.get_content(), picture["Content-ID"])
        assert mail.content.isascii()
        assert b"\n" not in mail.content.replace(b"\r\n", b"")
        assert b"\r" not in mail.content.replace(b"\r\n", b"")
        assert max(map(len, mail.content.split(b"\r\n"))) <= 78


def test_attachments_stand_beside_text_and_picture_and_show_their_names():
    calendar = "BEGIN:VCALENDAR\r\nSUMMARY:Kursus på Ærø\r\n".encode()
    attachment = mime.Attachment("aftale.ics", 'text/calendar; charset="utf-8"', calendar)

    message = read(written("Hej", "Hej", "<p>Hej</p>", attachments=[attachment]))

    (part,) = message.iter_attachments()
    assert ("aftale.ics", "text/calendar") == (part.get_filename(), part.get_content_type())
    assert calendar == base64.b64decode(part.get_payload())
    assert "Hej" == message.get_body(("plain",)).get_content().strip()


def test_gaps_are_filled_wherever_they_stand():
    marks = {"link": "GAP1", "name": "GAP2"}
    long = "https://example.org/confirm/" + "æ=" * 100

    prepared = mime.prepare('Hej GAP2\n\nGAP1\n\n<a href="GAP1">.GAP2</a>', marks)
    values = {"link": mime.quoted_printable(long), "name": mime.quoted_printable("Åse ")}
    message = EmailMessage()
    message["Content-Transfer-Encoding"] = "quoted-printable"
    message.set_payload(prepared.filled(values).decode())

    expected = f'Hej Åse \n\n{long}\n\n<a href="{long}">.Åse </a>'
    assert expected == lines(message.get_payload(decode=True).decode())
    assert max(map(len, prepared.filled(values).split(b"\r\n"))) <= 76


@pytest.mark.parametrize(
    "address",
    [
        "",
        "karen",
        "karen@",
        "søren@example.org",
        "a b@example.org",
        "a@b.dk\r\nBcc: c@d.dk",
        "<a@b.dk>",
    ],
)
def test_what_is_no_address_gets_no_mail(address):
    with pytest.raises(ValueError):
        mime.write_mail("a@b.dk", address, (), (), b"", b"", PICTURE)


@pytest.mark.parametrize("header", ["Subject", "From", "Reply-To"])
def test_no_header_holds_a_second_one(header):
    with pytest.raises(ValueError):
        mime.write_mail(
            "a@b.dk", "c@d.dk", ((header, "Hej\r\nBcc: x@y.dk"),), (), b"", b"", PICTURE
        )
