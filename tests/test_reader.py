"""Whatever people write: it comes out of the reader as it went in, at its place, or it is refused once and soon."""

import time

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.diagnostics import DataError

QUICK = settings(max_examples=100, deadline=None)
INVISIBLE = (
    "\xad\u200b\u202a\u202b\u202c\u202d\u202e" + "".join(map(chr, range(0x2060, 0x206A))) + "\ufeff"
)
BROKEN = "Ãâ\ufffd"
LETTERS = st.characters(
    exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp"), exclude_characters=INVISIBLE + BROKEN
)
TEXTS = st.one_of(
    st.text(LETTERS, max_size=30),
    st.sampled_from(
        [
            "9:00",
            "0555",
            "no",
            "+4512345678",
            "2026-02-30",
            "~",
            "null",
            "true",
            "1e3",
            "=",
            "a: b",
            "- a",
        ]
    ),
)
KEYS = st.text(LETTERS, min_size=1, max_size=12).filter(lambda key: key.strip() and key != "<<")
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
SIGNS = st.sampled_from(
    [
        "- ",
        ": ",
        ":",
        "{",
        "}",
        "[",
        "]",
        ",",
        '"',
        "'",
        "#",
        "&a ",
        "*a",
        "!!int ",
        "|\n",
        ">-\n",
        "---\n",
        "...\n",
        "? ",
        "<<: ",
        "%TAG ! x\n",
        "\t",
        "\n",
        "  ",
        "\\",
        "\x00",
        "\ufeff",
        "\u2028",
        "\r\n",
        "a",
        "æ",
        "😀",
        "9:00",
    ]
)
NOISE = st.lists(SIGNS | st.text(max_size=3), max_size=40).map("".join)


class Written(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


@QUICK
@given(
    VALUES,
    st.sampled_from([None, '"', "'"]),
    st.sampled_from([None, True, False]),
    st.integers(20, 200),
)
def test_what_is_written_comes_back_as_text(value, quotes, flow, width):
    text = yaml.dump(
        [value],
        Dumper=Written,
        default_style=quotes,
        default_flow_style=flow,
        allow_unicode=True,
        width=width,
    )

    assert [value] == yaml_source.plain_value(yaml_source.parse_yaml(text, "x.yaml"))


@QUICK
@given(
    st.lists(
        st.dictionaries(KEYS, TEXTS.filter(str.strip), min_size=1, max_size=4),
        min_size=1,
        max_size=4,
    )
)
def test_every_text_stands_where_its_place_says(records):
    text = yaml.dump(records, Dumper=Written, default_style='"', allow_unicode=True, width=10_000)
    lines = text.split("\n")

    root = yaml_source.parse_yaml(text, "x.yaml")

    for record in root.items:
        for key, value in record.entries.values():
            for node in (key, value):
                quoted = lines[node.line - 1][node.column - 1 : node.end_column - 1]
                assert node.text == yaml.safe_load(quoted.removeprefix("? "))


@settings(max_examples=250, deadline=None)
@given(NOISE)
def test_noise_is_read_or_refused_once_and_inside_the_file(noise):
    started = time.process_time()
    try:
        yaml_source.parse_yaml(noise, "x.yaml")
    except DataError as error:
        assert 1 == len(error.problems) or {"other-readers"} == {
            problem.rule for problem in error.problems
        }
        for problem in error.problems:
            assert 1 <= problem.line <= len(noise.splitlines()) + 1
            assert 1 <= problem.column <= problem.end_column
            assert problem.message.da and problem.message.en
    assert time.process_time() - started < 2


@QUICK
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(tmp_path_factory, raw):
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(raw)
    try:
        yaml_source.read_yaml(path, "x.yaml")
    except DataError as error:
        assert [1] == [len(error.problems)]
