"""Between `git pull` and the restart: newer files lie on the disk, and the process that runs is of the older ones."""

import json
import shutil
from pathlib import Path

import httpx
import pytest

from mentorkorps.backend import settings
from mentorkorps.backend.clock import utc_now
from tests.backend.conftest import FORM, JSON, Portal, booked, volunteer
from tests.backend.process import process
from tests.conftest import ROOT

NEWER = {
    ".py": "from mentorkorps import a_name_of_tomorrow\n",
    ".html": "{{ t.a_word_of_tomorrow }}\n",
    ".txt": "{{ t.a_word_of_tomorrow }}\n",
    ".yaml": "a_word_of_tomorrow: [\n",
}
"""What a file holds after the pull, as the code of today would find it."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The package and its data in a folder of their own, as operators have them."""
    folder = tmp_path / "checkout"
    leave_out = shutil.ignore_patterns("__pycache__")
    for name in ("mentorkorps", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave_out)
    return folder


def pull(checkout: Path) -> None:
    for path in checkout.rglob("*"):
        if path.suffix in NEWER:
            path.write_text(NEWER[path.suffix], "utf-8")


def test_a_running_server_never_reads_newer_files_than_its_code(tmp_path, free_port, checkout):
    url = f"http://127.0.0.1:{free_port}/"
    with process(tmp_path, free_port, root=checkout, PUBLIC_URL=url) as server:
        pull(checkout)
        with httpx.Client(base_url=server.url, verify=False) as client:
            portal = Portal(settings.read_settings(server.environ), client, utc_now, server.environ)
            answers = [*visits(portal), *own_page(portal), *desk(portal)]
        letters = [path.read_text("utf-8") for path in portal.settings.mail_folder.glob("*.eml")]
        events = [json.loads(line) for line in server.errors.read_text("utf-8").splitlines()]

    assert [] == [
        (str(answer.request.url), answer.status_code)
        for answer in answers
        if answer.status_code >= 500
    ]
    assert {200, 201, 303, 404, 422} <= {answer.status_code for answer in answers}
    assert 3 <= len(letters)
    assert [] == [
        line
        for line in events
        if line["level"] != "info" and "data/operators.yaml" not in line["event"]
    ]


def visits(portal: Portal) -> list[httpx.Response]:
    client = portal.client
    return [
        *map(
            client.get,
            (
                "/",
                "/en/",
                "/nope",
                "/en/nope",
                "/find?q=5000",
                "/find?q=Herlev",
                "/find?q=x&lang=en",
            ),
        ),
        *map(
            client.get,
            (
                "/openapi.json",
                "/metrics",
                "/readyz",
                "/healthz",
                "/places/courses/odense-marts-2027",
            ),
        ),
        *map(client.get, ("/bevis/AAAA-BBBB-CCCC-DDDD/", "/forms/mentor/challenge", "/receipt/x")),
        client.get("/tilmelding/mentor/", params={"programme": "mentorkorps-aabent-hold"}),
        client.post(FORM, data=volunteer(email="")),
        client.post(FORM, data=volunteer(language="en", name="")),
        client.post(FORM, data=volunteer(email="ida@example.org"), headers=JSON),
        client.post("/forms/kursus", data=booked("bo")),
        client.post("/forms/gone", data=volunteer()),
        client.post("/certificates", data={"code": "AAAA-BBBB-CCCC-DDDD"}),
        httpx.post(portal.url(FORM), content=b"x" * 70_000),
    ]


def own_page(portal: Portal) -> list[httpx.Response]:
    client, signed_up = portal.client, portal.post()
    confirm = portal.link("confirm")
    confirmed = [
        client.get(signed_up.headers["location"]),
        client.get(confirm),
        client.post(confirm),
    ]
    mine = f"/mine/{portal.token('mine', portal.sign_ups()[-1])}"
    portal.link("receipt")
    return [
        signed_up,
        *confirmed,
        client.get(mine),
        *(client.post(f"{mine}{step}") for step in ("", "/form", "/download", "/delete")),
        client.post(f"{mine}/change", data=volunteer(industry="it")),
        client.post(f"{mine}/change", data=volunteer(email="")),
        client.post(f"{mine}/withdraw"),
    ]


def desk(portal: Portal) -> list[httpx.Response]:
    here = portal.desk()
    return [
        portal.client.get(here),
        *(portal.client.post(f"{here}{step}") for step in ("", "/answered", "/restore")),
    ]
