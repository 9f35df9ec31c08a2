"""GET /desk/interest: how many wait on the interest list, before something opens. Counts alone, for every role."""

from starlette.responses import Response

from mentorkorps.backend.desk.pages import desk_page
from mentorkorps.backend.desk.sessions import LoggedIn
from mentorkorps.backend.lists.waiting import AT_LEAST, waiting
from mentorkorps.backend.services import Visit


async def show(visit: Visit, logged_in: LoggedIn) -> Response:
    """What may be said of each municipality and programme, the largest number first."""
    services, language = visit.services, visit.language
    catalogue = services.catalogue
    counts = await services.database.read(waiting, catalogue, services.settings.secret_keys[0])
    municipalities = [
        (
            catalogue.municipalities[code].name if code in catalogue.municipalities else code,
            count,
            [
                (catalogue.name("industries", id, language), people)
                for id, people in counts.industries.get(code, {}).items()
            ],
        )
        for code, count in counts.municipalities.items()
    ]
    programmes = [
        (catalogue.name("programmes", id, language), count)
        for id, count in counts.programmes.items()
    ]
    return desk_page(
        visit,
        "interest.html",
        logged_in.person,
        total=counts.total,
        municipalities=municipalities,
        programmes=programmes,
        at_least=AT_LEAST,
    )
