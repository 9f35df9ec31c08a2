"""Words of the glossary, marked in a page's HTML where a reader meets them first.

Once a module, with the meaning in an attribute: a page of the pack may not fetch, and without a
script the word is a plain link.
"""

import re
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from markupsafe import Markup

from mentorkorps.curriculum.model import Term
from mentorkorps.interface.languages import Language
from mentorkorps.site.html_rewriting import Attributes, HtmlRewriter, start_tag

UNMARKED = frozenset(
    {"a", "button", "code", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "th"}
)
"""Elements whose words stay as they are: links hold no links, and headings are names."""
ASIDE = re.compile(r" \(.*?\)")
ENDINGS = {
    "da": "(?:ernes|erne|rnes|rne|enes|ene|nes|ne|ens|ets|eres|ere|ers|ede"
    "|er|en|et|es|ns|ts|rs|e|n|t|r|s)?",
    "en": "(?:es|['’]s|s)?",
}
"""What may follow a word of each language; a Danish one may double its last letter before it
(`tilskuddet`).
"""


def glossed(html: str, terms: tuple[Term, ...], language: Language, glossary: str) -> Markup:
    """The HTML with each term's first use as a link to its place on the page `glossary`.

    The meaning goes along in `data-meaning`, so that a script can show it where the word stands.
    """
    return Markup(TermLinks(terms, language, glossary).rewrite(html))


class TermLinks(HtmlRewriter):
    """Links each term where it is first used, unless an element there keeps its words unmarked."""

    def __init__(self, terms: tuple[Term, ...], language: Language, glossary: str) -> None:
        super().__init__()
        self.forms = _forms_of(terms, language)
        self.unmet = {term.id: term for term in terms}
        self.language = language
        self.glossary = glossary
        self.depth = 0

    def begin(self, tag: str, attributes: Attributes, written: str) -> str:
        self.depth += tag in UNMARKED
        return written

    def end(self, tag: str) -> None:
        self.depth -= tag in UNMARKED

    def text(self, text: str) -> str:
        return text if self.depth else self.forms.pattern.sub(self.link, text)

    def link(self, word: re.Match[str]) -> str:
        term = self.unmet.pop(self.forms.ids[word.lastgroup], None)
        if term is None:
            return word[0]
        attributes: Attributes = [
            ("class", "mk-term"),
            ("href", f"{self.glossary}#{term.id}"),
            ("data-meaning", term.meaning.of(self.language)),
        ]
        return f"{start_tag('a', attributes)}{word[0]}</a>"


class _Forms(NamedTuple):
    """One expression that finds every term, the longest first, and the id that each of its groups
    stands for.
    """

    pattern: re.Pattern[str]
    ids: dict[str | None, str]


@lru_cache(maxsize=4)
def _forms_of(terms: tuple[Term, ...], language: Language) -> _Forms:
    forms = sorted(
        ((form, term.id) for term in terms for form in _written_forms(term, language)),
        key=lambda form: -len(form[0]),
    )
    parts = "|".join(
        f"(?P<t{number}>{_pattern(form, language)})" for number, (form, _) in enumerate(forms)
    )
    pattern = re.compile(rf"(?<![\w-])(?:{parts})(?![\w-])", re.IGNORECASE)
    return _Forms(pattern, {f"t{number}": id for number, (_, id) in enumerate(forms)})


def _written_forms(term: Term, language: Language) -> list[str]:
    """`Skattekort / forskudsopgørelse` is two words, what stands in brackets none. Danish ones
    count in English too.
    """
    languages: tuple[Language, ...] = ("da", language)
    written = [ASIDE.sub("", term.term.of(language)).split(" / ") for language in languages]
    return sorted({*chain(*written), *term.also.of("da"), *term.also.of(language)})


def _pattern(form: str, language: Language) -> str:
    return r"\s+".join(_inflected(word, language) for word in form.split())


def _inflected(word: str, language: Language) -> str:
    if language == "en" and word.endswith("y"):
        return f"{re.escape(word[:-1])}(?:y|ies)"
    doubled = f"{re.escape(word[-1])}?" if language == "da" and word[-1].isalpha() else ""
    return f"{re.escape(word)}{doubled}{ENDINGS[language]}"
