"""What a verdict looks like: on a terminal, in a pull request, in a job summary."""

import os
import pty
import subprocess
import sys

import pytest

from mentorkorps.validation import report
from mentorkorps.validation.check import check
from tests.conftest import ROOT
from tests.test_problems import TODAY

HOSTILE = '"::error file=x::\\n::warning::forged%0A\\e[31m \\u202E](http://x) <b> @everyone |"'


@pytest.fixture
def verdict(data):
    """Of a misspelt organisation and of a value that would like to be more than a value."""
    programmes = data / "programmes.yaml"
    programmes.write_text(
        programmes.read_text().replace("organisation: smedene", "organisation: smed")
    )
    industries = data / "industries.yaml"
    industries.write_text(industries.read_text().replace("id: food", f"id: {HOSTILE}"))
    return check(data, TODAY)


def test_a_message_shows_the_line_and_marks_the_place(verdict):
    lines = list(report.report_text(verdict.problems, [], colour=False))

    at = next(number for number, line in enumerate(lines) if "unknown-reference" in line)
    assert lines[at + 1 : at + 3] == [
        "    19 |   organisation: smed",
        "       |                 ^^^^  mente du “smedene”?",
    ]


def test_colour_comes_only_when_asked_for(verdict):
    assert "\033[" in "".join(report.report_text(verdict.problems, [], colour=True))
    assert "\033" not in "".join(report.report_text(verdict.problems, [], colour=False))


def test_no_value_can_move_the_cursor_or_turn_the_direction(verdict):
    for line in report.report_text(verdict.problems, [], colour=False):
        assert not {"\n", "\r", "\033", "\u202e"} & set(line)


def test_a_hostile_value_cannot_forge_an_annotation(verdict):
    for line in report.report_github(verdict.problems):
        assert line.startswith("::error file=")
        assert "\n" not in line
        assert 2 == line.partition("::")[2].partition("::")[0].count(",") - 2


def test_an_annotation_and_the_summary_speak_danish_first_and_english_after(verdict):
    reference = next(problem for problem in verdict.problems if problem.rule == "unknown-reference")
    danish, english = "Mente du “smedene”?", "Did you mean “smedene”?"

    (annotation,) = report.report_github([reference])
    listed = list(report.report_summary([reference], []))[-1]

    assert 0 < annotation.index(danish) < annotation.index(english)
    assert f"{danish}%0A" in annotation
    assert 0 < listed.index("<br>") < listed.rindex("smedene")


def test_a_hostile_value_stays_text_in_the_summary(verdict):
    summary = "\n".join(report.report_summary(verdict.problems, verdict.allowed))

    assert 1 + 1 + len(verdict.problems) == len(summary.splitlines())
    assert [] == [sign for sign in ("<b>", "](http", "@everyone", "|") if sign in summary]


def test_a_far_place_in_a_long_line_is_shown(data):
    organisations = data / "organisations.yaml"
    organisations.write_text(
        organisations.read_text().replace("type: union", f"{'x' * 300}: union")
    )
    for line in report.report_text(check(data, TODAY).problems, [], colour=False):
        assert len(line) < 250


def test_a_terminal_gets_colour_and_no_color_takes_it_away(data):
    industries = data / "industries.yaml"
    industries.write_text(industries.read_text().replace("id: food", "id: Mad"))

    assert "\033[31m" in on_a_terminal(data, {})
    assert "\033[" not in on_a_terminal(data, {"NO_COLOR": "1"})


def on_a_terminal(data, settings: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | settings
    command = [sys.executable, "-m", "mentorkorps", "check", data]
    with subprocess.Popen(command, stdout=theirs, cwd=ROOT, env=environment) as running:
        os.close(theirs)
        output = b""
        try:
            while piece := os.read(ours, 4096):
                output += piece
        except OSError:  # Linux tells the end of a pseudo-terminal so
            pass
        running.wait()
    os.close(ours)
    return output.decode()
