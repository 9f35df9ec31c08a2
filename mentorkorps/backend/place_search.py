"""GET /find?q=: from a postcode or the name of a place to its municipality's page, also without
JavaScript.
"""

from collections.abc import Iterable

from starlette.responses import Response

from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.routing import RouteSpec
from mentorkorps.catalogue.gazetteer import PlaceMatch
from mentorkorps.catalogue.model.places import Municipality
from mentorkorps.interface.addresses import address

LONGEST_QUERY = 100


async def find_place(visit: Visit) -> Response:
    """GET /find?q=: the municipalities that a postcode or the name of a place may mean."""
    asked = visit.query.get("q", "")[:LONGEST_QUERY].strip()
    match = visit.services.catalogue.gazetteer.match(asked)
    if visit.wants_json:
        return visit.json(_as_json(match))
    links = _links(visit, match.municipalities)
    if len(links) == 1 and match.main:
        return visit.redirect(links[0][1], {})
    status = 404 if match.is_guess or not links else 200
    everywhere = _links(visit, visit.services.catalogue.municipalities_sorted())
    return visit.page(
        "find.html", status, asked=asked, found=links, match=match, everywhere=everywhere
    )


ROUTES = (RouteSpec("GET", "/find", find_place, query=("q",)),)


def _links(visit: Visit, municipalities: Iterable[Municipality]) -> list[tuple[str, str]]:
    """The names of municipalities with the addresses of their pages."""
    return [
        (municipality.name, visit.root + address("municipality", visit.language, municipality.slug))
        for municipality in municipalities
    ]


def _as_json(match: PlaceMatch) -> dict[str, object]:
    """The names of the municipalities, the likeliest first, and which of them is meant unless
    somebody says else.
    """
    return {
        "municipalities": [municipality.name for municipality in match.municipalities],
        "main": match.main and match.main.name,
        "is_guess": match.is_guess,
    }
