"""Connections that are slow, endless or many, and a server that is told to stop."""

import resource
import signal
import socket
import time
from urllib.parse import urlencode

import httpx
import pytest

from mentorkorps.backend.web.connection_limits import ConnectionLimits
from tests.backend.conftest import FORM, eventually, opened, volunteer
from tests.backend.process import process

QUICK = ConnectionLimits(head_seconds=0.4, idle_seconds=1, unread_seconds=0.4, connections=300)
BODY = urlencode(volunteer()).encode()
HEAD = (
    b"POST /forms/mentor HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
)
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
TEN_MB = 10_000_000


@pytest.fixture(scope="module")
def quick(tmp_path_factory, real):
    with opened(tmp_path_factory.mktemp("quick"), real, limits=QUICK) as portal:
        yield portal


def line(portal) -> socket.socket:
    return socket.create_connection(("127.0.0.1", portal.client.base_url.port), timeout=5)


def heard(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    data = b""
    try:
        while part := connection.recv(65536):
            data += part
    except ConnectionResetError:
        return data
    finally:
        connection.close()
    return data


def sent_until_refused(connection: socket.socket, part: bytes, most: int) -> None:
    try:
        for _ in range(most // len(part)):
            connection.sendall(part)
    except OSError:
        return


@pytest.mark.parametrize(
    ("head", "part"),
    [
        (HEAD + f"Content-Length: {TEN_MB}\r\n\r\n".encode(), b"x" * 8192),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"2000\r\n" + b"x" * 8192 + b"\r\n"),
    ],
    ids=["with its length", "in parts of no told length"],
)
def test_ten_megabytes_are_refused_after_64_kb(tmp_path, free_port, head, part):
    with (
        process(tmp_path, free_port) as server,
        socket.create_connection(server.address, timeout=5) as connection,
    ):
        httpx.post(
            f"{server.url}{FORM}", content=b"x" * 70_000, headers=URLENCODED
        )  # reads the words of the answer
        before = server.bytes_read()
        connection.settimeout(1)
        connection.sendall(head)
        sent_until_refused(connection, part, TEN_MB)
        answer = heard(connection)
        read = server.bytes_read() - before

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert read < 110_000, "64 KB of body, and what the buffers hold"


def test_a_thousand_slow_connections_leave_the_others_served(tmp_path, real):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    slow = []
    with opened(tmp_path, real, limits=ConnectionLimits(head_seconds=1.5)) as portal:
        for _ in range(1000):
            slow.append(line(portal))
            slow[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        started = time.monotonic()
        answers = [httpx.get(portal.url("/healthz"), verify=False).status_code for _ in range(20)]
        assert 303 == portal.post().status_code
        took = time.monotonic() - started
        heads = {heard(connection)[:13] for connection in slow}
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert {200} == set(answers)
    assert took < 3
    assert {b"HTTP/1.1 408 "} == heads


def test_where_there_are_too_many_the_longest_idle_makes_room(quick):
    slow = [line(quick) for _ in range(QUICK.connections + 50)]

    assert 200 == httpx.get(quick.url("/healthz")).status_code
    assert b"" == heard(slow[0])
    for connection in slow:
        connection.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"408"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"y" * 40_000, b"431"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 7_000, b"431"),
        (b"GET /" + b"x" * 40_000, b"431"),
        (b"\r\n\r\n", b"408"),
        (b"", None),
    ],
    ids=[
        "half a head",
        "endless header",
        "endless headers",
        "endless address",
        "empty lines",
        "nothing",
    ],
)
def test_a_head_ends_in_time_and_in_size(quick, sent, status):
    connection = line(quick)
    connection.sendall(sent)
    answer = heard(connection)

    assert answer.startswith(b"HTTP/1.1 " + status) if status else answer == b""


@pytest.mark.parametrize(
    "line_of",
    [
        lambda size: b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"y" * size,
        lambda size: b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * (size // 6),
        lambda size: b"GET /healthz?" + b"y" * size + b" HTTP/1.1\r\nHost: x",
        lambda size: b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"y" * size + b": x",
        lambda size: HEAD + b"Content-Length: 1\r\nX: " + b"y" * size,
    ],
    ids=["one field", "many fields", "a long address", "a long name", "with a body"],
)
def test_a_head_of_16_kb_is_the_largest_also_when_it_comes_whole(quick, line_of):
    assert b"HTTP/1.1 431 " not in answered(quick, line_of(16 * 1024 - 300) + b"\r\n\r\nx")
    for size in (16 * 1024, 20_000, 60_000, 100_000, 250_000):
        assert answered(quick, line_of(size) + b"\r\n\r\nx").startswith(b"HTTP/1.1 431 "), size


def answered(portal, sent: bytes) -> bytes:
    connection = line(portal)
    connection.sendall(sent)
    connection.shutdown(socket.SHUT_WR)
    return heard(connection)


@pytest.mark.parametrize(
    ("version", "fields", "status"),
    [
        (b"1.1", b"Host: x\r\n", b"200"),
        (b"1.1", b"Host:\r\n", b"200"),
        (b"1.1", b"Host: [::1]:8000\r\n", b"200"),
        (b"1.1", b"", b"400"),
        (b"1.1", b"Host: x\r\nHost: x\r\n", b"400"),
        (b"1.1", b"Host: x\r\nhost: y\r\n", b"400"),
        (b"1.1", b"Host: x y\r\n", b"400"),
        (b"1.1", b"Host: x/y\r\n", b"400"),
        (b"1.1", b"Host: x@y\r\n", b"400"),
        (b"1.0", b"", b"200"),
        (b"1.0", b"Host: x\r\nHost: y\r\n", b"400"),
    ],
)
def test_a_request_names_one_host(quick, version, fields, status):
    sent = b"GET /healthz HTTP/" + version + b"\r\n" + fields + b"Connection: close\r\n\r\n"

    assert answered(quick, sent).startswith(b"HTTP/1.1 " + status)


def test_what_came_before_a_bad_head_is_answered_whole(quick):
    page = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    alone = answered(quick, page)
    together = answered(quick, page + b"GET /healthz HTTP/1.1\r\n\r\n" + page)

    assert len(alone) > 20_000
    assert alone.partition(b"\r\n\r\n")[2] == together.partition(b"\r\n\r\n")[2]


def test_a_trickle_does_not_keep_the_line(quick):
    connection = line(quick)
    started = time.monotonic()
    sent_until_refused_slowly(connection)

    assert heard(connection).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started < 3


def sent_until_refused_slowly(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\n")
    for _ in range(6):
        connection.sendall(b"X-Slow: 1\r\n")
        time.sleep(0.1)


def test_endless_trailers_are_cut_off(quick):
    connection = line(quick)
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")
    sent_until_refused(connection, b"X-Trailer: " + b"y" * 5000 + b"\r\n", 5_000_000)

    assert b"" == heard(connection)
    assert 200 == quick.client.get("/healthz").status_code


def test_who_does_not_take_the_answer_is_hung_up_on(tmp_path, real):
    with opened(tmp_path, real, limits=QUICK) as portal:
        (tmp_path / "site" / "large.csv").write_bytes(b"x" * 30_000_000)
        connection = line(portal)
        connection.sendall(b"GET /large.csv HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(1.5)

        assert len(heard(connection)) < 30_000_000


def test_a_line_serves_on_after_an_answer_that_came_before_the_body(quick):
    connection = line(quick)
    connection.sendall(
        HEAD.replace(b"x-www-form-urlencoded", b"octet-stream") + b"Content-Length: 6\r\n\r\nname"
    )
    first = connection.recv(65536)
    connection.sendall(b"=xGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert first.startswith(b"HTTP/1.1 415 ")
    assert b"HTTP/1.1 200 " in heard(connection)


def test_who_has_begun_is_answered_when_the_server_is_told_to_stop(tmp_path, free_port):
    with process(tmp_path, free_port) as server:
        slow = socket.create_connection(server.address, timeout=10)
        idle = socket.create_connection(server.address, timeout=10)
        slow.sendall(HEAD + f"Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY[:50])
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        first = b""
        while not first.endswith(b'"ok"}'):
            first += idle.recv(65536)

        server.process.send_signal(signal.SIGTERM)
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        last = heard(idle)
        eventually(lambda: is_refused(server.address))
        time.sleep(0.5)
        slow.sendall(BODY[50:])
        answer = heard(slow)
        ended = server.process.wait(timeout=8)

    assert last.startswith(b"HTTP/1.1 200 ")
    assert answer.startswith(b"HTTP/1.1 303 ")
    assert 0 == ended


def is_refused(address) -> bool:
    try:
        socket.create_connection(address, timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_server_that_is_told_to_stop_does_not_wait_for_ever(tmp_path, real):
    with opened(tmp_path, real, limits=ConnectionLimits(finish_seconds=1)) as portal:
        endless = line(portal)
        endless.sendall(HEAD + b"Content-Length: 500\r\n\r\n")
        portal.client.get("/healthz")
        started = time.monotonic()
    took = time.monotonic() - started
    endless.close()

    assert took < 4


def test_the_form_may_still_be_sent_after_all_that(quick):
    assert 303 == quick.client.post(FORM, data=volunteer()).status_code
