"""A verdict in words: for a terminal, for GitHub's annotations and job summary, and as JSON.

Annotations and summaries are Danish first, English after; a terminal gets Danish, JSON both.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path

from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.validation.suppressions import Allowed

LABELS = {"error": "fejl", "warning": "advarsel", "notice": "til orientering"}
COLOURS = {"error": "31", "warning": "33", "notice": "36"}
LEVELS = {"error": "error", "warning": "warning", "notice": "notice"}
BREAKS = re.compile("\r\n|\r|\n")
WIDTH = 110
"""Characters of a line that are shown around the place."""


def report_text(
    problems: Iterable[Problem], allowed: Iterable[Allowed], colour: bool
) -> Iterator[str]:
    """One message a finding: the sentence, the line, and marks under the place with what was
    probably meant.

    What must be mended comes last, since that is where a terminal leaves the reader.
    """
    paint = _painted if colour else _plain
    counts = dict.fromkeys(LABELS, 0)
    for problem in sorted(
        problems, key=lambda problem: tuple(LABELS).index(problem.severity), reverse=True
    ):
        counts[problem.severity] += 1
        place = paint(f"{visible(problem.file)}:{problem.line}:{problem.column}", "1")
        label = "" if problem.severity == "error" else f" ({LABELS[problem.severity]})"
        rule = paint(f"[{problem.rule}]{label}", COLOURS[problem.severity])
        yield f"{place}  {visible(problem.message.da)}  {rule}"
        yield from _excerpt(problem, paint)
    for suppressed in allowed:
        problem = suppressed.problem
        place = f"{visible(problem.file)}:{problem.line}"
        yield f"{place}  Tilladt: {visible(suppressed.reason)}  [{problem.rule}]"
    yield in_total(counts["error"], counts["warning"])


def in_total(errors: int, warnings: int) -> str:
    first = "Ingen fejl" if not errors else f"{errors} fejl"
    more = (
        "" if not warnings else " og 1 advarsel" if warnings == 1 else f" og {warnings} advarsler"
    )
    return f"{first}{more} i data."


def report_github(problems: Iterable[Problem]) -> Iterator[str]:
    """Workflow commands that mark the lines of a pull request; no value in the data can forge
    problem of its own.

    Danish first, English on a line after it: who reviews may read problem of them only.
    """
    for problem in problems:
        place = f"file={_property(problem.file)},line={problem.line},col={problem.column}"
        title = f"endColumn={problem.end_column},title={_property(problem.rule)}"
        sentences = _escaped("\n".join(_sentences(problem)))
        yield f"::{LEVELS[problem.severity]} {place},{title}::{sentences}"


def report_summary(problems: Iterable[Problem], allowed: Iterable[Allowed]) -> Iterator[str]:
    """Markdown for a job's summary, where every word of the data stays a word."""
    in_order = list(problems)
    errors, warnings = (
        sum(problem.severity == level for problem in in_order) for level in ("error", "warning")
    )
    yield f"## {in_total(errors, warnings)}\n"
    for problem in in_order:
        place = f"{problem.file}:{problem.line}"
        sentences = "<br>".join(map(markdown, _sentences(problem)))
        yield f"- **{markdown(place)}** ({LABELS[problem.severity]}): {sentences} `{problem.rule}`"
    for suppressed in allowed:
        problem = suppressed.problem
        place = markdown(f"{problem.file}:{problem.line}")
        yield f"- **{place}** (tilladt): {markdown(suppressed.reason)} `{problem.rule}`"


def report_json(
    problems: Iterable[Problem], notices: Iterable[Problem], allowed: Iterable[Allowed]
) -> str:
    document = {
        "problems": [_record(problem) for problem in problems],
        "notices": [_record(problem) for problem in notices],
        "allowed": [
            _record(suppressed.problem) | {"reason": suppressed.reason} for suppressed in allowed
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def visible(text: str) -> str:
    """Text without line ends and without what would move the cursor or turn the direction of a
    terminal."""
    return "".join(map(_visible, text))


def _visible(sign: str) -> str:
    if sign.isprintable() or sign == "\u00a0":
        return sign
    return " " if sign.isspace() else "�"


def markdown(text: str) -> str:
    """Text in Markdown that stays what it is: no link, no mention, no HTML."""
    return re.sub(r"[!-,:-@\[-`{-~]", lambda sign: f"&#{ord(sign[0])};", visible(text))


def _record(problem: Problem) -> dict[str, object]:
    return asdict(problem) | {"severity": problem.severity}


def _sentences(problem: Problem) -> tuple[str, str]:
    suggestion = problem.suggestion
    danish, english = (
        (f" Mente du “{suggestion}”?", f" Did you mean “{suggestion}”?") if suggestion else ("", "")
    )
    return problem.message.da + danish, problem.message.en + english


def _excerpt(problem: Problem, paint: Callable[[str, str], str]) -> Iterator[str]:
    lines = _lines(problem.file)
    if not 0 < problem.line <= len(lines):
        return
    line = visible(lines[problem.line - 1])
    start = max(0, problem.column - 1 - WIDTH // 2) if len(line) > WIDTH else 0
    excerpt = line[start : start + WIDTH]
    marks = "^" * max(1, min(problem.end_column, start + len(excerpt) + 1) - problem.column)
    hint = f"  mente du “{visible(problem.suggestion)}”?" if problem.suggestion else ""
    yield f"{problem.line:6} | {excerpt}"
    indent = " " * (problem.column - 1 - start)
    yield f"       | {indent}{paint(marks + hint, COLOURS[problem.severity])}"


@cache
def _lines(file: str) -> list[str]:
    """The lines of a file that is text; a picture has none."""
    try:
        raw = Path(file).read_bytes()
    except OSError:
        return []
    return [] if b"\0" in raw else BREAKS.split(raw.decode("utf-8-sig", "replace"))


def _plain(text: str, code: str) -> str:
    return text


def _painted(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
