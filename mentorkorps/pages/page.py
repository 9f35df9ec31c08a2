import json
from dataclasses import dataclass

from mentorkorps.model import Language
from mentorkorps.source import Place


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `at` is its address from the root of the site, `body` one block of HTML.

    `source` is the record it shows most of; `has_form` asks the theme for the script that forms need.
    """

    at: str
    language: Language
    title: str
    description: str
    body: str
    source: Place | None = None
    has_form: bool = False

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
        return f"---\n{json.dumps(meta, ensure_ascii=False)}\n---\n"
