"""What forms are for, and what their questions mean: whether pages and code find what they ask for."""

from collections.abc import Iterator

from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.entries import Entry
from mentorkorps.catalogue.model.forms import (
    MEANING_OF,
    MEANINGS,
    NEEDS,
    PURPOSES,
    Field,
    Form,
    Needs,
)
from mentorkorps.catalogue.model.lasting import kept_names


def wrong_meaning(field: Field) -> Iterator[tuple[str, str]]:
    """A meaning that the type of the question cannot have, or a lacking one."""
    if field.type == "email" and field.means != "email":
        yield (
            f"“{field.id}” er af typen email og skal have means: email",
            f"“{field.id}” is of type email and needs means: email",
        )
    elif field.means and field.means != _possible_meaning(field):
        yield (
            f"“{field.id}” kan ikke have means: {field.means} med den type og de svarmuligheder",
            f"“{field.id}” cannot have means: {field.means} with that type and those options",
        )
    elif field.means is None and set(kept_names(field)) & set(MEANINGS):
        meaning = next(name for name in kept_names(field) if name in MEANINGS)
        yield (
            f"“{meaning}” er navnet på en betydning: skriv means: {meaning}, eller vælg et andet id",
            f"“{meaning}” is the name of a meaning: write means: {meaning}, or choose another id",
        )


def _possible_meaning(field: Field) -> str | None:
    match field.type:
        case "email" | "place":
            return field.type
        case "text":
            return "name"
        case "tel":
            return "phone"
        case "choice":
            return MEANING_OF.get(field.options_from or "")
    return None


def purpose_problems(tables: dict[str, list[Entry]]) -> Iterator[Problem]:
    """Purposes that two forms serve or none, and what a form does not ask that its purpose needs."""
    serving: dict[str, Entry] = {}
    is_repeated = False
    for entry in tables["forms"]:
        purpose = entry.text("purpose")
        if purpose is None:
            continue
        first = serving.setdefault(purpose, entry)
        if first is not entry:
            is_repeated = True
            yield entry.repeats(first, "purpose", purpose)
        elif entry.value is not None and entry.value.purpose:
            yield from _unasked(entry, entry.value, NEEDS[entry.value.purpose])
    # A purpose that is misspelt or repeated may be the one that lacks, and is told already.
    if serving.keys() <= set(PURPOSES) and not is_repeated:
        yield from (
            tables["forms"][0].problem("id", "purpose", purpose=purpose)
            for purpose in PURPOSES
            if tables["forms"] and NEEDS[purpose].is_linked and purpose not in serving
        )


def _unasked(entry: Entry, form: Form, needs: Needs) -> Iterator[Problem]:
    if any(why for field in form.fields for why in wrong_meaning(field)):
        return  # that is told already, and may be what lacks
    for meaning in (*needs.answered, *needs.offered):
        field = form.meaning(meaning)
        if field is None:
            yield _lacking(entry, form, meaning)
        elif meaning in needs.answered and (not field.required or field.shown_if):
            yield _lacking(entry, form, f"{meaning}, required: true")


def _lacking(entry: Entry, form: Form, question: str) -> Problem:
    return entry.problem("fields", "question", purpose=form.purpose, meaning=question)
