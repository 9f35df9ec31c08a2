"""Pages are read beside the writer: nobody waits for it, and a list decrypts only what it shows."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from html import unescape

import httpx
from sqlalchemy import text

from mentorkorps.backend.db import connect, operator_reads, sign_up_rows
from mentorkorps.backend.security.signed_links import Tokens
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.signups.lifecycle import Submission, accept
from mentorkorps.forms.answers import Answers
from tests.backend.conftest import FORM, KEY, MONDAY, both, opened, volunteer
from tests.backend.test_store import read_settings

MANY = 60
PROMPTLY = 5
"""Seconds, far less than a writer is kept for here."""


@contextmanager
def kept_from_writing(portal):
    """While another program has the file to itself."""
    other = sqlite3.connect(portal.settings.database.path)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


def test_a_visitors_own_pages_wait_for_no_writer(portal):
    portal.post()
    (sign_up,) = portal.sign_ups()
    own = f"/mine/{portal.token('mine', sign_up)}"
    with ThreadPoolExecutor() as pool, kept_from_writing(portal):
        typed = volunteer(email="bo@example.org")
        posting = pool.submit(httpx.post, portal.url(FORM), data=typed, timeout=20)
        page = portal.client.post(own, timeout=PROMPTLY)
        receipt = portal.client.get(
            f"/receipt/{portal.token('receipt', sign_up)}", timeout=PROMPTLY
        )
        assert not posting.done() or 503 == posting.result().status_code

    assert [200, 200] == [page.status_code, receipt.status_code]
    assert "karen" in page.text.casefold()


def _accept_doubtful(transaction, count):
    for number in range(count):
        answers = Answers({"name": "Robot", "email": f"{number}@example.org"}, {"contact": "1"})
        known_by = sign_up_rows.fingerprint(KEY, "mentor", answers)
        at = MONDAY - timedelta(minutes=count - number)
        signs = Signs(("trap", "unproved"))
        accept(
            transaction, Submission("mentor", "da", answers, signs, (known_by,), str(number), at)
        )


def _damage(transaction, id, other):
    values = {"id": id, "other": other}
    stranger = "(SELECT sealed FROM sign_ups WHERE id = :other)"
    transaction.execute(text(f"UPDATE sign_ups SET sealed = {stranger} WHERE id = :id"), values)


def rows_of(portal, page):
    tokens = re.findall(r'action="/desk/([\w.-]+)"', page)
    return [Tokens(portal.settings.secret_keys, portal.now).read("desk", token) for token in tokens]


@both
def test_a_long_list_comes_in_pages_and_decrypts_only_the_one_that_is_shown(
    tmp_path, real, hands, environ
):
    read = read_settings(environ["DATABASE_URL"])
    connect.run_on_database(read, _accept_doubtful, MANY)
    newest_first = [sign_up.id for sign_up in operator_reads.sign_ups(read)][::-1]
    connect.run_on_database(read, _damage, newest_first[-1], newest_first[0])
    with opened(tmp_path, real, hands, **environ) as portal:
        path = f"/desk/doubtful/{portal.signed('doubtful', newest_first[0])}"
        pages = [portal.client.post(path).text]
        (older,) = re.findall(r'action="(/desk/doubtful/[^"]+)"', pages[0])
        pages.append(portal.client.post(unescape(older)).text)
        (older,) = re.findall(r'action="(/desk/doubtful/[^"]+)"', pages[1])
        last = portal.client.post(unescape(older))

    assert [newest_first[:25], newest_first[25:50]] == [rows_of(portal, page) for page in pages]
    assert all("På denne side: 25." in page for page in pages)
    assert 500 == last.status_code


def test_a_place_in_the_list_that_is_none_is_a_broken_link(portal):
    portal.post(website="https://spam.example")
    path = f"/desk/doubtful/{portal.token('doubtful', portal.sign_ups()[0])}"

    assert 404 == portal.client.post(path, params={"before": "yesterday"}).status_code
    assert "Der er én." in portal.client.post(path).text
