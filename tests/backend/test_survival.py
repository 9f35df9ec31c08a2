"""A server that is killed keeps what it has acknowledged."""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter

import httpx

from mentorkorps.backend import settings, store
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.tokens import Tokens
from tests.backend.conftest import FORM, JSON, KEY, built_site, eventually, volunteer
from tests.conftest import ROOT

ROUNDS = 5
THREADS = 8


class Victim:
    """A server process on one database, started again and again."""

    def __init__(self, folder, port) -> None:
        self._address = ("127.0.0.1", port)
        self.url = f"http://127.0.0.1:{port}"
        self._arguments = [sys.executable, "-m", "tests.backend.victim", str(built_site(folder / "site")), str(port)]
        self._told = {
            "MENTORKORPS_DATABASE_URL": f"sqlite:///{folder}/var/m.db",
            "MENTORKORPS_SECRET_KEYS": KEY,
        }
        self.settings = settings.read(self._told)

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._arguments, env=os.environ | self._told, cwd=ROOT, stderr=subprocess.DEVNULL
        )
        eventually(self._answers, seconds=30)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        assert self._process.poll() is None, "the server did not start"
        try:
            socket.create_connection(self._address).close()
        except ConnectionRefusedError:
            return False
        return True


def post_until_dead(url: str, name: str, receipts: list[str]) -> None:
    with httpx.Client(base_url=url, verify=False) as client:
        for number in range(100_000):
            try:
                answer = client.post(FORM, data=volunteer(email=f"{name}-{number}@example.org"), headers=JSON)
            except httpx.TransportError:
                return
            if answer.status_code == 201:
                receipts.append(answer.json()["receipt"])


def test_no_acknowledged_sign_up_is_lost_when_the_server_is_killed(tmp_path, free_port):
    victim = Victim(tmp_path, free_port)
    receipts: list[str] = []
    for round in range(ROUNDS):
        victim.start()
        posting = [
            threading.Thread(target=post_until_dead, args=(victim.url, f"{round}-{number}", receipts))
            for number in range(THREADS)
        ]
        for thread in posting:
            thread.start()
        time.sleep(random.uniform(0.2, 0.6))
        victim.kill()
        for thread in posting:
            thread.join()

    victim.start()
    try:
        with httpx.Client(base_url=victim.url) as client:
            sample = random.sample(receipts, min(50, len(receipts)))
            assert {200} == {client.get(receipt).status_code for receipt in sample}
        kept = store.sign_ups(victim.settings)
        mails = Counter(one.sign_up for one in store.mails(victim.settings))
    finally:
        victim.kill()
    assert len(receipts) > ROUNDS * THREADS
    assert set(receipts) <= {receipt_of(victim.settings, one) for one in kept}
    assert {2} == {mails[one.id] for one in kept}


def receipt_of(read, kept: store.SignUp) -> str:
    return f"/receipt/{Tokens(read.secret_keys, utc_now).sign('receipt', kept.id, kept.received_at)}"
