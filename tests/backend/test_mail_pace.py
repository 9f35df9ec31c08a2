"""Many mails at the pace of the mail server: few connections, none twice, and no batch before a confirmation."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from mentorkorps.backend import settings
from mentorkorps.backend.db import mail_rows
from mentorkorps.backend.db.connect import open_database
from mentorkorps.backend.db.operator_reads import mails
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.connection_turns import FIRST_CONNECTIONS, MOST_CONNECTIONS
from mentorkorps.backend.mail.mime import WrittenMail
from mentorkorps.backend.mail.outbox import LEASE, Outbox
from mentorkorps.backend.mail.transport import QUIT_SECONDS, SmtpTransport
from mentorkorps.backend.settings import SmtpServer
from tests.backend.conftest import awaited, eventually, post_office
from tests.backend.sullen import sullen
from tests.conftest import ROOT

BATCH = 5000


def written(number: object, is_bulk: bool = False) -> WrittenMail:
    content = f"Message-ID: <{number}@example.org>\r\n\r\n.Hej\r\n".encode()
    return WrittenMail("us@example.org", f"v{number}@example.org", content, is_bulk)


def delivered(port: int, count: int, **options: float) -> list[BaseException | None]:
    """Brings mails at once: what became of each; they are numbered from 0."""

    async def steps():
        transport = SmtpTransport(SmtpServer("127.0.0.1", port, False, None, None), **options)
        try:
            deliveries = (transport.deliver(str(id), written(id)) for id in range(count))
            return await asyncio.gather(*deliveries, return_exceptions=True)
        finally:
            await transport.close()

    return awaited(steps())


def numbers(server) -> list[int]:
    return sorted(int(mail["Message-ID"].strip("<>").partition("@")[0]) for mail in server.taken)


@pytest.mark.parametrize("pipelines", [True, False])
def test_many_mails_share_few_connections_and_leave_unchanged(free_port, pipelines):
    with sullen(free_port) as server:
        server.pipelines = pipelines
        assert [None] * 60 == delivered(free_port, 60)

    assert list(range(60)) == numbers(server)
    # A dot in front is doubled, which the server takes away again (RFC 5321, 4.5.2).
    assert {"..Hej"} == {mail.get_content().strip() for mail in server.taken}
    assert FIRST_CONNECTIONS <= server.peak <= MOST_CONNECTIONS
    assert server.opened == server.peak


@pytest.mark.parametrize("pipelines", [True, False])
@pytest.mark.parametrize("limit", ["mails_each", "most_connections"])
def test_where_a_server_sets_limits_each_mail_arrives_once_and_none_waits_for_another_try(
    free_port, pipelines, limit
):
    with sullen(free_port) as server:
        server.pipelines = pipelines
        setattr(server, limit, 1 if limit == "most_connections" else 3)
        assert [None] * 20 == delivered(free_port, 20)

    assert list(range(20)) == numbers(server)


@pytest.mark.parametrize("pipelines", [True, False])
def test_a_mail_that_is_refused_leaves_the_connection_to_the_next(free_port, pipelines):
    with sullen(free_port) as server:
        server.pipelines = pipelines
        server.mood = ("rcpt", "550 5.1.1 unknown")
        refusals = delivered(free_port, 10)
        assert {"SMTPRecipientRefused"} == {type(error).__name__ for error in refusals}
        assert server.opened <= FIRST_CONNECTIONS


def test_a_server_that_hangs_at_goodbye_has_no_more_connections_than_another(free_port):
    with sullen(free_port) as server:
        server.mood = ("quit", "hang")
        began = time.monotonic()
        assert [None] * 3 == delivered(free_port, 3, mails_a_connection=1)

    assert time.monotonic() - began >= QUIT_SECONDS, "the third did not wait for one to be over"


def test_a_mail_that_has_no_turn_in_time_was_not_tried(tmp_path, hands, free_port):
    async def steps():
        batch = Batch(tmp_path, hands)
        await batch.queue(kinds.NOTICE, 3)
        server_settings = SmtpServer("127.0.0.1", free_port, False, None, None)
        outbox = batch.outbox(SmtpTransport(server_settings, turn_seconds=0.3))
        try:
            with sullen(free_port) as server:
                server.mood = ("dot", "slow")
                assert 1 == await outbox.deliver_due(), "bulk leaves one of the two to others"
                assert {("sent", 1): 1, ("queued", 0): 2} == Counter(batch.standing())
                server.mood = None
                assert 2 == await outbox.deliver_due()
                assert 3 == len({mail["Message-ID"] for mail in server.taken})
        finally:
            await outbox.stop()
            batch.database.close()

    awaited(steps())


class Holding:
    """A mail server that never answers a bulk mail, and notes the order in which mails came."""

    def __init__(self) -> None:
        self.came: list[bool] = []

    async def deliver(self, id, mail):
        self.came.append(mail.is_bulk)
        if mail.is_bulk:
            await asyncio.Event().wait()

    async def try_out(self):
        pass

    async def close(self):
        pass


class Batch:
    """A store whose mails are about the service, so that no sign-up is needed; notices are its bulk."""

    def __init__(self, folder, clock) -> None:
        self.settings = settings.read_settings(
            {"MENTORKORPS_DATABASE_URL": f"sqlite:///{folder}/m.db"}
        )
        self.database = open_database(self.settings)
        self.clock = clock

    async def queue(self, kind, count: int = 1) -> None:
        about_service = kinds.MailKind(kind.name, to="operator", about="service")
        await self.database.change(
            mail_rows.queue_mails, "x", [about_service] * count, self.clock()
        )

    def outbox(self, transport) -> Outbox:
        def write(mail, sign_up):
            return written(mail.id, mail.kind == kinds.NOTICE.name)

        bulk = [kinds.NOTICE.name]
        return Outbox(self.database, transport, write, self.clock, bulk_kinds=bulk)

    def standing(self) -> list[tuple[str, int]]:
        return [(mail.state, mail.attempts) for mail in mails(self.settings)]


def test_a_confirmation_leaves_at_once_while_a_batch_of_5000_waits_and_its_server_hangs(
    tmp_path, hands
):
    async def steps():
        batch, transport = Batch(tmp_path, hands), Holding()
        await batch.queue(kinds.NOTICE, BATCH)
        outbox = batch.outbox(transport)
        outbox.start()
        async with asyncio.timeout(8):
            while True not in transport.came:
                await asyncio.sleep(0.01)
            hands.pass_by(seconds=1)
            await batch.queue(kinds.CONFIRM)
            outbox.wake()
            while False not in transport.came:
                await asyncio.sleep(0.01)
        assert transport.came.index(False) < 20, "the batch was claimed before it"
        for lane in asyncio.all_tasks() - {asyncio.current_task()}:
            lane.cancel()
        batch.database.close()

    awaited(steps())


def test_on_one_connection_what_somebody_waits_for_comes_before_the_rest_of_a_batch(free_port):
    async def steps():
        transport = SmtpTransport(SmtpServer("127.0.0.1", free_port, False, None, None))
        batch = [transport.deliver(str(id), written(id, is_bulk=True)) for id in range(10)]
        deliveries = [asyncio.create_task(delivery) for delivery in batch]
        await asyncio.sleep(0)
        await transport.deliver("99", written(99))
        await asyncio.gather(*deliveries)
        await transport.close()

    with sullen(free_port) as server:
        server.most_connections = 1
        awaited(steps())

    order = [mail["Message-ID"] for mail in server.taken]
    assert 11 == len(order)
    # Two of the batch may be on their way when it comes.
    assert order.index("<99@example.org>") <= 2


KILLED = """
import asyncio, os
from tests.backend.test_mail_pace import Batch
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.transport import SmtpTransport
from mentorkorps.backend.settings import SmtpServer

async def main():
    batch = Batch(os.environ["PLACE"], utc_now)
    await batch.queue(kinds.NOTICE, 300)
    server = SmtpServer("127.0.0.1", int(os.environ["PORT"]), False, None, None)
    outbox = batch.outbox(SmtpTransport(server))
    while await outbox.deliver_due():
        pass

asyncio.run(main())
"""


def test_a_batch_killed_half_way_leaves_whole_and_what_leaves_twice_has_the_same_number(
    tmp_path, hands, free_port
):
    with post_office(free_port) as office:
        environ = os.environ | {"PLACE": str(tmp_path), "PORT": str(free_port)}
        killed = subprocess.Popen([sys.executable, "-c", KILLED], cwd=ROOT, env=environ)
        eventually(lambda: len(office.taken) > 60, seconds=30)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        before = len(office.taken)

        async def rest():
            batch = Batch(tmp_path, hands)
            hands.pass_until(max(mail.due_at for mail in mails(batch.settings)) + 2 * LEASE)
            outbox = batch.outbox(
                SmtpTransport(SmtpServer("127.0.0.1", free_port, False, None, None))
            )
            while await outbox.deliver_due():
                pass
            await outbox.stop()
            batch.database.close()
            return batch

        batch = awaited(rest())
    assert 60 < before < 300
    times = Counter(mail["Message-ID"] for mail in office.taken)
    assert {f"<{mail.id}@example.org>" for mail in mails(batch.settings)} == times.keys()
    assert {"sent"} == {state for state, _ in batch.standing()}
    assert max(times.values()) <= 2
