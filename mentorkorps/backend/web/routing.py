"""A route as it is declared beside its handler: method, path, query, body and what comes back.

The app serves routes from this and /openapi.json is derived from it: a query parameter that is not
declared reaches no handler.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from starlette.responses import Response
from starlette.routing import Route

from mentorkorps.backend.web.request_body import Body
from mentorkorps.backend.web.visit import Visit, endpoint

Handler = Callable[[Visit[Any]], Awaitable[Response]]
Method = Literal["GET", "POST"]
Answer = Literal["page", "json", "text", "receipt"]
"""page: HTML, or JSON for programs. receipt: 201 with the path of the receipt for programs, else
303.
"""


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """`query` names what stands behind the question mark besides `lang`. `is_public`: programs
    may ask for it.
    """

    method: Method
    path: str
    handler: Handler
    query: tuple[str, ...] = ()
    body: Body | None = None
    answer: Answer = "page"
    is_public: bool = True

    @property
    def summary(self) -> str:
        """The first paragraph of what the handler says of itself."""
        text = self.handler.__doc__ or self.handler.__name__
        return " ".join(text.strip().partition("\n\n")[0].split())

    def route(self) -> Route:
        """For Starlette; GET answers HEAD, too."""
        handler = endpoint(self.handler, self.body, self.query)
        return Route(self.path, handler, methods=[self.method], name=self.handler.__name__)
