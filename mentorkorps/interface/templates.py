"""Jinja templates and the words of the interface, in both languages.

Words stand in templates/texts.da.yaml and texts.en.yaml; a template says `t.form.optional`.
A word or value that lacks stops the rendering: no half-empty page is sent.

A server reads templates and words once (`load_all`); a preview reads each template as it is.
"""

from functools import cache

from jinja2 import DictLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from mentorkorps.interface.dates import clock, day, published, weekday
from mentorkorps.interface.i18n import TEMPLATES, words
from mentorkorps.interface.languages import LANGUAGES, Language


def render(template: str, language: Language, **values: object) -> str:
    """A template under templates/, with the words of `language` as `t` and the language as
    `language`."""
    return environment().get_template(template).render(values, language=language, t=words(language))


def load_all() -> None:
    """Reads every template and all words now: this process never reads newer ones than its code.

    A server needs it, since an upgrade changes the files while it runs. A preview wants each
    template as it is.
    """
    for language in LANGUAGES:
        words(language)
    templates = environment()
    templates.loader = DictLoader(
        {name: (TEMPLATES / name).read_text("utf-8") for name in templates.list_templates()}
    )
    templates.auto_reload = False


@cache
def environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": day,
        "published": published,
        "weekday": weekday,
        "clock": clock,
        "figure": figure,
        "paragraphs": paragraphs,
    }
    return environment


def figure(value: float, language: Language) -> str:
    """14, and 11,5 in Danish, 11.5 in English."""
    digits = f"{round(value, 2):g}"
    return digits.replace(".", ",") if language == "da" else digits


def paragraphs(text: str) -> Markup:
    """Plain text as HTML paragraphs, apart where an empty line stands."""
    parts = (" ".join(part.split()) for part in text.split("\n\n"))
    return Markup("\n").join(Markup("<p>{}</p>").format(escape(part)) for part in parts if part)
