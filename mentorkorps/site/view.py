from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from mentorkorps.catalogue import images
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import Purpose
from mentorkorps.catalogue.model.organisations import Organisation, Programme
from mentorkorps.catalogue.model.places import Municipality
from mentorkorps.interface.addresses import address, relative
from mentorkorps.interface.languages import Language
from mentorkorps.interface.templates import render
from mentorkorps.site import place_index
from mentorkorps.site.states import Call, StateMark, state_marks


@dataclass(frozen=True, slots=True)
class View:
    """What a template may ask while one page is written: links from that page, and records by
    their ids.
    """

    catalogue: Catalogue
    language: Language
    at: str
    forms_at: str = ""

    def body(self, template: str, **values: object) -> str:
        return render(template, self.language, view=self, **values).strip()

    def link(self, kind: str, id: str = "") -> str:
        return relative(self.at, address(kind, self.language, id))

    def call(self, call: Call) -> str:
        to = self.form(call.purpose) if call.purpose else self.link(call.kind)
        return to + call.query

    def form(self, purpose: Purpose) -> str:
        """The link to the form that serves a purpose."""
        return self.link("form", self.catalogue.form_for(purpose).id)

    def service(self, path: str) -> str:
        """The address of something that the form backend answers."""
        return f"{self.forms_at.rstrip('/')}/{path}" if self.forms_at else relative(self.at, path)

    def picture(self, file: str) -> str:
        return relative(self.at, f"{images.ADDRESS}{file}")

    def marks(self, record: Programme | Course | Event) -> tuple[StateMark, ...]:
        return state_marks(record, self.language)

    def organisation(self, id: str) -> Organisation:
        return self.catalogue.organisations[id]

    def municipality(self, code: str) -> Municipality:
        return self.catalogue.municipalities[code]

    def municipalities(self, codes: Iterable[str]) -> list[Municipality]:
        chosen = set(codes)
        return [
            municipality
            for municipality in self.catalogue.municipalities_sorted()
            if municipality.code in chosen
        ]

    def place_index(self) -> str:
        """The address of the names of places that the finder reads."""
        return relative(self.at, address("front", self.language) + place_index.FILE)

    def day_after(self, day: date) -> date:
        return day + timedelta(days=1)
