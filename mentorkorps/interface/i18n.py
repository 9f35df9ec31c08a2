"""The words of the interface, in both languages: templates/texts.da.yaml and texts.en.yaml."""

from functools import cache
from pathlib import Path

from mentorkorps.catalogue import yaml_source
from mentorkorps.interface.languages import Language

TEMPLATES = Path(__file__).parent.parent / "templates"


@cache
def words(language: Language) -> dict[str, object]:
    """The words of the interface, nested as in the file."""
    name = f"texts.{language}.yaml"
    return yaml_source.plain_value(yaml_source.read_yaml(TEMPLATES / name, name))
