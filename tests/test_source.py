"""YAML is read as it was written: nothing turns into another value without a word."""

import pytest

from mentorkorps import source
from mentorkorps.problem import DataError


@pytest.mark.parametrize(
    "written",
    ["9:00", "16:00", "0555", "0101", "no", "yes", "on", "12:30:45", "+4512345678", "12_34", "1.10", "2026-02-30"],
)
def test_a_value_stays_the_text_that_was_written(written):
    assert {"a": written} == source.plain(source.parse(f"a: {written}", "x.yaml"))


def test_every_value_knows_its_line_and_column():
    root = source.parse("a: 1\nb:\n  - c: to\n", "x.yaml")

    value = root.entries["b"][1].items[0].entries["c"][1]

    assert ("to", 3, 8, 10) == (value.text, value.line, value.column, value.end_column)


def test_a_file_of_comments_is_empty_and_not_wrong():
    assert source.parse("# only a comment\n", "x.yaml") is None


@pytest.mark.parametrize("text", ["&a [*a, *a]", "a: !!python/object:os.system {}", "<<: {a: 1}", "a: 1\n---\nb: 2"])
def test_what_could_hide_a_value_is_refused(text):
    with pytest.raises(DataError) as error:
        source.parse(text, "x.yaml")

    assert ["not-allowed"] == [problem.rule for problem in error.value.problems]
