"""The list of all generated pages, each kind of record with its page and its list."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from textwrap import shorten
from typing import TypeVar

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.messages import RULES
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.catalogue.model.lasting import Retired
from mentorkorps.catalogue.model.organisations import Industry, Organisation, Programme
from mentorkorps.catalogue.model.outcomes import Outcome
from mentorkorps.catalogue.model.places import Municipality
from mentorkorps.catalogue.tables import PAGES
from mentorkorps.catalogue.yaml_nodes import Place
from mentorkorps.curriculum.course_plan import course_sessions
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.forms.html import form_page_html
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language
from mentorkorps.site import redirects, training_pages
from mentorkorps.site.page import Page
from mentorkorps.site.view import View

DESCRIPTION = 155
"""Characters of a description that search engines show."""
MOST_NEAR = 6
OVERVIEWS = (
    "programmes",
    "organisations",
    "municipalities",
    "industries",
    "courses",
    "events",
    "outcomes",
)

Dated = TypeVar("Dated", Course, Event)


def site_pages(
    catalogue: Catalogue,
    language: Language,
    forms_at: str = "",
    curriculum: Curriculum | None = None,
) -> Iterator[Page]:
    """Every generated page in one language, those of the training if there is one.

    `forms_at` is where the form backend answers, if not on this host.
    """
    site = RecordPages(catalogue, language, forms_at, curriculum)
    yield site.front()
    for kind in OVERVIEWS:
        yield site.overview(kind)
    yield from map(site.programme, catalogue.published_programmes())
    yield from map(site.organisation, catalogue.organisations.values())
    yield from map(site.municipality, catalogue.municipalities.values())
    yield from map(site.industry, catalogue.industries.values())
    yield from map(site.course, catalogue.courses.values())
    yield from map(site.event, catalogue.events.values())
    yield from map(site.form, catalogue.forms.values())
    yield site.certificate()
    yield site.rules()
    if curriculum:
        yield from training_pages.training_pages(catalogue, curriculum, language, forms_at)
    yield site.messages()
    yield from map(site.moved, redirects.moved(catalogue))
    yield from (site.gone(kind, retired) for kind, retired in redirects.gone(catalogue))


class RecordPages:
    """Writes the pages of one language."""

    def __init__(
        self,
        catalogue: Catalogue,
        language: Language,
        forms_at: str,
        curriculum: Curriculum | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.language = language
        self.forms_at = forms_at
        self.curriculum = curriculum
        self.texts = words(language)["site"]

    def front(self) -> Page:
        texts = self.texts["front"]
        return self.page(
            "front",
            title=texts["title"],
            description=texts["lead"],
            typical=typical_programme(self.catalogue),
            proof=proof(self.catalogue),
            courses=announced(self.catalogue.courses.values()),
            events=announced(self.catalogue.events.values()),
        )

    def overview(self, kind: str) -> Page:
        texts = self.texts[kind]
        return self.page(
            kind,
            title=texts["title"],
            description=texts["lead"].format(count=len(self.catalogue.municipalities)),
            id="",
            source=None,
            at="",
            **self.listed(kind),
        )

    def listed(self, kind: str) -> dict[str, object]:
        """What a list shows beyond the tables themselves."""
        programmes = self.catalogue.published_programmes()
        match kind:
            case "programmes":
                return {
                    "programmes": programmes,
                    "codes": {
                        code for programme in programmes for code in programme.municipalities
                    },
                    "used_industries": {
                        industry for programme in programmes for industry in programme.industries
                    },
                }
            case "courses":
                return {"courses": by_date(self.catalogue.courses.values())}
            case "events":
                return {"events": by_date(self.catalogue.events.values())}
            case _:
                return {}

    def programme(self, programme: Programme) -> Page:
        return self.page(
            "programme",
            programme.id,
            title=programme.name.of(self.language),
            description=programme.summary.of(self.language),
            source=programme.at,
            programme=programme,
            organisation=self.catalogue.organisations[programme.organisation],
            answers=self.catalogue.who_answers(programme),
            outcomes=self.catalogue.outcomes_of(programme.id),
            events=announced(self.catalogue.events_for(programme.id)),
        )

    def organisation(self, organisation: Organisation) -> Page:
        return self.page(
            "organisation",
            organisation.id,
            title=organisation.name.of(self.language),
            description=organisation.about.of(self.language),
            source=organisation.at,
            organisation=organisation,
            programmes=self.catalogue.programmes_of(organisation.id),
            courses=self.catalogue.courses_of(organisation.id),
            events=announced(self.catalogue.events_of(organisation.id)),
        )

    def municipality(self, municipality: Municipality) -> Page:
        texts = self.texts["municipality"]
        return self.page(
            "municipality",
            municipality.slug,
            title=texts["title"].format(name=municipality.name),
            description=texts["lead"].format(name=municipality.name),
            source=municipality.at,
            municipality=municipality,
            regions=self.catalogue.region_of(municipality),
            programmes=self.catalogue.programmes_in(municipality.code),
            courses=self.catalogue.courses_in(municipality.code),
            events=announced(self.catalogue.events_in(municipality.code)),
            near=near(self.catalogue, municipality),
        )

    def industry(self, industry: Industry) -> Page:
        return self.page(
            "industry",
            industry.id,
            title=industry.name.of(self.language),
            description=self.texts["industry"]["lead"].format(
                examples=industry.examples.of(self.language)
            ),
            source=industry.at,
            industry=industry,
            programmes=self.catalogue.programmes_for(industry.id),
        )

    def course(self, course: Course) -> Page:
        page = self.page(
            "course",
            course.id,
            title=course.name.of(self.language),
            description=course.about.of(self.language),
            source=course.at,
            course=course,
            organisation=self.catalogue.organisations[course.organisation],
            sessions=course_sessions(self.curriculum, course) if self.curriculum else (),
        )
        return replace(page, assets=training_pages.STYLES) if self.curriculum else page

    def event(self, event: Event) -> Page:
        return self.page(
            "event",
            event.id,
            title=event.name.of(self.language),
            description=event.about.of(self.language),
            source=event.at,
            event=event,
            organisation=self.catalogue.organisations[event.organisation],
        )

    def form(self, form: Form) -> Page:
        at = address("form", self.language, form.id)
        action, find = (self.view(at).service(path) for path in (f"forms/{form.id}", "find"))
        return Page(
            at,
            self.language,
            form.title.of(self.language),
            shorten(form.intro.of(self.language), DESCRIPTION, placeholder="…"),
            form_page_html(form, self.catalogue, self.language, action=action, find=find).strip(),
            form.at,
            has_form=True,
            listed=form.purpose is not None,
        )

    def certificate(self) -> Page:
        texts = words(self.language)["certificate"]
        return self.page("certificate", title=texts["title"], description=texts["lead"])

    def messages(self) -> Page:
        texts = self.texts["messages"]
        page = self.page("messages", title=texts["title"], description=texts["lead"], rules=RULES)
        return replace(page, searchable=False)

    def moved(self, old: redirects.Moved) -> Page:
        """At an address that a record had before: where it is now."""
        table = next(table for table, kind in PAGES.items() if kind == old.kind)
        name = self.catalogue.name(table, old.was, self.language)
        texts = self.texts["moved"]
        page = self.page(
            "moved",
            at=address(old.kind, self.language, old.was),
            title=texts["title"].format(name=name),
            description=texts["text"],
            called=name,
            leads_to=(old.kind, old.now),
        )
        now = address(old.kind, self.language, old.now).removeprefix(
            address("front", self.language)
        )
        return replace(page, listed=False, moved_to=now)

    def gone(self, kind: str, retired: Retired) -> Page:
        """At the address of a record that is gone for good."""
        texts = self.texts["gone"]
        title = texts["title"].format(name=retired.name.of(self.language))
        overview = retired.table if retired.table in OVERVIEWS else "front"
        at = address(kind, self.language, retired.id)
        page = self.page("gone", at=at, title=title, description=texts["text"], overview=overview)
        return replace(page, listed=False)

    def rules(self) -> Page:
        texts = words(self.language)["training"]["rules"]
        page = self.page("rules", title=texts["title"], description=texts["lead"])
        return replace(page, assets=training_pages.STYLES)

    def page(
        self,
        kind: str,
        id: str = "",
        *,
        title: str,
        description: str,
        source: Place | None = None,
        at: str = "",
        **values: object,
    ) -> Page:
        at = at or address(kind, self.language, id)
        body = self.view(at).body(f"{kind}.html", title=title, **values)
        return Page(
            at,
            self.language,
            title,
            shorten(description, DESCRIPTION, placeholder="…"),
            body,
            source,
        )

    def view(self, at: str) -> View:
        if self.curriculum is None:
            return View(self.catalogue, self.language, at, self.forms_at)
        return training_pages.TrainingView(
            self.catalogue, self.language, at, self.forms_at, curriculum=self.curriculum
        )


def typical_programme(catalogue: Catalogue) -> Programme | None:
    """The one that shows on the front what it takes: it tells both hours and course days, an own
    one first.
    """
    own = catalogue.portal().id
    complete = [
        programme
        for programme in catalogue.published_programmes()
        if programme.commitment and programme.training and programme.training.days
    ]
    return min(complete, key=lambda programme: programme.organisation != own, default=None)


def proof(catalogue: Catalogue) -> Outcome | None:
    """The outcome for the front: the first result with a figure."""
    results = (outcome for outcome in catalogue.outcomes.values() if outcome.kind == "result")
    return next(results, None)


def by_date(dated: Iterable[Dated]) -> list[Dated]:
    return sorted(dated, key=lambda record: record.days[0].date)


def announced(dated: Iterable[Dated]) -> list[Dated]:
    """Those that are going to be held, by date."""
    return by_date(record for record in dated if record.status != "cancelled")


def near(catalogue: Catalogue, municipality: Municipality) -> list[Programme]:
    """Some programmes elsewhere in the same region, today's and the one that follows it: those
    that are open first.
    """
    region = catalogue.region_of(municipality)[-1]
    codes = {
        neighbour.code
        for neighbour in catalogue.municipalities.values()
        if catalogue.region_of(neighbour)[-1] == region
    }
    here = catalogue.programmes_in(municipality.code)
    others = [
        programme
        for programme in catalogue.published_programmes()
        if codes & set(programme.municipalities) and programme not in here
    ]
    return sorted(others, key=lambda programme: programme.status != "open")[:MOST_NEAR]
