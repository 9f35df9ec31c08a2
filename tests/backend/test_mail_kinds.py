"""Kinds of mail: each is whole, another is one entry, and a database from before they had subjects moves."""

import os
import shutil
import signal
import subprocess
import sys
from email import message_from_bytes, policy

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from mentorkorps.backend.db import migrate, operator_reads
from mentorkorps.backend.db.asked_rows import addressee
from mentorkorps.backend.mail.compose import find_missing_parts
from mentorkorps.backend.mail.kinds import KINDS
from mentorkorps.backend.security.encryption import Cipher
from tests.backend.conftest import KEY, MONDAY, eventually, link_in, opened, text_of
from tests.backend.test_confirmed_places import KILLED, changing, written
from tests.backend.test_store import read_settings
from tests.conftest import ROOT
from tools import mails

BEFORE = ("receipt", "notice", "confirm_all", "digest", "given_up", "clock", "large_purge")
"""Mails that wait in a database of the version before; all hang on Karen's sign-up."""


def test_each_kind_has_its_template_and_its_words():
    assert 31 == len(KINDS)
    assert [] == list(find_missing_parts())


def test_the_tool_that_draws_mails_has_a_sample_of_each_kind(sound):
    for kind in KINDS:
        danish, english = mails.pages(sound, kind)
        assert '<html lang="da"' in danish
        is_for_person = KINDS[kind].to == "person"
        assert f'<html lang="{"en" if is_for_person else "da"}"' in english
        assert "cid:" not in danish + english


def old_rows(read) -> None:
    """A database of the version before: one confirmed sign-up, and one that waits at the same mailbox."""
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    answers = b'{"name": "Karen", "email": "karen@example.org", "place": "5000"}'
    with changing(read) as connection:
        config.attributes |= {"connection": connection, "cipher": None}
        command.upgrade(config, "0013_pending")
        for id, confirmed, silenced in (("karen", MONDAY, False), ("waits", None, True)):
            values = {
                "id": id,
                "sealed": Cipher([KEY]).close(id, answers),
                "at": written(MONDAY),
                "confirmed": written(confirmed),
                "silenced": silenced,
                "addressee": addressee(KEY, "karen@example.org"),
            }
            connection.execute(OLD_SIGN_UP, values)
        for kind in BEFORE:
            connection.execute(
                OLD_MAIL, {"id": f"mail-{kind}", "kind": kind, "at": written(MONDAY)}
            )


OLD_SIGN_UP = text(
    "INSERT INTO sign_ups (id, form, language, sealed, fingerprint, flagged, received_at, asked_at, confirmed_at,"
    " silenced, addressee)"
    " VALUES (:id, 'mentor', 'da', :sealed, :id, FALSE, :at, :at, :confirmed, :silenced, :addressee)"
)
OLD_MAIL = text(
    "INSERT INTO mails (id, sign_up, kind, state, attempts, created_at, due_at, waiting)"
    " VALUES (:id, 'karen', :kind, 'queued', 0, :at, :at, 3)"
)


def all_mails(read) -> list[tuple[object, ...]]:
    with changing(read) as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM mails ORDER BY id"))]


@pytest.mark.parametrize("dialect", ["file", "server"])
def test_mails_that_wait_in_a_database_of_the_version_before_leave_or_nothing_has_happened(
    dialect, tmp_path, request, real, hands
):
    url = f"sqlite:///{tmp_path}/m.db"
    if dialect == "server":
        url = request.getfixturevalue("cluster").empty()
    read = read_settings(url)
    old_rows(read)
    before = all_mails(read)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"MENTORKORPS_DATABASE_URL": url, "MENTORKORPS_SECRET_KEYS": KEY},
    )
    assert -signal.SIGKILL == killed.returncode, killed.stderr
    assert before == all_mails(read)

    with opened(tmp_path, real, hands, DATABASE_URL=url, FOLDER=f"{tmp_path}/var") as portal:
        folder = portal.settings.mail_folder
        eventually(
            lambda: (
                {f"mail-{kind}.eml" for kind in BEFORE} <= {path.name for path in folder.glob("*")}
            )
        )
        subjects = {mail.kind: (mail.subject.kind, mail.subject.id) for mail in portal.mails()}
        digest = portal.letter("digest")
        assert "3 tilmeldinger ligner spam" in text_of(digest)
        assert 200 == portal.client.post(link_in(digest, portal.settings.public_url)).status_code
        portal.client.post(portal.link("confirm_all"))
        assert all(sign_up.confirmed_at for sign_up in portal.sign_ups())

    mailbox = ("mailbox", addressee(KEY, "karen@example.org"))
    service = ("service", "mentorkorps")
    assert {
        "receipt": ("sign_up", "karen"),
        "notice": ("sign_up", "karen"),
        "confirm_all": mailbox,
        "digest": ("sign_up", "karen"),
        "given_up": service,
        "clock": service,
        "large_purge": service,
    } == subjects


TRY_ANOTHER_KIND = """
import asyncio, os
from mentorkorps.backend import settings
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db import mail_rows
from mentorkorps.backend.db.connect import open_database
from mentorkorps.backend.mail import compose, kinds
from mentorkorps.backend.mail.outbox import Outbox
from mentorkorps.backend.mail.transport import FolderTransport
from mentorkorps.backend.security.signed_links import Tokens
from mentorkorps.catalogue.load import load_catalogue
from pathlib import Path

async def main():
    read = settings.read_settings(os.environ)
    compose.refuse_incomplete_kinds()
    tokens = Tokens(read.secret_keys, utc_now)
    composer = compose.MailComposer(load_catalogue(Path("data")), read, tokens, utc_now)
    database = open_database(read)
    await database.change(mail_rows.queue_mails, "mentorkorps", (kinds.THANKS,), utc_now())
    outbox = Outbox(database, FolderTransport(read.mail_folder), composer.write, utc_now)
    assert 1 == await outbox.deliver_due()
    database.close()

asyncio.run(main())
"""
ENTRY = 'THANKS = MailKind("thanks", to="operator", about="service")\n'
TEMPLATE = """{% autoescape false %}
{{ t.mail.hello }}

{{ t.mail.thanks.why }}

{{ t.mail.regards }}
{% endautoescape %}
"""
WORDS = """  thanks:
    subject: Tak
    why: Tak, fordi du passer på serveren.
"""


@pytest.fixture
def copy(tmp_path):
    """The package and its data, for a developer to change."""
    leave_out = shutil.ignore_patterns("__pycache__")
    for name in ("mentorkorps", "data"):
        shutil.copytree(ROOT / name, tmp_path / "copy" / name, ignore=leave_out)
    return tmp_path / "copy"


def run(copy, tmp_path) -> subprocess.CompletedProcess[str]:
    variables = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/m.db",
        "SECRET_KEYS": KEY,
        "FOLDER": f"{tmp_path}/var",
    }
    environ = {f"MENTORKORPS_{name}": value for name, value in variables.items()}
    return subprocess.run(
        [sys.executable, "-c", TRY_ANOTHER_KIND],
        cwd=copy,
        env=os.environ | environ | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
    )


def insert_before(path, line, addition):
    before, after = path.read_text("utf-8").split(f"\n{line}", 1)
    path.write_text(f"{before}\n{addition}{line}{after}", "utf-8")


def test_another_kind_of_mail_is_one_entry_one_template_and_its_words(copy, tmp_path):
    package = copy / "mentorkorps"
    insert_before(package / "backend" / "mail" / "kinds.py", "\ndef _entries()", ENTRY)
    incomplete = run(copy, tmp_path)
    assert "there is no templates/mail/thanks.txt" in incomplete.stderr
    assert "texts.en.yaml has no text at mail: thanks: subject" in incomplete.stderr

    (package / "templates" / "mail" / "thanks.txt").write_text(TEMPLATE, "utf-8")
    for language in ("da", "en"):
        insert_before(
            package / "templates" / f"texts.{language}.yaml", "  digest:\n    subject:", WORDS
        )
    complete = run(copy, tmp_path)

    assert 0 == complete.returncode, complete.stderr
    (path,) = (tmp_path / "var" / "mail").glob("*.eml")
    letter = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert "Tak" == letter["Subject"]
    assert "Tak, fordi du passer på serveren." in text_of(letter)
    settings = read_settings(f"sqlite:///{tmp_path}/m.db")
    assert [("thanks", "sent")] == [
        (mail.kind, mail.state) for mail in operator_reads.mails(settings)
    ]
