"""What one language of the site is made of, and what its pages have in common, for any host."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.catalogue.model.forms import Purpose
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.interface import addresses
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import LANGUAGES, Language
from mentorkorps.site.fragments import fill
from mentorkorps.site.page import Page
from mentorkorps.site.record_pages import site_pages


@dataclass(frozen=True, slots=True)
class Publication:
    """The site in one language. `url` is where it stands, with a slash at its end; `forms_at`
    where the form backend answers, if not on this host.
    """

    catalogue: Catalogue
    curriculum: Curriculum
    language: Language
    url: str
    forms_at: str = ""

    @property
    def front(self) -> str:
        """The address of the front page: where the language begins, from the portal's root."""
        return addresses.address("front", self.language)

    @property
    def public_url(self) -> str:
        """Where the portal stands, with a slash at its end."""
        return self.url.removesuffix(self.front)

    @property
    def base_path(self) -> str:
        """The path of the language's own site, for a page that is answered at any depth."""
        return urlsplit(self.url).path

    @property
    def other_language(self) -> Language:
        return next(language for language in LANGUAGES if language != self.language)

    def pages(self) -> Iterator[Page]:
        """Every generated page."""
        return site_pages(self.catalogue, self.language, self.forms_at, self.curriculum)

    def inside(self, at: str) -> str:
        """An address as seen from the root of the language's own site."""
        return at.removeprefix(self.front)

    def filled(self, markdown: str) -> str:
        """A hand-written page with its generated parts. Raises UnknownFragment."""
        return fill(markdown, self.catalogue, self.language)

    def frame_values(self) -> dict[str, object]:
        """What the frame of every page asks for."""
        elsewhere = addresses.address("front", self.other_language)
        return {
            "t": words(self.language),
            "language": self.language,
            "place": lambda kind: self.inside(addresses.address(kind, self.language)),
            "form_place": self._form_place,
            "elsewhere": addresses.relative(self.front, elsewhere),
        }

    def _form_place(self, purpose: Purpose) -> str:
        form = self.catalogue.form_for(purpose)
        return self.inside(addresses.address("form", self.language, form.id))

    def translation_values(self, at: str) -> dict[str, object]:
        """What the frame asks for where a page has translations: the link to the other language,
        and each language with its whole address. `at` is the page's address in its own site.
        """
        translations = addresses.translations(self.front + at)
        if not translations:
            return {}
        return {
            "translated": addresses.relative(self.front, translations[self.other_language]),
            "alternates": [
                (language, urljoin(self.public_url, translation))
                for language, translation in translations.items()
            ],
        }


def read_publication(
    data: Path, training: Path, language: Language, url: str, forms_at: str = ""
) -> Publication:
    """Reads both folders. Raises DataError with every problem of the first that has any."""
    catalogue = load_catalogue(data, "data")
    curriculum = load_curriculum(training, catalogue, "training")
    return Publication(catalogue, curriculum, language, url, forms_at)
