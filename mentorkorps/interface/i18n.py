"""The words of the interface, in both languages: templates/texts.da.yaml and texts.en.yaml."""

from functools import cache
from pathlib import Path
from typing import Any

from mentorkorps.catalogue import yaml_source
from mentorkorps.interface.languages import Language

TEMPLATES = Path(__file__).parent.parent / "templates"


class Words(dict[str, dict[str, Any]]):
    """The words of one language, nested as in the file: sections of texts, and of further sections.

    Templates walk down by name (`t.form.optional`); Python may do so with brackets, or ask for one text at once.
    How deep a section goes, the file alone knows: hence the Any, which `text` looks at before it returns.
    """

    def text(self, *path: str, **values: object) -> str:
        """The text at the end of a path, with `values` put in: text("form", "wrong", "too_long", limit=80).

        Raises KeyError for a path that leads to no text.
        """
        section: object = self
        for key in path:
            if not isinstance(section, dict):
                raise KeyError(path)
            section = section[key]
        if not isinstance(section, str):
            raise KeyError(path)
        return section.format(**values) if values else section


@cache
def words(language: Language) -> Words:
    """Reads the words of a language, once in a process."""
    name = f"texts.{language}.yaml"
    sections = yaml_source.plain_value(yaml_source.read_yaml(TEMPLATES / name, name))
    if not isinstance(sections, dict):
        raise TypeError(f"{name} has no sections")
    return Words(sections)
