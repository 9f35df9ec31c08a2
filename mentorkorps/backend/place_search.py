"""GET /find?q=: from a postcode or the name of a place to its municipality's page, also without JavaScript."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from mentorkorps.backend.services import services_of
from mentorkorps.backend.web.responses import NOT_KEPT, language_of, page, wants_json
from mentorkorps.catalogue.gazetteer import PlaceMatch
from mentorkorps.interface.addresses import address

LONGEST_QUERY = 100


async def find_place(request: Request) -> Response:
    services, language = services_of(request), language_of(request)
    asked = request.query_params.get("q", "")[:LONGEST_QUERY].strip()
    match = services.catalogue.gazetteer.match(asked)
    found = [
        (one.name, services.settings.root + address("municipality", language, one.slug)) for one in match.municipalities
    ]
    if wants_json(request):
        return JSONResponse(_told(match), headers=NOT_KEPT)
    if len(found) == 1 and match.main:
        return RedirectResponse(found[0][1], 303)
    return page(
        request, "find.html", 404 if match.is_guess or not found else 200, asked=asked, found=found, match=match
    )


def _told(match: PlaceMatch) -> dict[str, object]:
    """The names of the municipalities, the likeliest first, and which of them is meant unless somebody says else."""
    return {
        "municipalities": [one.name for one in match.municipalities],
        "main": match.main and match.main.name,
        "is_guess": match.is_guess,
    }
