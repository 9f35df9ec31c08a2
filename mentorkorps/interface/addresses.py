"""Where each page stands, in both languages: the one table of published addresses.

A published address never dies. Addresses are relative to the root of the site and end in a slash.
"""

from mentorkorps.interface.languages import LANGUAGES, Language

ADDRESSES: dict[str, dict[Language, str]] = {
    "front": {"da": "", "en": "en/"},
    "programmes": {"da": "programmer/", "en": "en/programmes/"},
    "programme": {"da": "programmer/{id}/", "en": "en/programmes/{id}/"},
    "organisations": {"da": "organisationer/", "en": "en/organisations/"},
    "organisation": {"da": "organisationer/{id}/", "en": "en/organisations/{id}/"},
    "municipalities": {"da": "kommuner/", "en": "en/municipalities/"},
    "municipality": {"da": "kommuner/{id}/", "en": "en/municipalities/{id}/"},
    "industries": {"da": "brancher/", "en": "en/industries/"},
    "industry": {"da": "brancher/{id}/", "en": "en/industries/{id}/"},
    "courses": {"da": "kurser/", "en": "en/courses/"},
    "course": {"da": "kurser/{id}/", "en": "en/courses/{id}/"},
    "events": {"da": "arrangementer/", "en": "en/events/"},
    "event": {"da": "arrangementer/{id}/", "en": "en/events/{id}/"},
    "outcomes": {"da": "resultater/", "en": "en/outcomes/"},
    "rules": {"da": "regelkort/", "en": "en/rule-cards/"},
    "training": {"da": "uddannelse/", "en": "en/training/"},
    "module-1": {"da": "uddannelse/dag-1/{id}/", "en": "en/training/day-1/{id}/"},
    "module-2": {"da": "uddannelse/dag-2/{id}/", "en": "en/training/day-2/{id}/"},
    "module-add-on": {"da": "uddannelse/tillaeg/{id}/", "en": "en/training/add-ons/{id}/"},
    "trainer-1": {
        "da": "uddannelse/dag-1/{id}/underviser/",
        "en": "en/training/day-1/{id}/trainer/",
    },
    "trainer-2": {
        "da": "uddannelse/dag-2/{id}/underviser/",
        "en": "en/training/day-2/{id}/trainer/",
    },
    "trainer-add-on": {
        "da": "uddannelse/tillaeg/{id}/underviser/",
        "en": "en/training/add-ons/{id}/trainer/",
    },
    "slides-1": {"da": "uddannelse/dag-1/{id}/dias/", "en": "en/training/day-1/{id}/slides/"},
    "slides-2": {"da": "uddannelse/dag-2/{id}/dias/", "en": "en/training/day-2/{id}/slides/"},
    "slides-add-on": {
        "da": "uddannelse/tillaeg/{id}/dias/",
        "en": "en/training/add-ons/{id}/slides/",
    },
    "paper": {"da": "uddannelse/papirer/{id}/", "en": "en/training/papers/{id}/"},
    "cards": {"da": "uddannelse/kort/{id}/", "en": "en/training/cards/{id}/"},
    "cards-trainer": {
        "da": "uddannelse/kort/{id}/underviser/",
        "en": "en/training/cards/{id}/trainer/",
    },
    "training-whole": {"da": "uddannelse/samlet/", "en": "en/training/all-in-one/"},
    "run-sheet": {"da": "uddannelse/koereplan/", "en": "en/training/run-sheet/"},
    "glossary": {"da": "uddannelse/ordliste/", "en": "en/training/glossary/"},
    "trainers": {"da": "uddannelse/undervisere/", "en": "en/training/trainers/"},
    "certificate": {"da": "kursusbevis/", "en": "en/certificate/"},
    "links": {"da": "mit-link/", "en": "en/my-link/"},
    "form": {"da": "tilmelding/{id}/", "en": "en/sign-up/{id}/"},
    "about": {"da": "om/", "en": "en/about/"},
    "hosts": {
        "da": "for-kommuner-og-organisationer/",
        "en": "en/for-municipalities-and-organisations/",
    },
    "privacy": {"da": "privatliv/", "en": "en/privacy/"},
    "accessibility": {"da": "tilgaengelighed/", "en": "en/accessibility/"},
    "operations": {"da": "drift/", "en": "en/operations/"},
    "editors": {"da": "redaktoer/", "en": "en/editors/"},
    "messages": {"da": "redaktoer/beskeder/", "en": "en/editors/messages/"},
}


def address(kind: str, language: Language, id: str = "") -> str:
    """The address of a page, for example `programmer/lift/`. Raises KeyError for an unknown
    kind."""
    return ADDRESSES[kind][language].format(id=id)


def relative(origin: str, target: str) -> str:
    """The link from the page at `origin` to `target`, as it works under any sub-path:
    `../../kurser/`."""
    up = "../" * origin.count("/")
    return up + target or "./"


def translations(at: str) -> dict[Language, str] | None:
    """The same page's address in each language, from its address in one; None if no such page is
    known."""
    for kind in ADDRESSES.values():
        for language in LANGUAGES:
            before, _, after = kind[language].partition("{id}")
            if "{id}" not in kind[language]:
                if at == kind[language]:
                    return dict(kind)
            elif at.startswith(before) and at.endswith(after):
                id = at[len(before) : -len(after)]
                if id and "/" not in id:
                    return {other: kind[other].format(id=id) for other in LANGUAGES}
    return None
