"""For those who watch the service: does the process live, can it do its work, and how much waits?"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mentorkorps.backend.db.records import Figures, Stop
from mentorkorps.backend.db.retention_rows import figures
from mentorkorps.backend.db.writer import Unavailable
from mentorkorps.backend.jobs.missing_records import References
from mentorkorps.backend.services import Services, services_of
from mentorkorps.backend.web.client_address import client_address, is_relayed
from mentorkorps.backend.web.responses import NOT_KEPT, Refusal

FIGURES_SECONDS = 1
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


async def lives(request: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers=NOT_KEPT)


async def is_ready(request: Request) -> Response:
    """Writes to the database and takes it back. Who may see the figures also gets what waits, and what is amiss.

    However often strangers ask, a row is written once in five seconds.
    """
    services, may_look = services_of(request), _may_look(request, services_of(request))
    parts = {
        "database": await services.probe.takes_a_row(is_fresh=may_look),
        "outbox": services.outbox.is_alive,
        "retention": services.daily.is_alive,
        "places": services.turns.is_alive,
        "errands": services.errands.is_alive,
        "clock": services.guard.verdict.is_believed,
        "purge": services.guard.verdict.stop != "large_purge",
        "collected": services.collection.is_alive,
    }
    is_ready = all(parts.values())
    told = {"status": "ok" if is_ready else "unavailable"}
    if may_look:
        told |= parts | _waiting(services, await _counted(services))
    return JSONResponse(told, 200 if is_ready else 503, NOT_KEPT)


async def _counted(services: Services) -> Figures | None:
    """None where it takes too long to count: that is no reason to call the service ill."""
    try:
        async with asyncio.timeout(FIGURES_SECONDS):
            return await services.database.read(figures)
    except (Unavailable, TimeoutError):
        return None


def _waiting(services: Services, counted: Figures | None) -> dict[str, object]:
    return {
        "oldest_unsent_mail_seconds": counted and _age(services, counted.oldest_unsent),
        "failed_mails": counted and counted.mails["failed"],
        "oldest_failed_mail_seconds": counted and _age(services, counted.oldest_failed),
        "mail_server": services.outbox.trouble or "ok",
        "oldest_unanswered_sign_up_seconds": counted and _age(services, counted.oldest_unanswered),
        "stopped": _stopped(services),
        "missing_records": services.references.by_table(),
    }


def _stopped(services: Services) -> str | None:
    """Why nothing is deleted, if so; it goes on by itself after a steady day."""
    verdict = services.guard.verdict
    return f"{verdict}; steady for {verdict.steady / timedelta(hours=1):.1f} of 24 hours" if verdict.stop else None


async def metrics(request: Request) -> Response:
    """GET /metrics in Prometheus' text format, for this machine and for the networks of the settings."""
    services = services_of(request)
    if not _may_look(request, services):
        raise Refusal(404, "missing")
    counted = await services.database.read(figures)
    text = "".join(f"{line}\n" for line in _lines(services, counted))
    return Response(text, headers=NOT_KEPT | {"Content-Type": PROMETHEUS})


def _may_look(request: Request, services: Services) -> bool:
    proxies = services.settings.trusted_proxy
    address = client_address(request.scope, proxies)
    if address is None or is_relayed(request.scope, proxies):
        return False
    return address.is_loopback or any(address in network for network in services.settings.metrics_from)


def _lines(services: Services, counted: Figures) -> Iterator[str]:
    yield from _gauge("sign_ups", "Sign-ups that are kept, by what became of them.", "state", counted.sign_ups)
    yield from _gauge("mails", "Mails of these sign-ups, by state.", "state", counted.mails)
    for name, since in (
        ("oldest_unsent_mail_seconds", counted.oldest_unsent),
        ("oldest_unanswered_sign_up_seconds", counted.oldest_unanswered),
        ("oldest_failed_mail_seconds", counted.oldest_failed),
    ):
        yield f"# HELP mentorkorps_{name} How long it has waited; 0 where none waits."
        yield f"# TYPE mentorkorps_{name} gauge"
        yield f"mentorkorps_{name} {_age(services, since) or 0}"
    verdict = services.guard.verdict
    stopped = {reason: int(reason == verdict.stop) for reason in get_args(Stop)}
    yield from _gauge("stopped", "Whether deletion is stopped, and by what.", "reason", stopped)
    yield "# HELP mentorkorps_clock_leap_seconds How far the clock is from what follows from the last moment seen."
    yield "# TYPE mentorkorps_clock_leap_seconds gauge"
    yield f"mentorkorps_clock_leap_seconds {round(verdict.leap.total_seconds())}"
    yield "# HELP mentorkorps_doubtful_sign_ups Sign-ups that look like spam and wait for somebody to say."
    yield "# TYPE mentorkorps_doubtful_sign_ups gauge"
    yield f"mentorkorps_doubtful_sign_ups {counted.doubtful}"
    yield "# HELP mentorkorps_mail_server_ok 1, or 0 while the mail server refuses us or is away."
    yield "# TYPE mentorkorps_mail_server_ok gauge"
    yield f"mentorkorps_mail_server_ok {int(services.outbox.trouble is None)}"
    yield from _missing(services.references)


def _missing(references: References) -> Iterator[str]:
    by_table = references.by_table() or {}
    yield from _gauge("missing_records", "Records that people are in and the data lack.", "table", by_table)
    name = "mentorkorps_people_in_missing_records"
    yield f"# HELP {name} People in each record that the data lack."
    yield f"# TYPE {name} gauge"
    for (table, id), people in (references.missing or {}).items():
        yield f'{name}{{table="{table}",record="{id}"}} {people}'


def _gauge(name: str, help: str, label: str, values: Mapping[str, int]) -> Iterator[str]:
    yield f"# HELP mentorkorps_{name} {help}"
    yield f"# TYPE mentorkorps_{name} gauge"
    for value, count in values.items():
        yield f'mentorkorps_{name}{{{label}="{value}"}} {count}'


def _age(services: Services, since: datetime | None) -> int | None:
    return int((services.clock() - since).total_seconds()) if since else None
