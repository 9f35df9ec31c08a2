"""Whether the records hang together: what no single record can tell, and no type."""

import re
from collections.abc import Collection, Iterator
from datetime import date, time
from itertools import pairwise
from typing import get_args

from mentorkorps.catalogue import patterns
from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.entries import Entries, Entry
from mentorkorps.catalogue.members import members
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.catalogue.model.lasting import kept_names
from mentorkorps.catalogue.model.matching import MatchingRule, Should
from mentorkorps.catalogue.purposes import purpose_problems, wrong_meaning
from mentorkorps.catalogue.suggestions import nearest
from mentorkorps.catalogue.tables import TABLES, WITH_FORMER_IDS
from mentorkorps.catalogue.yaml_nodes import Node, quoted

OPEN_NEEDS = (
    "confirmed",
    "mentors",
    "audience",
    "commitment",
    "training",
    "matching",
    "insurance",
    "answers",
)
LONGEST_ID = 60
"""Characters, as data/datapackage.yaml says of an id: the database has room for as many."""
PUBLISHED = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")

WISHES = get_args(Should)
WAITING = "waiting"
MATCHING_RULES: tuple[str, ...] = get_args(members(MatchingRule)["id"].type)
FULL_POINTS = 100
"""What the points of all wishes sum to."""

Moment = date | time


def integrity_problems(tables: Entries, pictures: Collection[str]) -> Iterator[Problem]:
    """What is wrong between the records of all tables; `pictures` are the names of the files that
    there are."""
    for rule in RULES_OF_TABLES:
        yield from rule(tables)
    yield from _missing_pictures(tables, pictures)


def _duplicates(tables: Entries) -> Iterator[Problem]:
    for table, entries in tables.items():
        names = TABLES[table].key
        seen: dict[tuple[str | None, ...], Entry] = {}
        for entry in entries:
            key = tuple(entry.text(name) for name in names)
            if all(key) and key in seen:
                yield entry.repeats(seen[key], names[0], key[0])
            seen.setdefault(key, entry)


def _former_ids(tables: Entries) -> Iterator[Problem]:
    """Former ids that cannot lead to one record: in use, of two records, gone for good, or too
    long."""
    for table in WITH_FORMER_IDS:
        current = {
            id: entry for entry in tables[table] for id in (entry.record, entry.text("slug")) if id
        }
        retired = {
            entry.record: entry for entry in tables["retired"] if entry.text("table") == table
        }
        former: dict[str, Entry] = {}
        for entry in tables[table]:
            for node in entry.former():
                if why := _led_elsewhere(node.text, current, retired, former):
                    yield _no_former_id(entry, node, *why)
                former.setdefault(node.text, entry)


def _led_elsewhere(
    id: str, current: dict[str, Entry], retired: dict[str | None, Entry], former: dict[str, Entry]
) -> tuple[str, str] | None:
    """Why an id cannot be a former one, in both languages."""
    if len(id) > LONGEST_ID:
        return f"der er plads til {LONGEST_ID} tegn", f"there is room for {LONGEST_ID} characters"
    for entry, da, en in (
        (current.get(id), "posten findes", "that record exists"),
        (retired.get(id), "posten er væk for altid", "that record is gone for good"),
        (former.get(id), "det er en anden posts tidligere id", "it is another record's former id"),
    ):
        if entry:
            place = f"{entry.file}:{entry.node.line}"
            return f"{da}, {place}", f"{en}, {place}"
    return None


def _no_former_id(entry: Entry, node: Node, why_da: str, why_en: str) -> Problem:
    return entry.problem_at(
        "was",
        node,
        "former-id",
        value=quoted(node),
        why_da=why_da,
        why_en=why_en,
    )


def _retired_rules(tables: Entries) -> Iterator[Problem]:
    """Records that are said to be gone for good and stand in their table."""
    for entry in tables["retired"]:
        for other in tables.get(entry.text("table") or "", []):
            if entry.record and entry.record in (other.record, other.text("slug")):
                yield entry.repeats(other, "id", entry.record)


def _shared_addresses(tables: Entries) -> Iterator[Problem]:
    """Municipalities whose pages would overwrite each other."""
    seen: dict[str, Entry] = {}
    for entry in tables["municipalities"]:
        slug = entry.text("slug")
        if slug and slug in seen:
            yield entry.repeats(seen[slug], "slug", slug)
        seen.setdefault(slug or "", entry)


def _postcode_rules(tables: Entries) -> Iterator[Problem]:
    """Postcodes of which two municipalities are said to be meant first."""
    seen: dict[str, Entry] = {}
    for entry in tables["postcodes"]:
        if entry.value is None or not entry.value.main:
            continue
        postcode = entry.value.postcode
        first = seen.setdefault(postcode, entry)
        if first is not entry:
            yield entry.repeats(first, "main", "true", key=f"postcode: {postcode}, main")


def _neighbour_rules(tables: Entries) -> Iterator[Problem]:
    """Municipalities that neighbour themselves, pairs that stand the other way round as well, and
    what is said to be verified without saying by what."""
    seen: dict[tuple[str, str], Entry] = {}
    for entry in tables["neighbours"]:
        pair = entry.value
        if pair is None:
            continue
        if pair.a == pair.b:
            yield entry.problem("b", "own-neighbour", value=pair.b)
        if pair.verified and pair.source is None:
            yield entry.problem("verified", "missing", key="source")
        first = seen.get((pair.b, pair.a))
        if first is not None and pair.a != pair.b:
            yield entry.problem(
                "a",
                "duplicate-id",
                key="a, b",
                value=f"{pair.b}, {pair.a}",
                file=first.file,
                line=first.node.line,
            )
        seen[pair.a, pair.b] = entry


def _matching_rules(tables: Entries) -> Iterator[Problem]:
    """Points and weeks where they do not belong, rules that lack, and points that do not sum to
    100."""
    entries = [entry for entry in tables["matching"] if entry.value is not None]
    misplaced = [problem for entry in entries for problem in _misplaced(entry)]
    yield from misplaced
    if misplaced or not entries or len(entries) < len(tables["matching"]):
        return
    ids = {entry.value.id for entry in entries}
    if lacking := ", ".join(id for id in MATCHING_RULES if id not in ids):
        yield _no_matching_rule(entries[-1], "id", f"{lacking} mangler", f"{lacking} is missing")
        return
    wishes = [entry for entry in entries if entry.value.id in WISHES]
    total = sum(entry.value.points for entry in wishes)
    if total != FULL_POINTS:
        yield _no_matching_rule(
            wishes[-1],
            "points",
            f"alle point skal give {FULL_POINTS}, men de giver {total}",
            f"all points must sum to {FULL_POINTS}, but they sum to {total}",
        )


def _misplaced(entry: Entry) -> Iterator[Problem]:
    rule: MatchingRule = entry.value
    if (rule.id in WISHES) != (rule.points is not None):
        yield _no_matching_rule(
            entry,
            "points",
            "points hører til ønskerne og skal stå ved dem alle",
            "points belong to the wishes and are needed at each",
        )
    if (rule.id == WAITING) != (rule.weeks is not None):
        yield _no_matching_rule(
            entry,
            "weeks",
            f"weeks hører til {WAITING} og skal stå dér",
            f"weeks belongs to {WAITING} and is needed there",
        )


def _no_matching_rule(entry: Entry, field: str, why_da: str, why_en: str) -> Problem:
    return entry.problem(field, "matching", why_da=why_da, why_en=why_en)


def _programme_rules(tables: Entries) -> Iterator[Problem]:
    for entry in tables["programmes"]:
        if entry.text("status") == "open":
            for key in OPEN_NEEDS:
                if key not in entry.node.entries:
                    yield entry.problem("status", "open-needs", key=key)


def _course_rules(tables: Entries) -> Iterator[Problem]:
    for entry in tables["courses"]:
        course = entry.value
        if course is None:
            continue
        if not course.days:
            yield entry.problem("days", "empty", key="days")
            continue
        nodes = entry.node.mappings("days")
        dates = [
            ("deadline", course.deadline, entry.node.entries["deadline"][1]),
            *(
                (f"days {number}", day.date, node.entries["date"][1])
                for number, (day, node) in enumerate(zip(course.days, nodes, strict=True), 1)
            ),
        ]
        for (earlier, before, _), (later, after, node) in pairwise(dates):
            if after <= before:
                yield _out_of_order(entry, node, later, after, earlier, before)
        for number, (day, node) in enumerate(zip(course.days, nodes, strict=True), 1):
            if day.end <= day.start:
                end = node.entries["end"][1]
                yield _out_of_order(
                    entry, end, f"end {number}", day.end, f"start {number}", day.start
                )


def _out_of_order(
    entry: Entry, node: Node, later: str, after: Moment, earlier: str, before: Moment
) -> Problem:
    return entry.problem_at(
        later.split()[0],
        node,
        "order-of-dates",
        later=later,
        later_value=_as_typed(after),
        earlier=earlier,
        earlier_value=_as_typed(before),
    )


def _as_typed(moment: Moment) -> str:
    return moment.isoformat("minutes") if isinstance(moment, time) else moment.isoformat()


def _event_rules(tables: Entries) -> Iterator[Problem]:
    for entry in tables["events"]:
        event = entry.value
        if event is None:
            continue
        nodes = {key: entry.node.entries[key][1] for key in ("date", "end")}
        if event.date <= event.deadline:
            yield _out_of_order(
                entry, nodes["date"], "date", event.date, "deadline", event.deadline
            )
        if event.end <= event.start:
            yield _out_of_order(entry, nodes["end"], "end", event.end, "start", event.start)


def _source_rules(tables: Entries) -> Iterator[Problem]:
    for entry in tables["sources"]:
        published = entry.text("published") or ""
        if PUBLISHED.fullmatch(published) and not _exists(published):
            yield entry.problem("published", "no-such-date", key="published", value=published)


def _exists(published: str) -> bool:
    """Whether there is such a year, month or day: 2016, 2016-12, 2016-12-22."""
    year, month, day = (*map(int, published.split("-")), 1, 1)[:3]
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _form_rules(tables: Entries) -> Iterator[Problem]:
    for entry in tables["forms"]:
        if entry.value is not None:
            for why_da, why_en in _wrong_in_form(entry.value):
                yield entry.problem("fields", "form", why_da=why_da, why_en=why_en)


def _pattern_rules(tables: Entries) -> Iterator[Problem]:
    for entry in tables["forms"]:
        for node in entry.scalars("fields", "pattern"):
            if why := patterns.flaw(node.text):
                yield entry.problem_at(
                    "pattern",
                    node,
                    "pattern",
                    value=quoted(node),
                    why_da=why[0],
                    why_en=why[1],
                )


def _wrong_in_form(form: Form) -> Iterator[tuple[str, str]]:
    names = [name for field in form.fields for name in dict.fromkeys(kept_names(field))]
    names += [consent.id for consent in form.consents]
    repeated = sorted({name for name in names if names.count(name) > 1})
    for name in repeated:
        yield f"“{name}” står to gange", f"“{name}” stands twice"
    for field in form.fields:
        is_choice = field.type in ("choice", "choices")
        if is_choice != bool(field.options or field.options_from):
            da, en = ("skal have", "needs") if is_choice else ("kan ikke have", "cannot have")
            yield (
                f"“{field.id}” er af typen {field.type} og {da} svarmuligheder (options eller "
                "options_from)",
                f"“{field.id}” is of type {field.type} and {en} options (options or options_from)",
            )
        if field.pattern and field.type != "text":
            yield (
                f"“{field.id}” er ikke af typen text, så pattern gælder ikke",
                f"“{field.id}” is not of type text",
            )
        if not set(kept_names(field)) & set(repeated):
            yield from wrong_meaning(field)
    yield from _wrong_conditions(form)
    yield from _wrong_steps(form)


def _wrong_conditions(form: Form) -> Iterator[tuple[str, str]]:
    before: dict[str, tuple[str, ...]] = {}
    for field in form.fields:
        condition = field.shown_if
        if condition and condition.field not in before:
            yield (
                f"“{field.id}” afhænger af “{condition.field}”, som skal være et valg eller kryds "
                "længere oppe",
                f"“{field.id}” depends on “{condition.field}”, which must be a choice or a box "
                "further up",
            )
        elif condition and condition.value not in before[condition.field]:
            options = ", ".join(before[condition.field])
            yield (
                f"“{field.id}” venter på “{condition.value}”, men “{condition.field}” kan kun "
                f"være {options}",
                f"“{field.id}” waits for “{condition.value}”, but “{condition.field}” can only be "
                f"{options}",
            )
        if field.type == "tick":
            before[field.id] = ("yes",)
        elif field.options:
            before[field.id] = tuple(option.value for option in field.options)


def _wrong_steps(form: Form) -> Iterator[tuple[str, str]]:
    folded = [field.id for field in form.fields if field.more]
    if folded and form.more is None:
        yield (
            f"“{folded[0]}” står bag folden, så “more” mangler",
            f"“{folded[0]}” is folded, so “more” is missing",
        )
    if any(field.step for field in form.fields):
        if form.fields[0].step is None:
            yield (
                "det første spørgsmål skal begynde et trin (step)",
                "the first question must begin a step",
            )
        if folded:
            yield (
                "trin og fold kan ikke stå i samme formular",
                "steps and a fold cannot stand in one form",
            )


def _missing_pictures(tables: Entries, pictures: Collection[str]) -> Iterator[Problem]:
    pictured = (table.name for table in TABLES.values() if table.is_pictured)
    for entry in (entry for table in pictured for entry in tables[table]):
        picture = entry.node.mapping("picture")
        if entry.value and picture and entry.value.picture.file not in pictures:
            node = picture.entries["file"][1]
            yield entry.problem_at(
                "file",
                node,
                "missing-picture",
                value=quoted(node),
                suggestion=nearest(entry.value.picture.file, pictures),
            )


def _portal_rules(tables: Entries) -> Iterator[Problem]:
    portals = [entry for entry in tables["organisations"] if entry.text("type") == "portal"]
    for entry in portals:
        if "answers" not in entry.node.entries:
            yield entry.problem("type", "open-needs", key="answers")
    for entry in portals[1:]:
        first = portals[0]
        yield entry.problem(
            "type",
            "duplicate-id",
            key="type",
            value="portal",
            file=first.file,
            line=first.node.line,
        )
    if not portals and tables["organisations"]:
        yield tables["organisations"][0].problem("type", "missing", key="type: portal")


def _operator_rules(tables: Entries) -> Iterator[Problem]:
    for entry in tables["operators"][1:]:
        yield entry.repeats(tables["operators"][0], "id", entry.record)


RULES_OF_TABLES = (
    _duplicates,
    _former_ids,
    _retired_rules,
    _shared_addresses,
    _postcode_rules,
    _neighbour_rules,
    _matching_rules,
    _source_rules,
    _programme_rules,
    _course_rules,
    _event_rules,
    _form_rules,
    purpose_problems,
    _pattern_rules,
    _portal_rules,
    _operator_rules,
)
