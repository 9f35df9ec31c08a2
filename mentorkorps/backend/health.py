"""For those who watch the service: does the process live, can it do its work, and how much waits?

Visitors learn whether the service works and no more, since the mail server's words and long waits
are for whoever runs it.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import get_args

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response

from mentorkorps.backend.db.records import Figures, Stop
from mentorkorps.backend.db.retention_rows import figures
from mentorkorps.backend.db.writer import Unavailable
from mentorkorps.backend.services import ClockVerdict, Services, Visit
from mentorkorps.backend.web.client_address import client_address, is_relayed
from mentorkorps.backend.web.responses import NOT_KEPT, Refusal
from mentorkorps.backend.web.routing import RouteSpec

FIGURES_SECONDS = 1


async def lives(visit: Visit) -> Response:
    """GET /healthz: the process answers."""
    return visit.json({"status": "ok"})


async def is_ready(visit: Visit) -> Response:
    """Writes to the database and takes it back. Who may see the figures also gets what waits, and
    what is amiss.

    However often strangers ask, a row is written once in five seconds.
    """
    services, may_look = visit.services, _may_look(visit)
    parts = {
        "database": await services.probe.takes_a_row(is_fresh=may_look),
        "outbox": services.outbox.is_alive,
        "retention": services.purge.is_alive,
        "places": services.waiting_lists.is_alive,
        "errands": services.command_files.is_alive,
        "clock": services.guard.verdict.is_believed,
        "purge": services.guard.verdict.stop != "large_purge",
        "collected": services.collected_confirmations.is_alive,
    }
    is_ready = all(parts.values())
    details: dict[str, object] = {"status": "ok" if is_ready else "unavailable"}
    if may_look:
        details |= parts | _waiting(visit, await _counted(services))
    return visit.json(details, 200 if is_ready else 503)


async def _counted(services: Services) -> Figures | None:
    """None where it takes too long to count: that is no reason to call the service ill."""
    try:
        async with asyncio.timeout(FIGURES_SECONDS):
            return await services.database.read(figures)
    except (Unavailable, TimeoutError):
        return None


async def metrics(visit: Visit) -> Response:
    """GET /metrics in Prometheus' text format, for this machine and for the networks of the
    settings.
    """
    if not _may_look(visit):
        raise Refusal(404, "missing")
    counted = await visit.services.database.read(figures)
    content = generate_latest(registry(visit.services, counted, visit.now))
    return Response(content, headers=NOT_KEPT | {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


ROUTES = (
    RouteSpec("GET", "/healthz", lives, answer="json"),
    RouteSpec("GET", "/readyz", is_ready, answer="json"),
    RouteSpec("GET", "/metrics", metrics, answer="text"),
)


def registry(services: Services, counted: Figures, now: datetime) -> CollectorRegistry:
    """What /metrics tells, from what was counted: a registry of its own for each scrape, so that
    nothing is global.
    """
    metrics = CollectorRegistry()
    _labelled(
        metrics,
        "sign_ups",
        "Sign-ups that are kept, by what became of them.",
        ("state",),
        counted.sign_ups,
    )
    _labelled(metrics, "mails", "Mails of these sign-ups, by state.", ("state",), counted.mails)
    for name, since in (
        ("oldest_unsent_mail_seconds", counted.oldest_unsent),
        ("oldest_unanswered_sign_up_seconds", counted.oldest_unanswered),
        ("oldest_failed_mail_seconds", counted.oldest_failed),
    ):
        _plain(metrics, name, "How long it has waited; 0 where none waits.", _age(now, since) or 0)
    _add_clock(metrics, services.guard.verdict)
    _plain(
        metrics,
        "doubtful_sign_ups",
        "Sign-ups that look like spam and wait for somebody to say.",
        counted.doubtful,
    )
    _plain(
        metrics,
        "mail_server_ok",
        "1, or 0 while the mail server refuses us or is away.",
        services.outbox.trouble is None,
    )
    _labelled(
        metrics,
        "missing_records",
        "Records that people are in and the data lack.",
        ("table",),
        services.references.by_table() or {},
    )
    _labelled(
        metrics,
        "people_in_missing_records",
        "People in each record that the data lack.",
        ("table", "record"),
        services.references.missing or {},
    )
    return metrics


def _add_clock(metrics: CollectorRegistry, verdict: ClockVerdict) -> None:
    _labelled(
        metrics,
        "stopped",
        "Whether deletion is stopped, and by what.",
        ("reason",),
        {reason: int(reason == verdict.stop) for reason in get_args(Stop)},
    )
    _plain(
        metrics,
        "clock_leap_seconds",
        "How far the clock is from what follows from the last moment seen.",
        round(verdict.leap.total_seconds()),
    )


def _plain(metrics: CollectorRegistry, name: str, help: str, value: int) -> None:
    Gauge(f"mentorkorps_{name}", help, registry=metrics).set(value)


def _labelled(
    metrics: CollectorRegistry,
    name: str,
    help: str,
    labels: tuple[str, ...],
    values: Mapping[str, int] | Mapping[tuple[str, str], int],
) -> None:
    """`values` by the value of the one label, or by those of both."""
    gauge = Gauge(f"mentorkorps_{name}", help, labels, registry=metrics)
    for key, value in values.items():
        gauge.labels(*((key,) if isinstance(key, str) else key)).set(value)


def _waiting(visit: Visit, counted: Figures | None) -> dict[str, object]:
    services, now = visit.services, visit.now
    return {
        "oldest_unsent_mail_seconds": counted and _age(now, counted.oldest_unsent),
        "failed_mails": counted and counted.mails["failed"],
        "oldest_failed_mail_seconds": counted and _age(now, counted.oldest_failed),
        "mail_server": services.outbox.trouble or "ok",
        "oldest_unanswered_sign_up_seconds": counted and _age(now, counted.oldest_unanswered),
        "stopped": _stopped(services.guard.verdict),
        "missing_records": services.references.by_table(),
    }


def _stopped(verdict: ClockVerdict) -> str | None:
    """Why nothing is deleted, if so; it goes on by itself after a steady day."""
    if not verdict.stop:
        return None
    return f"{verdict}; steady for {verdict.steady / timedelta(hours=1):.1f} of 24 hours"


def _may_look(visit: Visit) -> bool:
    settings, scope = visit.services.settings, visit.request.scope
    address = client_address(scope, settings.trusted_proxy)
    if address is None or is_relayed(scope, settings.trusted_proxy):
        return False
    return address.is_loopback or any(address in network for network in settings.metrics_from)


def _age(now: datetime, since: datetime | None) -> int | None:
    """In seconds."""
    return int((now - since).total_seconds()) if since else None
