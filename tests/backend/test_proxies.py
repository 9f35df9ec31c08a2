"""The guide's web servers write down nobody's link, query or address, whatever happens behind them."""

import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mentorkorps.backend import settings
from mentorkorps.backend.clock import utc_now
from tests.backend.activated import Unit, unit
from tests.backend.conftest import FORM, Portal, any_free_port, volunteer
from tests.backend.proxies import (
    GUIDES,
    PROXIES,
    Proxy,
    blocks,
    caddy,
    caddyfiles,
    nginx,
    nginx_block,
    nginx_configuration,
    program,
)

VISITOR = "127.66.77.88"
"""A visitor's own address on the loopback of Linux. Elsewhere there is none, and that one thing is not looked for."""
QUERY = "a-query-of-somebody"
HAS_OWN_ADDRESS = shutil.which("ip") is not None or Path("/proc/net").exists()
MATTERS_OF_TASTE = ("caddy fmt", '"listen ... http2"')
"""Caddy would like tabs, which a page of the guide cannot show; nginx from 1.25 on another way to say http2."""
TYPES = {
    "page.html": "text/html",
    "style.css": "text/css",
    "script.js": "javascript",
    "index.json": "application/json",
    "picture.svg": "image/svg+xml",
    "course.ics": "text/calendar",
    "table.csv": "text/csv",
}


@pytest.mark.parametrize("proxy", PROXIES.values(), ids=PROXIES)
def test_no_log_holds_a_link_a_query_or_a_visitors_address(tmp_path, proxy):
    with (
        unit(tmp_path, TRUSTED_PROXY="127.0.0.1") as service,
        proxy(tmp_path, service.port) as front,
    ):
        secrets = visited(service, front)
        service.close()
        ask_in_vain(front, secrets)
    log = logged(tmp_path)

    assert 10 <= len(secrets)
    assert [] == [secret for secret in {*secrets, *others()} if secret.encode() in log]
    assert b'"route": "/mine/{token}"' in log


@pytest.mark.parametrize(
    ("proxy", "edited"),
    [
        (caddy, lambda text: text.replace("exclude http.log http.handlers", "level INFO")),
        (nginx, lambda text: text.replace("error_log /dev/null crit;", "")),
    ],
    ids=PROXIES,
)
def test_without_those_lines_of_the_guide_the_links_would_lie_in_a_log(tmp_path, proxy, edited):
    with (
        unit(tmp_path, TRUSTED_PROXY="127.0.0.1") as service,
        proxy(tmp_path, service.port, edited=edited) as front,
    ):
        service.close()
        ask_in_vain(front, {"a-token-of-somebody"})
    log = logged(tmp_path)

    assert b"a-token-of-somebody" in log
    assert VISITOR.encode() in log or not HAS_OWN_ADDRESS


def others() -> list[str]:
    traces = [QUERY, "karen", "Karen", "secret-header"]
    return [*traces, VISITOR] if HAS_OWN_ADDRESS else traces


def logged(folder: Path) -> bytes:
    """All that the proxy and the service wrote, wherever it lies."""
    files = [*(folder / "logs").iterdir(), folder / "service.log"]
    return b"\n".join(file.read_bytes() for file in files)


def visiting(front: Proxy) -> httpx.Client:
    own = VISITOR if HAS_OWN_ADDRESS else "127.0.0.1"
    transport = httpx.HTTPTransport(local_address=own, verify=False)
    return httpx.Client(
        base_url=front.url, transport=transport, timeout=30, headers={"Referer": f"/x?{QUERY}"}
    )


def visited(service: Unit, front: Proxy) -> set[str]:
    """Signs up, confirms and looks, while the service restarts and visitors break off. Returns the tokens used."""
    (service.site / "large.csv").write_bytes(b"x" * 30_000_000)
    with visiting(front) as client:
        portal = Portal(settings.read_settings(service.environ), client, utc_now, service.environ)
        links = [portal.post().headers["location"], portal.link("confirm")]
        links += [
            re.search(r'"(/mine/[^"]+)"', client.get(links[0]).text)[1],
            portal.desk(),
        ]
        client.post(links[1])
        links += [
            portal.link("notice"),
            portal.link("receipt"),
            f"/mine/{portal.token('mine', portal.sign_ups()[0])}",
        ]
        links += [
            f"/{purpose}/{portal.token(purpose, portal.sign_ups()[0])}"
            for purpose in ("offer", "renew")
        ]
        look_at(client, links)
        service.restart()
        look_at(client, links)
        assert 400 <= client.get("/", headers={"X-Large": "secret-header" * 3000}).status_code < 500
        # 502: the service has answered and gone while the proxy was still sending.
        assert client.post(FORM, content=b"karen" * 400_000).status_code in (413, 415, 502)
        leave_in_the_middle(client)
    speak_no_tls(front)
    stop_half_way(front, links[2])
    return {link.rpartition("/")[2] for link in links} | {"a-token-of-somebody", "a-forged-token"}


def look_at(client: httpx.Client, links: list[str]) -> None:
    for link in [*links, "/mine/a-forged-token", "/nope"]:
        client.get(link, params={"utm": QUERY})
    client.post(links[2])
    client.get("/find", params={"q": QUERY})
    client.get(f"/tilmelding/mentor/?programme={QUERY}")


def leave_in_the_middle(client: httpx.Client) -> None:
    with client.stream("GET", "/large.csv", params={"utm": QUERY}) as answer:
        next(answer.iter_raw(1000))


def ask_in_vain(front: Proxy, secrets: set[str]) -> None:
    with visiting(front) as client:
        for secret in secrets:
            assert 502 == client.get(f"/mine/{secret}", params={"utm": QUERY}).status_code
            assert (
                502 == client.post(f"/mine/{secret}/change?{QUERY}", data=volunteer()).status_code
            )


def speak_no_tls(front: Proxy) -> None:
    own = (VISITOR, 0) if HAS_OWN_ADDRESS else None
    address = ("127.0.0.1", httpx.URL(front.url).port)
    for data in (
        b"GET /mine/a-token-of-somebody HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x00\x05hello",
    ):
        with socket.create_connection(address, timeout=5, source_address=own) as connection:
            connection.sendall(data)
            connection.settimeout(1)
            answer_or_nothing(connection)


def answer_or_nothing(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1000)
    except OSError:
        return b""


def stop_half_way(front: Proxy, link: str) -> None:
    """A form of which half is sent, over TLS."""
    address = ("127.0.0.1", httpx.URL(front.url).port)
    own = (VISITOR, 0) if HAS_OWN_ADDRESS else None
    head = f"POST {link}/change?{QUERY} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\nname=Karen"
    plain = socket.create_connection(address, timeout=5, source_address=own)
    with plain, trusting().wrap_socket(plain) as connection:
        connection.sendall(head.encode())


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


def test_both_guides_show_the_same_configuration():
    for kind in ("text", "nginx", "ini"):
        assert blocks("da", kind) == blocks("en", kind)
        assert blocks("da", kind)


def test_caddy_takes_the_guides_files(tmp_path):
    for number, text in enumerate(caddyfiles()):
        written = tmp_path / f"Caddyfile{number}"
        written.write_text(text, "utf-8")
        for command in (["adapt"], ["validate"]):
            judge(
                "caddy",
                *command,
                "--adapter",
                "caddyfile",
                "--config",
                str(written),
                HOME=str(tmp_path),
            )


def test_nginx_takes_the_guides_file(tmp_path):
    written = nginx_configuration(tmp_path, any_free_port(), any_free_port(), any_free_port())

    judge(program("nginx"), "-t", "-p", str(tmp_path), "-c", str(written))


def judge(*command: str, **environ: str) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"} | environ
    )
    assert 0 == done.returncode, done.stderr
    warned = [line for line in done.stderr.splitlines() if "warn" in line]
    assert [] == [line for line in warned if not any(matter in line for matter in MATTERS_OF_TASTE)]


@pytest.fixture(scope="module")
def fronts(tmp_path_factory) -> Iterator[dict[str, Proxy]]:
    folder = tmp_path_factory.mktemp("fronts")
    with unit(folder) as service:
        for name in TYPES:
            (service.site / name).write_text("words and more words " * 500)
        with (
            caddy(folder / "caddy", service.port) as front,
            nginx(folder / "nginx", service.port) as other,
        ):
            yield {"caddy": front, "nginx": other}


@pytest.mark.parametrize("name", PROXIES)
def test_what_can_be_made_smaller_is(fronts, name):
    with httpx.Client(
        base_url=fronts[name].url, verify=False, headers={"Accept-Encoding": "gzip"}
    ) as client:
        for file, kind in TYPES.items():
            answer = client.get(f"/{file}")
            assert kind in answer.headers["content-type"]
            assert "gzip" == answer.headers.get("content-encoding"), file
            assert "Accept-Encoding" in answer.headers["vary"]


@pytest.mark.parametrize("name", PROXIES)
def test_browsers_speak_http_2(fronts, name):
    context = trusting()
    context.set_alpn_protocols(["h2", "http/1.1"])
    plain = socket.create_connection(("127.0.0.1", httpx.URL(fronts[name].url).port), timeout=5)
    with plain, context.wrap_socket(plain) as connection:
        assert "h2" == connection.selected_alpn_protocol()


def test_nginx_sends_who_comes_without_tls_to_the_name_of_the_site(fronts):
    answer = httpx.get(f"{fronts['nginx'].plain}/kurser/?x=1", headers={"Host": "evil.example"})

    assert (301, "https://mentor.example.dk/kurser/?x=1") == (
        answer.status_code,
        answer.headers["location"],
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this system has no systemd")
def test_systemd_takes_the_guides_units(tmp_path):
    socket_, service, template_socket, changed = blocks("da", "ini")
    lines = {line.partition("=")[0]: line for line in changed.splitlines()}
    template = "\n".join(lines.get(line.partition("=")[0], line) for line in service.splitlines())
    units = {"mentorkorps.socket": socket_, "mentorkorps.service": service}
    units |= {"mentorkorps@.socket": template_socket, "mentorkorps@.service": template}
    for name, text in units.items():
        (tmp_path / name).write_text(
            text.replace("/srv/mentorkorps/.venv/bin/mentorkorps", "/bin/true"), "utf-8"
        )

    for name in (
        "mentorkorps.socket",
        "mentorkorps.service",
        "mentorkorps@8001.socket",
        "mentorkorps@8001.service",
    ):
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)],
            capture_output=True,
            text=True,
        )
        assert (0, "") == (done.returncode, done.stderr), name
    assert set(lines) <= {line.partition("=")[0] for line in service.splitlines()}


def test_the_guide_names_the_file_of_each_block():
    for guide in GUIDES.values():
        text = guide.read_text("utf-8")
        for path in (
            "mentorkorps.socket",
            "mentorkorps.service",
            "mentorkorps@.socket",
            "mentorkorps@.service",
        ):
            assert f"`/etc/systemd/system/{path}`" in text
        assert nginx_block() in text
