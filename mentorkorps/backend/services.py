"""What every answer draws on, made once when the app starts."""

from dataclasses import dataclass

from starlette.requests import Request

from mentorkorps.backend.bookings.allocation import WaitingListJob
from mentorkorps.backend.clock import Clock
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.write_probe import WriteProbe
from mentorkorps.backend.jobs.clock_guard import ClockGuard
from mentorkorps.backend.jobs.command_files import CommandFiles
from mentorkorps.backend.jobs.missing_records import References
from mentorkorps.backend.mail.outbox import Outbox
from mentorkorps.backend.security.signed_links import Tokens
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.signups.collected_confirmation import Collection
from mentorkorps.backend.signups.retention import DailyPurge
from mentorkorps.backend.web.rate_limits import RateLimits
from mentorkorps.backend.web.responses import Shell
from mentorkorps.backend.web.static_site import StaticSite
from mentorkorps.catalogue.load import Catalogue


@dataclass(frozen=True, slots=True)
class Services:
    catalogue: Catalogue
    settings: Settings
    site: StaticSite
    shell: Shell
    database: Database
    outbox: Outbox
    daily: DailyPurge
    turns: WaitingListJob
    errands: CommandFiles
    references: References
    collection: Collection
    tokens: Tokens
    clock: Clock
    guard: ClockGuard
    rate_limits: RateLimits
    probe: WriteProbe


def services_of(request: Request) -> Services:
    return request.app.state.services
