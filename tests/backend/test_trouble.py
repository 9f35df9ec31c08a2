"""When something inside is broken or in the way."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.backend.conftest import FORM, JSON, volunteer


def test_a_fault_inside_tells_the_visitor_nothing_and_the_log_nothing_personal(portal, caplog):
    with sqlite3.connect(portal.settings.database.path) as other:
        other.execute("ALTER TABLE consents RENAME TO gone")
    other.close()

    page = portal.post()
    problem = httpx.post(portal.url(FORM), json=volunteer(), headers=JSON)

    assert 500 == page.status_code
    assert "Noget gik galt hos os" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (500, "Noget gik galt hos os") == (problem.status_code, problem.json()["title"])
    for word in ("sqlite", "consents", "Traceback"):
        assert word not in page.text + problem.text
    assert "Karen" not in caplog.text
    assert "karen@" not in caplog.text
    assert [] == portal.sign_ups()


def test_a_database_that_cannot_be_written_is_told_to_visitors_and_to_those_who_watch(portal):
    other = sqlite3.connect(portal.settings.database.path)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor() as pool:
        posting = pool.submit(portal.client.post, FORM, data=volunteer(), timeout=20)
        ready = portal.client.get("/readyz", timeout=20)  # what a start does waits before it
        answer = posting.result()
    other.rollback()
    other.close()

    assert (503, False) == (ready.status_code, ready.json()["database"])
    assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
    assert "Vent et øjeblik" in answer.text
    for typed in (
        'value="Karen Testesen"',
        'value="karen@example.org"',
        'value="5000"',
        "checked",
        "<form",
    ):
        assert typed in answer.text
    assert [] == portal.sign_ups()
    assert 303 == portal.post().status_code
    assert 200 == portal.client.get("/readyz").status_code
