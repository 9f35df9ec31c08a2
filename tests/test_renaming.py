"""The ids of forms and questions are the editors' own: with others, all says and does the same.

The same people answer every form twice: on the data as they are, and on a copy in which every form
and every question has another id. What they, coordinators and operators get to see is compared.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.catalogue.model.forms import Field, Form
from mentorkorps.forms.choices import options
from mentorkorps.interface.addresses import address
from tests.backend.conftest import Hands, Portal, eventually, opened, run_cli, text_of
from tests.conftest import HERE
from tests.test_forms import renamed_everywhere

COURSE, EVENT = "odense-2027", "netvaerk-april-2027"
LINK = {"course": COURSE, "event": EVENT, "programme": "aaben", "place": "5000"}
TOKEN = re.compile(r"(?<=/)(confirm|receipt|mine|desk|offer)/[\w.~-]+")


@dataclass
class FilledPortal:
    """A running server on some data, and the commands of its operator."""

    server: Portal
    data: Path
    catalogue: Catalogue

    @property
    def forms(self) -> list[Form]:
        """In the order of the files, which no renaming changes."""
        return list(self.catalogue.forms.values())

    def answer_all(self) -> list[str]:
        """Answers every form: by a link, then with nothing, then soundly. Returns the pages."""
        client, pages, receipts = self.server.client, [], []
        for number, form in enumerate(self.forms):
            linked = client.get(f"/{address('form', 'da', form.id)}", params=LINK)
            refused = client.post(f"/forms/{form.id}", data={"language": "da"})
            accepted = client.post(f"/forms/{form.id}", data=sent(form, self.catalogue, number))
            statuses = [response.status_code for response in (linked, refused, accepted)]
            assert [200, 422, 303] == statuses, form.id
            pages += [linked.text, refused.text]
            receipts.append(accepted.headers["location"])
        self.wait_for_mails()
        pages += [client.get(receipt).text for receipt in receipts]
        return self.neutral(pages)

    def wait_for_mails(self) -> None:
        eventually(lambda: {"sent"} == {mail.state for mail in self.server.mails()})

    def confirm_all(self) -> list[tuple[str, str, str]]:
        """Confirms every address. Returns all mails: to whom, about what, and the text."""
        for mail in self.mails("confirm"):
            link = TOKEN.search(text_of(mail))
            assert link
            self.server.client.post(f"/{link[0]}")
        people = [sign_up for sign_up in self.server.sign_ups() if not sign_up.is_anonymous]
        eventually(lambda: len(people) == len(self.mails("receipt")))
        self.wait_for_mails()
        return self.letters()

    def mails(self, kind: str | None = None) -> list[EmailMessage]:
        """Those of a kind, or all."""
        mails = [mail for mail in self.server.mails() if kind in (mail.kind, None)]
        paths = [self.server.settings.mail_folder / f"{mail.id}.eml" for mail in mails]
        for path in paths:
            eventually(path.exists)
        return [self.server.read(path) for path in paths]

    def letters(self) -> list[tuple[str, str, str]]:
        """To whom each mail went, about what, and its text."""
        mails = self.mails()
        texts = self.neutral([text_of(mail) for mail in mails])
        return sorted(
            (str(mail["To"]), str(mail["Subject"]), text)
            for mail, text in zip(mails, texts, strict=True)
        )

    def own_pages(self) -> list[str]:
        """What a coordinator and the owner of each sign-up see, its form and its download."""
        self.server.change("DELETE FROM access_log")  # of earlier looks, which the own page tells
        sign_ups = sorted(self.server.sign_ups(), key=lambda sign_up: str(sign_up.email))
        pages = (
            self.server.client.post(f"/{kind}/{self.server.token(kind, sign_up)}{page}").text
            for sign_up in sign_ups
            for kind, page in (("desk", ""), ("mine", ""), ("mine", "/form"), ("mine", "/download"))
        )
        return self.neutral(pages)

    def table(self, form: Form, folder: Path) -> list[list[str]]:
        """What `desk export` writes of a form, without the numbers of the sign-ups."""
        file = folder / "table.csv"
        assert 0 == run_cli(["desk", "export", form.id, str(file), "--data", str(self.data)])
        text = file.read_text("utf-8-sig")
        file.unlink()
        return [row[1:] for row in csv.reader(io.StringIO(text, newline=""), delimiter=";")]

    def neutral(self, texts: Iterable[str]) -> list[str]:
        """Texts as they would be under the first ids, without what differs from run to run."""
        texts = list(texts)
        numbers = [
            number
            for sign_up in self.server.sign_ups()
            for number in (sign_up.id, sign_up.code)
            if number
        ]
        varying = re.compile("|".join([*numbers, str(self.server.client.base_url.port)]))
        first_ids = {
            record.id: record.was[0]
            for form in self.forms
            for record in (form, *form.fields)
            if record.was
        }
        renamed = re.compile(rf"(?<!\w)({'|'.join(first_ids) or '(?!)'})(?!\w)")
        return [
            TOKEN.sub(
                r"\1/TOKEN",
                renamed.sub(lambda match: first_ids[match[0]], varying.sub("VARYING", text)),
            )
            for text in texts
        ]


def sent(form: Form, catalogue: Catalogue, number: int) -> dict[str, list[str]]:
    """Sound answers to every question of a form, whatever it is called."""
    answers = {field.id: answer(form, field, catalogue, number) for field in form.fields}
    return answers | {
        "language": ["da"],
        "website": [""],
        **{consent.id: [consent.version] for consent in form.consents},
    }


def answer(form: Form, field: Field, catalogue: Catalogue, number: int) -> list[str]:
    match field.type:
        case "email":
            return [f"person{number}@example.org"]
        case "tel":
            return ["20 12 34 56"]
        case "place":
            return ["5000"]
        case "tick":
            return ["yes"]
        case "choice":
            return [options(form, field, catalogue)[0].value]
        case "choices":
            return [option.value for option in options(form, field, catalogue)[:2]]
        case _:
            return [f"{field.label.da} {number}"]


@contextmanager
def portal(folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FilledPortal]:
    catalogue = load_catalogue(data)
    with opened(folder, catalogue, Hands(), FOLDER=str(folder / "var")) as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        yield FilledPortal(server, data, catalogue)


def all_participants(portal: FilledPortal, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """What `desk participants` writes of the course and of the event."""
    lists = []
    for record in (COURSE, EVENT):
        capsys.readouterr()
        assert 0 == run_cli(["desk", "participants", record, "--data", str(portal.data)])
        lists.append(capsys.readouterr().out.splitlines())
    return lists


def test_with_other_ids_forms_mails_tables_and_lists_of_participants_are_the_same(
    data, tmp_path, monkeypatch, capsys
):
    with portal(tmp_path / "before", HERE / "sound", monkeypatch) as running:
        before = running.answer_all(), running.confirm_all()
        kept = all_kept(running, tmp_path, capsys)
    renamed_everywhere(data)
    with portal(tmp_path / "after", data, monkeypatch) as running:
        after = running.answer_all(), running.confirm_all()
        own_pages, lists = running.own_pages(), all_participants(running, capsys)

    assert all(form.was and all(field.was for field in form.fields) for form in running.forms)
    assert_same(before, after)
    assert_same((kept[0], kept[2]), (own_pages, lists))
    assert all(len(table) == 2 for table in kept[1])
    assert [["name", "Navn 7"], ["name", "Navn 8"]] == lists
    assert all("person0@example.org" in page for page in own_pages[4:8])  # after the anonymous one

    # The same database under the new ids, and a page that was opened before.
    with portal(tmp_path / "before", data, monkeypatch) as running:
        assert_same(kept, all_kept(running, tmp_path, capsys))
        booking = running.catalogue.form_for("book_course")
        first = load_catalogue(HERE / "sound").form_for("book_course")
        opened_before = sent(first, running.catalogue, 70)
        response = running.server.client.post(f"/forms/{first.id}", data=opened_before)
        assert 303 == response.status_code
        table = running.table(booking, tmp_path)
        assert {"person7@example.org", "person70@example.org"} <= {
            cell for row in table for cell in row
        }


def all_kept(portal: FilledPortal, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple:
    """What people, coordinators and operators get to see of the database."""
    tables = [portal.table(form, folder) for form in portal.forms]
    return (
        portal.own_pages(),
        tables,
        all_participants(portal, capsys),
    )


def assert_same(before: tuple, after: tuple) -> None:
    for part_before, part_after in zip(before, after, strict=True):
        for first, second in zip(part_before, part_after, strict=True):
            assert first == second
