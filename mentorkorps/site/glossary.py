"""Words of the glossary, marked in a page's HTML where a reader meets them first.

Once a module, with the meaning in an attribute: a page of the pack may not fetch, and without a
script the word is a plain link.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup, escape

from mentorkorps.curriculum.model import Term
from mentorkorps.interface.languages import Language

TAG = re.compile(r"(<[^>]*>)")
NAME = re.compile(r"<(/?)([a-z][a-z0-9]*)")
UNMARKED = frozenset({"a", "button", "code", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "th"})
"""Elements whose words stay as they are: links hold no links, and headings are names."""
ASIDE = re.compile(r" \(.*?\)")
ENDINGS = {
    "da": "(?:ernes|erne|rnes|rne|enes|ene|nes|ne|ens|ets|eres|ere|ers|ede|er|en|et|es|ns|ts|rs|e|n|t|r|s)?",
    "en": "(?:es|['’]s|s)?",
}
"""What may follow a word of each language; a Danish one may double its last letter before it (`tilskuddet`)."""


def glossed(html: str, terms: tuple[Term, ...], language: Language, glossary: str) -> Markup:
    """The HTML with each term's first use as a link to its place on the page `glossary`.

    The meaning goes along in `data-meaning`, so that a script can show it where the word stands.
    """
    words = _words(terms, language)
    of = {term.id: term for term in terms}
    met: set[str] = set()

    def marked(found: re.Match[str]) -> str:
        id = words.ids[found.lastgroup]
        if id in met:
            return found[0]
        met.add(id)
        meaning = escape(of[id].meaning.of(language))
        return f'<a class="mk-term" href="{glossary}#{id}" data-meaning="{meaning}">{found[0]}</a>'

    pieces = _with_depth(html)
    return Markup("".join(piece if depth else words.pattern.sub(marked, piece) for piece, depth in pieces))


class _Words(NamedTuple):
    """One expression that finds every term, the longest first, and the id that each of its groups stands for."""

    pattern: re.Pattern[str]
    ids: dict[str | None, str]


@lru_cache(maxsize=4)
def _words(terms: tuple[Term, ...], language: Language) -> _Words:
    forms = sorted(((form, term.id) for term in terms for form in _forms(term, language)), key=lambda one: -len(one[0]))
    parts = "|".join(f"(?P<t{number}>{_pattern(form, language)})" for number, (form, _) in enumerate(forms))
    pattern = re.compile(rf"(?<![\w-])(?:{parts})(?![\w-])", re.IGNORECASE)
    return _Words(pattern, {f"t{number}": id for number, (_, id) in enumerate(forms)})


def _forms(term: Term, language: Language) -> list[str]:
    """`Skattekort / forskudsopgørelse` is two words, what stands in brackets none. Danish ones count in English too."""
    found = {form for one in ("da", language) for form in ASIDE.sub("", term.term.of(one)).split(" / ")}
    return sorted({*found, *term.also.of("da"), *term.also.of(language)})


def _pattern(form: str, language: Language) -> str:
    return r"\s+".join(_inflected(word, language) for word in form.split())


def _inflected(word: str, language: Language) -> str:
    if language == "en" and word.endswith("y"):
        return f"{re.escape(word[:-1])}(?:y|ies)"
    doubled = f"{re.escape(word[-1])}?" if language == "da" and word[-1].isalpha() else ""
    return f"{re.escape(word)}{doubled}{ENDINGS[language]}"


def _with_depth(html: str) -> Iterator[tuple[str, int]]:
    """Tags and texts in turn, with how many unmarked elements are open. A tag counts as unmarked itself."""
    depth = 0
    for piece in TAG.split(html):
        if found := NAME.match(piece):
            if found[2] in UNMARKED:
                depth += -1 if found[1] else 1
            yield piece, 1
        else:
            yield piece, depth
