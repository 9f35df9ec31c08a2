"""For those who watch the service: does the process live, and can it do its work?"""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mentorkorps.backend.office import office_of
from mentorkorps.backend.reply import NOT_KEPT
from mentorkorps.backend.store import oldest_unsent
from mentorkorps.backend.writer import Busy, Unavailable

PATIENCE_SECONDS = 1


async def lives(request: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers=NOT_KEPT)


async def is_ready(request: Request) -> Response:
    """Takes the database's write lock for a moment, and tells how long the oldest mail has been waiting."""
    office = office_of(request)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            oldest = await office.store.do(oldest_unsent)
    except (Busy, Unavailable, TimeoutError):
        return _told(False, office.outbox.is_alive, None)
    age = int((office.clock() - oldest).total_seconds()) if oldest else None
    return _told(True, office.outbox.is_alive, age)


def _told(database: bool, outbox: bool, age: int | None) -> Response:
    is_ready = database and outbox
    told = {
        "status": "ok" if is_ready else "unavailable",
        "database": database,
        "outbox": outbox,
        "oldest_unsent_mail_seconds": age,
    }
    return JSONResponse(told, 200 if is_ready else 503, NOT_KEPT)
