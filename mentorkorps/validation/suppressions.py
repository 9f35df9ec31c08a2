"""Comments that let a finding pass, each with its reason: `# tillad private-data: styrelsens
hovednummer`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mentorkorps.catalogue.diagnostics import Problem, worded
from mentorkorps.catalogue.messages import RULES

COMMENT = re.compile(r"#[ \t]*(?:tillad|allow)[ \t]+([a-z-]+)[ \t]*:?(.*)$")


@dataclass(frozen=True, slots=True)
class Allowance:
    """A comment at `line`, which speaks of what stands on `target`: its own line, or the next that
    is no comment."""

    file: str
    line: int
    column: int
    end_column: int
    target: int
    rule: str
    reason: str

    def problem(self, rule: str, /, **values: object) -> Problem:
        return Problem(
            self.file, self.line, self.column, self.end_column, rule, worded(rule, **values)
        )


@dataclass(frozen=True, slots=True)
class Allowed:
    """A finding that a comment lets pass, and why."""

    problem: Problem
    reason: str


def allowances(file: str, text: str) -> Iterator[Allowance]:
    """The comments of a file, the last one first."""
    lines = text.split("\n")
    following = len(lines)
    for number in range(len(lines), 0, -1):
        line = lines[number - 1]
        alone = line.lstrip().startswith("#")
        if match := COMMENT.search(line):
            target = following if alone else number
            yield Allowance(
                file, number, match.start() + 1, match.end() + 1, target, match[1], match[2].strip()
            )
        if not alone:
            following = number


def without_suppressed(
    problems: Sequence[Problem], comments: Sequence[Allowance]
) -> tuple[list[Problem], list[Allowed]]:
    """What is left to report, with what is wrong about the comments themselves, and what they let
    pass."""
    valid, wrong = [], []
    for comment in comments:
        if flaw := _flaw(comment):
            wrong.append(flaw)
        else:
            valid.append(comment)
    at = {(comment.file, comment.target, comment.rule): comment for comment in valid}
    suppressed = {
        problem: at[key]
        for problem in problems
        if (key := (problem.file, problem.line, problem.rule)) in at
    }
    used = set(suppressed.values())
    unused = [
        comment.problem("unused-allowance", rule=comment.rule)
        for comment in valid
        if comment not in used
    ]
    remaining = [problem for problem in problems if problem not in suppressed]
    return remaining + wrong + unused, [
        Allowed(problem, comment.reason) for problem, comment in suppressed.items()
    ]


def _flaw(comment: Allowance) -> Problem | None:
    rule = RULES.get(comment.rule)
    if rule is None:
        why = "Der er ingen regel med det navn.", "There is no rule of that name."
    elif not rule.may_be_allowed:
        why = "Ret det i stedet.", "Mend it instead."
    elif not comment.reason:
        why = "Skriv en grund efter kolon.", "Write a reason after the colon."
    else:
        return None
    return comment.problem("bad-allowance", rule=comment.rule, why_da=why[0], why_en=why[1])
