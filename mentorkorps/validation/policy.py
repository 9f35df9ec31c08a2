"""What only this portal asks of its data: private details, bare figures, what goes stale or looks alike.

What is stale becomes an error with time, also when nobody changes anything; `check --on DATE`
looks ahead, and the tests judge as on a fixed day. `example: true` never goes stale.
"""

import collections.abc
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.dictionary import FieldDescription, TableDescription
from mentorkorps.catalogue.earlier_edition import EarlierRecords
from mentorkorps.catalogue.entries import Entries, Entry
from mentorkorps.catalogue.gazetteer import place_key
from mentorkorps.catalogue.load import spelt_alike
from mentorkorps.catalogue.model.organisations import CONFIRMATION_HOLDS
from mentorkorps.catalogue.model.text import CPR
from mentorkorps.catalogue.tables import DATED, TABLES
from mentorkorps.catalogue.yaml_nodes import Mapping, Node, Scalar, Sequence, objects
from mentorkorps.catalogue.yaml_source import is_taken_for_else, stops_yaml_1_1
from mentorkorps.interface.holidays import day_off

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.]+")
MOBILE = re.compile(r"(?:\+45[ ]?|\b)[2-9][0-9](?:[ ]?[0-9]{2}){3}(?![0-9])")
OFFICE_FIELDS = ("cvr", "mailbox", "phone")
"""Of who runs the portal: an office's, not a person's."""
PERSONAL_MAIL = re.compile(
    r"@(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|icloud|me|mac|proton|protonmail|gmx|mail"
    r"|jubii|ofir|stofanet|mail\.tele|privat|webspeed|youmail)\.(?:com|dk|net|de|me)$",
    re.IGNORECASE,
)
"""Where people have their own mailboxes."""
MARKUP = re.compile(
    r"</[a-zA-Z][^<>]*>|<br|<[a-z]+ "
    r"[^<>]*=|\]\(\S+\)|&(?:[a-z]{2,8}|#[0-9]{2,5});|\*\*\S|https?://\S+"
)
PERCENT = re.compile(
    r"(?<![0-9,.])[0-9]{1,3}(?:[,.][0-9]{1,3})?[ \u00a0]?(?:%|procent\b|pct\b|per ?cent\b)"
)

GRACE = timedelta(days=180)
"""How long what has gone stale is a warning, before it stops a change."""
SOON = timedelta(days=30)
"""How long beforehand it is told."""
A_DAY = timedelta(days=1)
DENMARK = ZoneInfo("Europe/Copenhagen")
MORNING = 6
"""The hour before which nobody means what he writes."""

WEB_ADDRESSES = ("website", "url")


def policy_problems(
    entries: Entries,
    dictionary: collections.abc.Mapping[str, TableDescription],
    today: date,
    earlier: EarlierRecords | None = None,
) -> Iterator[Problem]:
    """Every finding that neither the types nor the limits of the fields can tell.

    Without `earlier` nobody knows what is new.
    """
    if earlier is not None:
        yield from _new_and_begun(entries, earlier, today)
    for records in entries.values():
        for entry in records:
            yield from _private(entry)
            yield from _markup(entry)
            if entry.text("example") == "true":
                yield entry.problem("example", "example")
    for entry in _of_tables(
        entries, (table.name for table in TABLES.values() if table.refuses_bare_percent)
    ):
        yield from _bare_percents(entry)
    for entry in entries["operators"]:
        yield from _unreachable_operator(entry)
    for entry in _of_tables(entries, DATED):
        yield from _when_few_can_come(entry, today)
    for table in TABLES.values():
        if table.has_distinct_names:
            yield from _alike(entries[table.name])
    yield from _unreachable(entries)
    for name, description in dictionary.items():
        for entry in entries.get(name, []):
            yield from _only_danish(entry, description.fields)
            yield from _read_differently(entry, description.fields)
            yield from _in_the_future(entry, today)
    for entry in entries["outcomes"]:
        yield from _figures(entry)
    for entry in entries["programmes"]:
        yield from _stale_programme(entry, today)
    for entry in entries["rules"]:
        yield from _stale_rule_card(entry, today)


def _of_tables(entries: Entries, names: Iterable[str]) -> Iterator[Entry]:
    for name in names:
        yield from entries[name]


def _new_and_begun(entries: Entries, earlier: EarlierRecords, today: date) -> Iterator[Problem]:
    for table in DATED:
        earlier_ids = {id for record in earlier.get(table, ()) for id in record.ids}
        for entry in entries[table]:
            is_new = earlier_ids.isdisjoint(former.text for former in entry.former())
            if is_new and entry.record not in earlier_ids:
                yield from _in_the_past(entry, today)


def _private(entry: Entry) -> Iterator[Problem]:
    for name, node in texts(entry.node):
        is_public = entry.table == "operators" and name in OFFICE_FIELDS
        if CPR.search(node.text):
            yield entry.problem_at(name, node, "cpr-number")
        elif is_public and not PERSONAL_MAIL.search(node.text):
            continue
        elif EMAIL.search(node.text):
            yield entry.problem_at(
                name,
                node,
                "private-data",
                what_da="en e-mailadresse",
                what_en="an e-mail address",
            )
        elif MOBILE.search(node.text):
            yield entry.problem_at(
                name,
                node,
                "private-data",
                what_da="et telefonnummer",
                what_en="a phone number",
            )


def _unreachable_operator(entry: Entry) -> Iterator[Problem]:
    if entry.text("trial") == "true":
        return
    for key in ("controller", "address", "mailbox"):
        if not entry.text(key):
            yield entry.problem("id", "nobody-reachable", key=key)


def _markup(entry: Entry) -> Iterator[Problem]:
    for name, node in texts(entry.node, beside=WEB_ADDRESSES):
        if match := MARKUP.search(node.text):
            yield entry.problem_at(name, node, "markup", value=match[0][:40])


def _bare_percents(entry: Entry) -> Iterator[Problem]:
    for name, node in texts(entry.node, beside=("facts",)):
        if match := PERCENT.search(node.text):
            yield entry.problem_at(name, node, "bare-percent", value=match[0])


def _alike(entries: list[Entry]) -> Iterator[Problem]:
    """Records whose names or ids differ in capitals, hyphens or the spelling of æ, ø and å only.

    Equal ids are told already, and so are the names of records whose ids look alike.
    """
    yield from _same(entries, "id", _id, _plain_id)
    yield from _same(entries, "name", _danish_name, spelt_alike)


def _same(
    entries: list[Entry], field: str, value_of: Callable[[Entry], str], key: Callable[[str], str]
) -> Iterator[Problem]:
    seen: dict[str, Entry] = {}
    for entry in entries:
        if not (value := value_of(entry)):
            continue
        first = seen.setdefault(key(value), entry)
        same_id = _id(entry) == _id(first)
        if field == "name":
            same_id = _plain_id(_id(entry)) == _plain_id(_id(first))
        if first is not entry and not same_id:
            yield entry.problem(
                field,
                "alike",
                value=value,
                other=value_of(first),
                file=first.file,
                line=first.node.line,
            )


def _unreachable(entries: Entries) -> Iterator[Problem]:
    """Names of places that are a municipality's own, which is meant before them, or that stand
    twice."""
    seen: dict[str, Entry] = {}
    for entry in (*entries["municipalities"], *entries["placenames"]):
        name = entry.text("name") or ""
        first = seen.setdefault(place_key(name), entry)
        is_equal = (first.table, first.text("name")) == ("placenames", name)
        if entry.table == "placenames" and first is not entry and not is_equal:
            other = first.text("name")
            yield entry.problem(
                "name", "alike", value=name, other=other, file=first.file, line=first.node.line
            )


def _id(entry: Entry) -> str:
    return entry.text("id") or ""


def _plain_id(id: str) -> str:
    letters = id.casefold().replace("-", "")
    return letters.replace("ae", "a").replace("oe", "o").replace("aa", "a")


def _danish_name(entry: Entry) -> str:
    name = entry.node.mapping("name")
    return (name.text("da") if name else None) or ""


def _only_danish(entry: Entry, fields: tuple[FieldDescription, ...]) -> Iterator[Problem]:
    lacking = list(_without_english(entry.node, fields))
    if lacking:
        names = ", ".join(dict.fromkeys(name for name, _ in lacking))
        yield entry.problem_at(lacking[0][0], lacking[0][1], "only-danish", fields=names)


def _without_english(
    node: Mapping, fields: tuple[FieldDescription, ...]
) -> Iterator[tuple[str, Mapping]]:
    for field in fields:
        for inner in objects(node.get(field.name)):
            if field.translated == "danish" and "da" in inner.entries and "en" not in inner.entries:
                yield field.name, inner
            elif field.fields:
                yield from _without_english(inner, field.fields)


def _read_differently(entry: Entry, fields: tuple[FieldDescription, ...]) -> Iterator[Problem]:
    """What stands without quotes, and what others make of it: told once a record, and each place
    where they stop."""
    if entry.value is None:
        return
    texts = list(_taken_for_else(entry.node, fields))
    stopping = [(name, node) for name, node in texts if stops_yaml_1_1(node.text)]
    for name, node in stopping:
        why_da = f'det ligner en dato eller et tal, som ikke findes; skriv "{node.text}"'
        why_en = f'it looks like a date or a number that is none; write "{node.text}"'
        yield entry.problem_at(name, node, "other-readers", why_da=why_da, why_en=why_en)
    if texts and not stopping:
        values = ", ".join(dict.fromkeys(f'"{node.text}"' for _, node in texts))
        yield entry.problem_at(*texts[0], "read-differently", values=values)


def _taken_for_else(
    node: Mapping, fields: tuple[FieldDescription, ...]
) -> Iterator[tuple[str, Scalar]]:
    for field in fields:
        value = node.get(field.name)
        for inner in objects(value):
            yield from _taken_for_else(inner, field.inner)
        for text in value.items if isinstance(value, Sequence) else [value]:
            if (
                isinstance(text, Scalar)
                and text.is_plain
                and is_taken_for_else(text.text, field.type)
            ):
                yield field.name, text


def _in_the_future(entry: Entry, today: date) -> Iterator[Problem]:
    for name in ("confirmed", "seen", "checked", "changed"):
        value = getattr(entry.value, name, None)
        if value and (value.date() if isinstance(value, datetime) else value) > today + A_DAY:
            yield entry.problem(name, "in-the-future", key=name, value=value)


def _in_the_past(entry: Entry, today: date) -> Iterator[Problem]:
    if entry.value and (first := entry.value.days[0].date) < today:
        days = entry.node.mappings("days") or [entry.node]
        yield entry.problem_at("date", days[0].entries["date"][1], "begun", value=first)


def _when_few_can_come(entry: Entry, today: date) -> Iterator[Problem]:
    """Days off, hours of the night, and times that the change of clocks skips or repeats."""
    if entry.value is None or entry.value.status == "cancelled":
        return
    nodes = entry.node.mappings("days") or [entry.node]
    for day, node in zip(entry.value.days, nodes, strict=True):
        if day.date < today:
            continue
        at = {name: node.entries[name][1] for name in ("date", "start", "end")}
        if off := day_off(day.date):
            yield entry.problem_at(
                "date", at["date"], "day-off", value=day.date, day_da=off.da, day_en=off.en
            )
        for name, hour in (("start", day.start), ("end", day.end)):
            clock = hour.isoformat("minutes")
            if change := _change_of_clocks(day.date, hour):
                yield entry.problem_at(
                    name,
                    at[name],
                    "change-of-clocks",
                    value=clock,
                    why_da=change[0],
                    why_en=change[1],
                )
            elif hour.hour < MORNING:
                yield entry.problem_at(name, at[name], "at-night", value=clock)


def _change_of_clocks(day: date, hour: time) -> tuple[str, str] | None:
    first, second = (datetime.combine(day, hour, DENMARK).replace(fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return None
    if first.astimezone(UTC).astimezone(DENMARK).time() != hour:
        return (
            "findes ikke: uret stilles en time frem",
            "does not exist: the clocks go forward an hour",
        )
    return (
        "er der to gange: uret stilles en time tilbage",
        "comes twice: the clocks go back an hour",
    )


def _figures(entry: Entry) -> Iterator[Problem]:
    outcome = entry.value
    if outcome is None or outcome.numerator is outcome.denominator is None:
        return
    if outcome.numerator is None or outcome.denominator is None:
        lacks = "numerator" if outcome.numerator is None else "denominator"
        yield entry.problem(
            "id", "figures", why_da=f"“{lacks}” mangler", why_en=f"“{lacks}” is missing"
        )
        return
    of = f"{outcome.numerator}/{outcome.denominator}"
    if outcome.denominator == 0 or outcome.numerator > outcome.denominator:
        yield entry.problem(
            "numerator",
            "figures",
            why_da=f"{of} er over det hele",
            why_en=f"{of} is above the whole",
        )
    elif (
        outcome.percent is not None
        and abs(100 * outcome.numerator / outcome.denominator - outcome.percent) > 1
    ):
        share = round(100 * outcome.numerator / outcome.denominator)
        yield entry.problem(
            "percent",
            "figures",
            why_da=f"{of} er {share} procent",
            why_en=f"{of} is {share} per cent",
        )


def _stale_programme(entry: Entry, today: date) -> Iterator[Problem]:
    programme = entry.value
    if programme is None or programme.example or len(programme.phases) == 1:
        return
    until = programme.confirmed + CONFIRMATION_HOLDS
    if today > until + GRACE:
        yield entry.problem("confirmed", "long-unconfirmed", confirmed=programme.confirmed)
    elif today > until:
        yield entry.problem("confirmed", "unconfirmed", confirmed=programme.confirmed)
    elif today > until - SOON:
        yield entry.problem("confirmed", "soon-unconfirmed", until=until)


def _stale_rule_card(entry: Entry, today: date) -> Iterator[Problem]:
    card = entry.value
    if card is None or today <= card.verify_by:
        return
    rule = "long-unverified" if today > card.verify_by + GRACE else "unverified"
    yield entry.problem("verify_by", rule, verify_by=card.verify_by)


def texts(node: Node, name: str = "", beside: tuple[str, ...] = ()) -> Iterator[tuple[str, Scalar]]:
    """Every scalar within, with the name of the field it stands in; not what stands in the fields
    `beside`."""
    match node:
        case Scalar():
            yield name, node
        case Sequence():
            for item in node.items:
                yield from texts(item, name, beside)
        case Mapping():
            for key, (_, value) in node.entries.items():
                if key not in beside:
                    yield from texts(value, key, beside)
