"""The service starts anew while visitors send forms: nobody is refused, nothing is lost, nothing comes twice."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from mentorkorps.backend import settings
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db import operator_reads
from mentorkorps.backend.security.signed_links import Tokens
from tests.backend.activated import start_with, unit
from tests.backend.conftest import FORM, built_site, eventually, volunteer
from tests.backend.process import process
from tests.backend.proxies import PROXIES, caddy
from tests.conftest import ROOT

VISITORS = 8
FEWEST_FORMS = 200
RESTARTS = 3


class Crowd:
    """Visitors who send one form after another. `answers`: what each form got, by its e-mail address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, str] = {}
        self.pages: Counter[str] = Counter()
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(number,)) for number in range(VISITORS)
        ]
        self._threads.append(threading.Thread(target=self._look))

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def acknowledged(self) -> set[str]:
        return {answer.removeprefix("303 ") for answer in self.answers.values()}

    def _send(self, number: int) -> None:
        with httpx.Client(base_url=self.url, verify=False, timeout=30) as client:
            for count in range(100_000):
                email = f"v{number}-{count}@example.org"
                self.answers[email] = printed_on_refusal(
                    lambda email=email: client.post(FORM, data=volunteer(email=email))
                )
                if self._is_over.wait(0.05):
                    return

    def _look(self) -> None:
        with httpx.Client(base_url=self.url, verify=False, timeout=30) as client:
            while not self._is_over.wait(0.05):
                self.pages[printed_on_refusal(lambda: client.get("/"))] += 1


def printed_on_refusal(ask) -> str:
    try:
        answer = ask()
    except httpx.TransportError as error:
        return type(error).__name__
    return f"{answer.status_code} {answer.headers.get('location', '')}".strip()


def hold_against_the_database(crowd: Crowd, read: settings.Settings) -> None:
    sign_ups, tokens = operator_reads.sign_ups(read), Tokens(read.secret_keys, utc_now)
    assert len(crowd.answers) >= FEWEST_FORMS
    assert {"303"} == {answer.partition(" ")[0] for answer in crowd.answers.values()}
    assert {"200"} == set(crowd.pages)
    assert crowd.acknowledged() == {
        f"/receipt/{tokens.sign('receipt', sign_up.id, sign_up.received_at)}"
        for sign_up in sign_ups
    }
    assert crowd.answers.keys() == {sign_up.answers["email"] for sign_up in sign_ups}
    assert len(sign_ups) == len(crowd.answers)
    mails = Counter((mail.subject.id, mail.kind) for mail in operator_reads.mails(read))
    assert {1} == set(mails.values())


@pytest.mark.parametrize("proxy", PROXIES.values(), ids=PROXIES)
def test_no_form_is_lost_over_three_restarts_behind_the_guides_proxy(tmp_path, proxy):
    with unit(tmp_path) as service, proxy(tmp_path, service.port) as front:
        with Crowd(front.url) as crowd:
            for _ in range(RESTARTS):
                time.sleep(0.4)
                service.restart()
            enough(crowd)
        read = settings.read_settings(service.environ)

    hold_against_the_database(crowd, read)


def enough(crowd: Crowd) -> None:
    before = len(crowd.answers)
    eventually(lambda: len(crowd.answers) >= max(FEWEST_FORMS, before + 20), seconds=30)


def test_two_instances_start_anew_one_after_another_and_nobody_notices(tmp_path, cluster):
    variables = {"DATABASE_URL": cluster.fresh(), "FOLDER": str(tmp_path / "var")}
    with ExitStack() as stack:
        pair = [
            stack.enter_context(unit(state_folder(tmp_path / name), **variables))
            for name in ("one", "other")
        ]
        front = stack.enter_context(caddy(tmp_path, *(instance.port for instance in pair)))
        with Crowd(front.url) as crowd:
            for number in range(RESTARTS):
                time.sleep(0.2)
                pair[number % 2].restart()
            enough(crowd)
        read = settings.read_settings(pair[0].environ)

    hold_against_the_database(crowd, read)


def state_folder(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_who_comes_while_the_service_is_down_is_served_when_it_is_back(tmp_path):
    with unit(tmp_path) as service:
        service.stop()
        with socket.create_connection(("127.0.0.1", service.port), timeout=20) as waiting:
            waiting.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            service.start()
            assert waiting.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_socket_that_was_meant_for_another_process_is_left_alone(tmp_path, free_port):
    around = {"LISTEN_PID": "1", "LISTEN_FDS": "1"}
    with process(tmp_path, free_port, around) as server:
        assert server.is_up()


@pytest.mark.parametrize(
    ("family", "kind", "listens", "count", "reason"),
    [
        (socket.AF_INET, socket.SOCK_STREAM, True, "2", "2 sockets"),
        (socket.AF_INET, socket.SOCK_STREAM, True, "", "no sockets"),
        (socket.AF_INET, socket.SOCK_STREAM, False, "1", "a socket of another kind"),
        (socket.AF_INET, socket.SOCK_DGRAM, False, "1", "a socket of another kind"),
        (socket.AF_UNIX, socket.SOCK_STREAM, True, "1", "a socket of another kind"),
    ],
    ids=["two", "none", "connected", "datagrams", "a path"],
)
def test_what_systemd_passes_on_that_is_no_tcp_socket_is_told_in_one_sentence(
    tmp_path, family, kind, listens, count, reason
):
    log = tmp_path / "log"
    with socket.socket(family, kind) as passed:
        if listens:
            passed.bind(str(tmp_path / "socket") if family == socket.AF_UNIX else ("127.0.0.1", 0))
            passed.listen()
        ended = start_with(passed, log, {}, count=count).wait(timeout=20)

    (line,) = log.read_text("utf-8").splitlines()
    assert 2 == ended
    assert line.startswith(f"mentorkorps: systemd passed on {reason}, ")
    assert "ListenStream=" in line


@pytest.mark.skipif(
    shutil.which("systemd-socket-activate") is None, reason="this system has no systemd"
)
def test_systemds_own_tool_starts_it(tmp_path, real, free_port):
    environ = {
        "MENTORKORPS_DATABASE_URL": f"sqlite:///{tmp_path}/var/m.db",
        "PATH": os.environ["PATH"],
    }
    command = [
        sys.executable,
        "-m",
        "mentorkorps",
        "serve",
        "--site",
        str(built_site(tmp_path / "site")),
    ]
    activated = [
        "systemd-socket-activate",
        "--listen",
        f"127.0.0.1:{free_port}",
        *pass_on(environ),
        *command,
    ]
    with subprocess.Popen(
        activated, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as waiting:
        eventually(lambda: is_served(free_port), seconds=30)
        waiting.send_signal(signal.SIGTERM)
        assert 0 == waiting.wait(timeout=20)


def pass_on(environ: dict[str, str]) -> list[str]:
    return [f"--setenv={name}={value}" for name, value in environ.items()]


def is_served(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=20, verify=False).is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("most", [64, 200, 299])
def test_too_few_files_are_told_at_start(tmp_path, most):
    done = subprocess.run(
        [
            "sh",
            "-c",
            f'ulimit -n {most} && exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "mentorkorps",
            "serve",
            "--port",
            "0",
            "--site",
            built_site(tmp_path / "site"),
        ],
        cwd=ROOT,
        env=os.environ | {"MENTORKORPS_DATABASE_URL": f"sqlite:///{tmp_path}/var/m.db"},
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert (2, "") == (done.returncode, done.stdout)
    (line,) = done.stderr.splitlines()
    assert f"may open {most} files and needs 300 at least" in line
    assert "LimitNOFILE=" in line
    assert not (tmp_path / "var").exists()


def test_300_files_are_enough(tmp_path, free_port):
    with process(tmp_path, free_port, most_files=300) as server:
        assert httpx.post(f"{server.url}{FORM}", data=volunteer()).status_code == 303
