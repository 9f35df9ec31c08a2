"""Jinja templates and the words of the interface, in both languages.

Words stand in templates/texts.da.yaml and texts.en.yaml; a template says `t.form.optional`.
A word or value that lacks stops the rendering: a half-empty page never leaves the house.
"""

from datetime import date, time
from functools import cache
from pathlib import Path

from jinja2 import DictLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from mentorkorps import source
from mentorkorps.model import LANGUAGES, Language

TEMPLATES = Path(__file__).parent / "templates"

MONTHS: dict[Language, tuple[str, ...]] = {
    "da": ("januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober",
           "november", "december"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip
WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "da": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def render(template: str, language: Language, **values: object) -> str:
    """A template under templates/, with the words of `language` as `t` and the language as `language`."""
    return environment().get_template(template).render(values, language=language, t=words(language))


def load_all() -> None:
    """Reads every template and all words now: this process never reads newer ones than its code.

    A server needs it, since an upgrade changes the files while it runs. A preview wants each template as it is.
    """
    for language in LANGUAGES:
        words(language)
    here = environment()
    here.loader = DictLoader({name: (TEMPLATES / name).read_text("utf-8") for name in here.list_templates()})
    here.auto_reload = False


@cache
def words(language: Language) -> dict[str, object]:
    """The words of the interface, nested as in the file."""
    name = f"texts.{language}.yaml"
    return source.plain(source.read(TEMPLATES / name, name))


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
        "day": day, "published": published, "weekday": weekday, "clock": clock, "figure": figure,
        "paragraphs": paragraphs,
    }  # fmt: skip
    return environment


def day(value: date, language: Language) -> str:
    """3. marts 2027, 3 March 2027."""
    dot = "." if language == "da" else ""
    return f"{value.day}{dot} {MONTHS[language][value.month - 1]} {value.year}"


def published(written: str, language: Language) -> str:
    """A date as exact as it is written, in words: 22. december 2016, december 2016, 2016."""
    year, *rest = map(int, written.split("-"))
    match rest:
        case [month, number]:
            return day(date(year, month, number), language)
        case [month]:
            return f"{MONTHS[language][month - 1]} {year}"
        case _:
            return written


def weekday(value: date, language: Language) -> str:
    """onsdag den 3. marts 2027, Wednesday 3 March 2027."""
    between = " den " if language == "da" else " "
    return f"{WEEKDAYS[language][value.weekday()]}{between}{day(value, language)}"


def clock(value: time, language: Language) -> str:
    """9.00 in Danish, 9:00 in English, hours as people say them."""
    return f"{value.hour}{'.' if language == 'da' else ':'}{value.minute:02}"


def figure(value: float, language: Language) -> str:
    """14, and 11,5 in Danish, 11.5 in English."""
    written = f"{round(value, 2):g}"
    return written.replace(".", ",") if language == "da" else written


def paragraphs(text: str) -> Markup:
    """Plain text as HTML paragraphs, apart where an empty line stands."""
    parts = (" ".join(part.split()) for part in text.split("\n\n"))
    return Markup("\n").join(Markup("<p>{}</p>").format(escape(part)) for part in parts if part)
