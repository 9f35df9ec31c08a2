"""YAML is read as it was written: nothing turns into another value without a word."""

import pytest

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.diagnostics import DataError


@pytest.mark.parametrize(
    "text",
    [
        "9:00",
        "16:00",
        "0555",
        "0101",
        "no",
        "yes",
        "on",
        "12:30:45",
        "+4512345678",
        "12_34",
        "1.10",
        "2026-02-30",
    ],
)
def test_a_value_stays_the_text_that_was_written(text):
    assert {"a": text} == yaml_source.plain_value(yaml_source.parse_yaml(f"a: {text}", "x.yaml"))


def test_every_value_knows_its_line_and_column():
    root = yaml_source.parse_yaml("a: 1\nb:\n  - c: to\n", "x.yaml")

    value = root.entries["b"][1].items[0].entries["c"][1]

    assert ("to", 3, 8, 10) == (value.text, value.line, value.column, value.end_column)


def test_a_file_of_comments_is_empty_and_not_wrong():
    assert yaml_source.parse_yaml("# only a comment\n", "x.yaml") is None


@pytest.mark.parametrize(
    "text", ["&a [*a, *a]", "a: !!python/object:os.system {}", "<<: {a: 1}", "a: 1\n---\nb: 2"]
)
def test_what_could_hide_a_value_is_refused(text):
    with pytest.raises(DataError) as error:
        yaml_source.parse_yaml(text, "x.yaml")

    assert ["not-allowed"] == [problem.rule for problem in error.value.problems]


@pytest.mark.parametrize(
    "sign", ["\u200b", "\xad", "\u202e", "\u2066", "\u2060", "\ufeff", "\x00", "\u2028"]
)
def test_a_sign_that_nobody_sees_is_refused_where_it_stands(sign):
    with pytest.raises(DataError) as error:
        yaml_source.parse_yaml(f"- a: 1\n- id: ode{sign}nse\n", "x.yaml")

    (problem,) = error.value.problems
    assert ("not-allowed", 2, 10) == (problem.rule, problem.line, problem.column)


@pytest.mark.parametrize(
    "lost", ["SmÃ¸rrebrÃ¸d", "Ã\x85rhus", "Ã…rhus", "â€“", "Sm\ufffdrrebr\ufffdd"]
)
def test_letters_that_a_wrong_encoding_broke_are_told_once_with_the_remedy(lost):
    with pytest.raises(DataError) as error:
        yaml_source.parse_yaml(f"# æ\na: {lost}", "x.yaml")

    (problem,) = error.value.problems
    assert ("garbled", 2, 4 + lost.index(lost.strip("Sm")[0])) == (
        problem.rule,
        problem.line,
        problem.column,
    )
    assert "UTF-8" in problem.message.da


@pytest.mark.parametrize(
    "comment",
    [
        "a: 1 # et",
        "a: 1 ## et",
        "a: x#1",
        'a: "x #1"',
        "a: >-\n  x #1\n",
        "#1\na: 1",
        "a: #tillad b: c\n  1",
    ],
)
def test_what_is_a_comment_and_what_is_quoted_is_no_text_cut_off(comment):
    assert ["a"] == list(yaml_source.plain_value(yaml_source.parse_yaml(comment, "x.yaml")))
