"""A server that is killed keeps what it has acknowledged."""

import random

import httpx

from mentorkorps.backend.db import operator_reads
from tests.backend.conftest import Portal, eventually
from tests.backend.killing import LEASES_ARE_OVER, victim

KILLS = 20


def test_no_acknowledged_sign_up_is_lost_when_the_server_is_killed_twenty_times(
    tmp_path, free_port
):
    with victim(tmp_path, free_port) as server:
        for round in range(KILLS):
            server.killed_under_load(round)
        server.start(ahead=LEASES_ARE_OVER)
        with httpx.Client(base_url=server.url, verify=False) as client:
            sample = random.sample(server.receipts, min(50, len(server.receipts)))
            assert {200} == {client.get(receipt).status_code for receipt in sample}
        eventually(server.mails_are_out, seconds=60)
        toll = server.toll()

    assert toll.acknowledged >= KILLS
    assert not toll.lost
    assert {1} == set(toll.mails.values())
    letters = {
        path.stem: Portal.read(path)["Message-ID"]
        for path in server.settings.mail_folder.glob("*.eml")
    }
    assert {
        mail.id: f"<{mail.id}@mentorkorps.invalid>"
        for mail in operator_reads.mails(server.settings)
    } == letters
