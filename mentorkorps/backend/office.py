"""What every answer draws on, made once when the app starts."""

from dataclasses import dataclass

from starlette.requests import Request

from mentorkorps.backend.clock import Clock
from mentorkorps.backend.clock_guard import ClockGuard
from mentorkorps.backend.collected import Collection
from mentorkorps.backend.errands import Errands
from mentorkorps.backend.outbox import Outbox
from mentorkorps.backend.places import Turns
from mentorkorps.backend.rate_limits import RateLimits
from mentorkorps.backend.references import References
from mentorkorps.backend.reply import Shell
from mentorkorps.backend.retention import Daily
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.site import Site
from mentorkorps.backend.store import Store
from mentorkorps.backend.tokens import Tokens
from mentorkorps.backend.write_probe import WriteProbe
from mentorkorps.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Office:
    catalogue: Catalogue
    settings: Settings
    site: Site
    shell: Shell
    store: Store
    outbox: Outbox
    daily: Daily
    turns: Turns
    errands: Errands
    references: References
    collection: Collection
    tokens: Tokens
    clock: Clock
    guard: ClockGuard
    rate_limits: RateLimits
    probe: WriteProbe


def office_of(request: Request) -> Office:
    return request.app.state.office
