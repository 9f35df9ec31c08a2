"""GET /find?q=: from a postcode or the name of a municipality to its page, also without JavaScript."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mentorkorps.addresses import address
from mentorkorps.backend.office import office_of
from mentorkorps.backend.reply import language_of, page

LONGEST_QUERY = 100


async def find(request: Request) -> Response:
    office, language = office_of(request), language_of(request)
    asked = request.query_params.get("q", "")[:LONGEST_QUERY].strip()
    found = [
        (one.name, office.settings.root + address("municipality", language, one.slug))
        for one in office.catalogue.places(asked)
    ]
    if len(found) == 1:
        return RedirectResponse(found[0][1], 303)
    return page(request, "find.html", 200 if found else 404, asked=asked, found=found)
