"""How full a course or event is, as its form says it: free, few or full, never how many, since the
number would tell who withdrew.
"""

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.db.records import Bookable
from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.request_body import Posted
from mentorkorps.catalogue.model.forms import MEANING_OF, Form
from mentorkorps.interface.i18n import words


async def fill_level_notice(visit: Visit, form: Form, answers: Posted) -> str:
    """What the form says beforehand about the course or event that its address names."""
    field = form.meaning(MEANING_OF[form.books]) if form.books else None
    chosen = answers.get(field.id) if field else None
    if form.books is None or not chosen:
        return ""
    record = allocation.record_of(visit.services.catalogue, Bookable(form.books, chosen[0]))
    if record is None:
        return ""
    bookable, seats = allocation.bookable_of(form.books, record), allocation.seats(record)
    level = await visit.services.database.read(allocation.fill_level, bookable, seats)
    return str(words(visit.language)["places"]["before"][level])
