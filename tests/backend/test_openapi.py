"""The description of the interface, and that the server keeps to it."""

import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route

from mentorkorps.backend.app import create_app
from tests.backend.conftest import (
    FORM,
    JSON,
    KEY,
    built_site,
    eventually,
    opened,
    settings,
    volunteer,
)

LATIN = """
[generation]
codec = "latin-1"
"""
"""JSON Schema counts characters, the server counts as browsers do, in UTF-16: an emoji may be one too many."""
USED_UP = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "410", "429", "5xx"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "410", "415", "422", "428", "429", "5xx"]
"""
"""What schemathesis expects of itself, and 410: it finds the links by which it withdraws its own sign-ups."""
OF_ANY_FORM = """
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "410", "422", "429", "5xx"]
"""
"""No schema can say which form a link belongs to, nor which texts are e-mail addresses, so that some are refused."""
BOUNDED = (
    *("--phases", "coverage,fuzzing,stateful", "--max-examples", "4"),
    *("--exclude-path-regex", "^/forms/(?!mentor$)"),
)
"""The other forms go the same way; the coverage phase over all of them takes 40 s of processor time more."""
MINE = ("", "/form", "/change", "/download")


@pytest.fixture(scope="module")
def document(lasting):
    answer = lasting.client.get("/openapi.json")
    assert "application/json" == answer.headers["content-type"]
    return answer.json()


def body_of(document, form, media_type="application/json"):
    content = document["paths"][f"/forms/{form}"]["post"]["requestBody"]["content"]
    return document["components"]["schemas"][
        content[media_type]["schema"]["$ref"].rpartition("/")[2]
    ]


def test_every_address_that_programs_may_ask_for_is_described(document, tmp_path, real):
    url = f"sqlite:///{tmp_path}/m.db"
    read = settings.read_settings({"MENTORKORPS_DATABASE_URL": url, "MENTORKORPS_SECRET_KEYS": KEY})
    app = create_app(real, built_site(tmp_path / "site"), read)
    app.state.services.database.close()
    routes = {
        route.path
        for route in app.routes
        if isinstance(route, Route) and not route.path.startswith("/desk")
    }

    assert routes - {"/forms/{form}"} | {f"/forms/{form}" for form in real.forms} == set(
        document["paths"]
    )


def parameters(document, path):
    asked = document["paths"][path]["get"]["parameters"]
    return {parameter["name"] for parameter in asked if parameter["in"] == "query"}


@pytest.mark.parametrize("path", ["/tilmelding/{form}/", "/en/sign-up/{form}/"])
def test_a_form_page_tells_in_both_languages_what_its_address_may_fill_in(document, path):
    filled = {"programme", "course", "event", "place", "industry"}

    assert filled | {"lang"} == parameters(document, path)


def test_every_body_that_is_read_is_described(document):
    described = {
        path
        for path, methods in document["paths"].items()
        if "requestBody" in methods.get("post", {})
    }

    assert {
        "/forms/mentor",
        "/mine/{token}/change",
        "/mine/{token}/delete",
        "/certificates",
    } < described
    assert "/mine/{token}/withdraw" not in described


def test_every_field_of_every_form_is_described_in_both_languages(document, real):
    for form in real.forms.values():
        for media_type in ("application/json", "application/x-www-form-urlencoded"):
            described = body_of(document, form.id, media_type)
            properties = described["properties"]
            for field in form.fields:
                assert f"{field.label.da} / {field.label.en}" == properties[field.id]["title"]
                if field.max_length and field.type not in ("place", "tel") and not field.shown_if:
                    limit = (
                        properties[field.id]["maxLength"],
                        properties[field.id]["x-length-unit"],
                    )
                    assert (field.max_length, "UTF-16") == limit
            assert {
                consent.id for consent in (*form.fields, *form.consents) if consent.required
            } >= set(described["required"])


def test_what_the_description_allows_is_taken(document, lasting):
    sent = volunteer(place="Odense", adult=True, contact=True)
    schema = body_of(document, "mentor") | {"components": document["components"]}

    Draft202012Validator(schema).validate(sent)
    answer = lasting.client.post(FORM, json=sent, headers=JSON)
    assert 201 == answer.status_code
    assert answer.json().keys() == {"receipt", "mail"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ["Karen"]},
        {"name": True},
        {"adult": ""},
        {"languages": "da"},
        {"other": False},
        {"other": []},
    ],
    ids=str,
)
def test_what_it_does_not_allow_is_refused(document, lasting, wrong):
    sent = volunteer(place="Odense", adult=True, contact=True) | wrong
    schema = body_of(document, "mentor") | {"components": document["components"]}

    assert not Draft202012Validator(schema).is_valid(sent)
    assert lasting.client.post(FORM, json=sent, headers=JSON).status_code in (400, 422)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/confirm/x", "GET, HEAD, POST"),
        ("DELETE", "/mine/x", "GET, HEAD, POST"),
        ("GET", FORM, "POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
        ("TRACE", "/", "GET, HEAD"),
    ],
)
def test_another_method_is_told_all_that_are_allowed(lasting, method, path, allowed):
    answer = lasting.client.request(method, path)

    assert (405, allowed) == (answer.status_code, answer.headers["allow"])


def schemathesis(
    folder: Path, url: str, *options: str, config: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs every check of schemathesis against a server, with a fixed seed."""
    (folder / "schemathesis.toml").write_text(config)
    return subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "schemathesis.cli",
                "--no-color",
                "--config-file",
                folder / "schemathesis.toml",
            ),
            *(
                "run",
                f"{url}/openapi.json",
                "--checks",
                "all",
                "--seed",
                "20261125",
                "--warnings",
                "off",
            ),
            *options,
        ],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=90,
    )


def link_of(path: str, token: str) -> str:
    """A link that stands for something, for schemathesis to use."""
    operation = (
        f'[[operations]]\ninclude-path = "{path}"\nparameters = {{ "path.token" = "{token}" }}\n'
    )
    return operation + OF_ANY_FORM if path.endswith(("/change", "/address")) else operation


def test_schemathesis_finds_nothing(tmp_path, real):
    with opened(tmp_path, real) as portal:
        portal.post()
        eventually(lambda: {"sent"} == {mail.state for mail in portal.mails()})
        receipt, confirm = portal.post().headers["location"], portal.link("confirm")
        mine = portal.client.get(receipt).text.partition('href="/mine/')[2].partition('"')[0]
        tokens = {f"/receipt/{{token}}{path}": receipt[9:] for path in ("", "/address")}
        tokens |= {"/confirm/{token}": confirm[9:]}
        tokens |= {f"/mine/{{token}}{path}": mine for path in MINE}
        config = LATIN + USED_UP + "".join(link_of(path, token) for path, token in tokens.items())
        findings = schemathesis(tmp_path, portal.url(""), *BOUNDED, config=config)

    assert "Tested: " in findings.stdout, findings.stdout + findings.stderr
    assert 0 == findings.returncode, findings.stdout


def test_schemathesis_finds_nothing_where_programs_ask_for_json(tmp_path, real):
    with opened(tmp_path, real) as portal:
        asked = ("--include-path-regex", "^/forms/", "--phases", "fuzzing", "--max-examples", "6")
        findings = schemathesis(
            tmp_path, portal.url(""), *asked, "--header", "Accept: application/json", config=LATIN
        )

    assert 0 == findings.returncode, findings.stdout + findings.stderr
