"""A page of the site, before it meets its host.

Exported pages are HTML inside a Markdown file, so that Zensical and a person can read them. MkDocs
is handed the HTML as it is: Python-Markdown took half of the build to change nothing.
"""

import json
from dataclasses import dataclass

from mentorkorps.catalogue.yaml_nodes import Place
from mentorkorps.interface.languages import Language


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `at` is its address from the root of the site, `body` one block of HTML.

    `source` is the record it shows most of; `has_form` asks the theme for the script that forms
    need, `assets` for styles and scripts of its own. What is not `listed` stays out of search,
    here and in search engines; what is not `searchable` only out of the one here. `moved_to` is
    where visitors are sent on, an address from the root of the page's language.
    """

    at: str
    language: Language
    title: str
    description: str
    body: str
    source: Place | None = None
    has_form: bool = False
    assets: tuple[str, ...] = ()
    listed: bool = True
    searchable: bool = True
    moved_to: str | None = None

    @property
    def markdown(self) -> str:
        """The page as a Markdown file: front matter and the block, which Markdown leaves alone."""
        return f"{self.front_matter}\n{self.body}\n"

    @property
    def front_matter(self) -> str:
        """What MkDocs is told of the page, as JSON, which is YAML too."""
        meta = {
            "title": self.title,
            "description": self.description,
            "hide": ["navigation", "toc"],
            "generated": True,
            "form": self.has_form,
        }
        if self.assets:
            meta["assets"] = self.assets
        if self.moved_to is not None:
            meta["moved"] = self.moved_to
        if not self.listed:
            meta["listed"] = False
        if not (self.listed and self.searchable):
            meta["search"] = {"exclude": True}
        return f"---\n{json.dumps(meta, ensure_ascii=False)}\n---\n"
