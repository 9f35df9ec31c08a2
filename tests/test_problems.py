"""What an editor does wrong, and what he is told: one golden file a case in problems/, no Python
needed."""

import re
from datetime import date
from pathlib import Path

import pytest

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.catalogue.messages import RULES
from mentorkorps.validation.check import check
from tests.conftest import HERE

TODAY = date(2026, 11, 22)
CASES = sorted((HERE / "problems").glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_mistake_is_told_at_its_place_in_danish(case, data):
    golden = yaml_source.plain_value(yaml_source.read_yaml(case, case.name))
    for table, text in golden["data"].items():
        (data / f"{table}.yaml").write_text(text, encoding="utf-8")

    verdict = check(data, TODAY, "data")

    assert golden["problems"] == [str(problem) for problem in verdict.problems]
    assert golden.get("notices", []) == [
        str(notice) for notice in verdict.notices if notice.rule != "only-danish"
    ]
    assert golden.get("allowed", []) == [
        f"{allowed.problem} ({allowed.reason})" for allowed in verdict.allowed
    ]


def test_there_are_cases_enough_to_trust_the_messages():
    assert 80 <= len(CASES)


def test_sound_data_has_no_problems(data):
    assert [] == check(data, TODAY).problems


@pytest.mark.parametrize("code", [code for code, rule in RULES.items() if rule.table])
def test_the_examples_of_a_rule_are_what_the_page_says(code, data):
    """The wrong one is found in some record of the sound data, and the right one is not."""
    rule = RULES[code]
    file = data / f"{rule.table}.yaml"
    sound = file.read_text("utf-8")

    for number in range(len(records(sound))):
        of_wrong, of_right = (
            rules_found(data, file, with_fields(sound, number, example))
            for example in (rule.wrong, rule.right)
        )
        if code in of_wrong and code not in of_right:
            return
    pytest.fail(f"the examples of {code} do not show it")


def records(text: str) -> list[str]:
    return re.split(r"(?m)^(?=- )", text)[1:]


def with_fields(text: str, number: int, example: str) -> str:
    """A file with the fields of an example in one record, instead of the fields of the same
    names."""
    parts = records(text)
    head, *fields = re.split(r"(?m)^  (?=\w)", parts[number].replace("- ", "  ", 1))
    names = re.findall(r"(?m)^(\w+):", example)
    other_fields = [field for field in fields if field.split(":")[0] not in names]
    body = "".join(f"  {field}" for field in other_fields) + "".join(
        f"  {line}\n" for line in example.splitlines()
    )
    parts[number] = head + body.replace("  ", "- ", 1)
    return "".join(parts)


def rules_found(data: Path, file: Path, text: str) -> set[str]:
    file.write_text(text, "utf-8")
    verdict = check(data, TODAY)
    return {
        problem.rule for problem in verdict.problems + verdict.notices if Path(problem.file) == file
    }


def test_every_rule_that_a_comment_can_set_aside_is_a_matter_of_judgement():
    assert {"alike", "bare-percent", "markup", "private-data"} == {
        code for code, rule in RULES.items() if rule.may_be_allowed
    }


@pytest.mark.parametrize("field", ["id", "name", "organisation", "summary", "status", "sources"])
def test_a_misspelt_field_gives_one_message_with_the_right_name(field, data):
    programmes = data / "programmes.yaml"
    letters = field[:-2] + field[-1] + field[-2] if len(field) > 2 else "idd"
    programmes.write_text(programmes.read_text().replace(f"{field}:", f"{letters}:", 1))

    problems = check(data, TODAY).problems

    assert [("unknown-key", field)] == [(problem.rule, problem.suggestion) for problem in problems]


def test_a_latin_1_file_is_refused_with_the_line(data):
    (data / "industries.yaml").write_bytes("# ok\n- id: blå\n".encode("latin-1"))

    (problem,) = check(data, TODAY).problems

    assert (2, "unreadable") == (problem.line, problem.rule)
    assert "UTF-8" in problem.message.da


@pytest.mark.parametrize("text", ["", " \n\n", "\ufeff"])
def test_an_empty_file_is_told_and_a_comment_makes_an_empty_table(text, data):
    (data / "courses.yaml").write_text(text, "utf-8")
    (problem,) = check(data, TODAY).problems
    assert "unreadable" == problem.rule
    assert "tom" in problem.message.da

    (data / "courses.yaml").write_text("# Ingen kurser endnu.\n", "utf-8")
    assert [] == check(data, TODAY).problems


def test_a_line_without_end_is_one_message(data):
    (data / "courses.yaml").write_text(f'# kurser\n- id: "{"x" * 10_000_000}"\n', "utf-8")

    (problem,) = check(data, TODAY).problems

    assert (2, "unreadable") == (problem.line, problem.rule)


def test_a_folder_with_the_name_of_a_file_is_no_traceback(data):
    (data / "courses.yaml").unlink()
    (data / "courses.yaml").mkdir()

    assert ["unreadable"] == [problem.rule for problem in check(data, TODAY).problems]


def test_windows_line_ends_and_a_byte_order_mark_are_read_as_written(data):
    industries = data / "industries.yaml"
    industries.write_bytes(b"\xef\xbb\xbf" + industries.read_bytes().replace(b"\n", b"\r\n"))

    assert [] == check(data, TODAY).problems


def test_a_table_may_be_a_file_and_a_folder(data):
    folder = data / "programmes"
    folder.mkdir()
    text = (data / "programmes.yaml").read_text()
    (folder / "smedene.yaml").write_text(
        text[text.index("- id: smedenes") :].replace("smedenes-korps", "aaben")
    )
    (data / "programmes.yaml").write_text(text[: text.index("- id: smedenes")])

    (problem,) = check(data, TODAY, "data").problems

    assert "data/programmes/smedene.yaml" == problem.file
    assert "data/programmes.yaml på linje 1" in problem.message.da


UNREAD = {
    "courses/2027-06-juni": ("file-ending", "courses/2027-06-juni.yaml"),
    "courses/juni.yaml.txt": ("file-ending", "courses/juni.yaml"),
    "courses/Juni.YML": ("file-ending", "courses/Juni.yaml"),
    "courses/juni.yml.download": ("file-ending", "courses/juni.yaml"),
    "courses/#juni.yaml#": ("file-ending", "courses/juni.yaml"),
    "courses/2027/juni.yaml": ("unread-file", "courses/juni.yaml"),
    "courses/.juni.yaml": ("unread-file", "courses/juni.yaml"),
    "courses/.yaml": ("unread-file", "courses/yaml.yaml"),
    "Courses/juni.yaml": ("unread-file", "courses/juni.yaml"),
    "programmes.yaml~": ("file-ending", "programmes.yaml"),
    "programmes.yaml.orig": ("file-ending", "programmes.yaml"),
    "programmes - Kopi.yaml": ("unread-file", "programmes.yaml"),
    "programmes (1).yaml": ("unread-file", "programmes.yaml"),
    "programs.yaml": ("unknown-table", "programmes.yaml"),
    "programs/lederne.yaml": ("unknown-table", "programmes/lederne.yaml"),
    "kursus/juni.yaml": ("unknown-table", "courses/juni.yaml"),
    "blandet/x.yaml": ("unknown-table", None),
    "README.md": ("unknown-table", None),
    "schema/kurser.json": ("unknown-table", None),
}


@pytest.mark.parametrize("name", UNREAD)
def test_a_file_that_nobody_reads_is_one_problem_with_its_right_name(name, data):
    (data / name).parent.mkdir(exist_ok=True, parents=True)
    (data / name).write_text("- id: x\n")
    rule, right = UNREAD[name]

    (problem,) = check(data, TODAY, "data").problems

    assert (f"data/{name}", 1, rule) == (problem.file, problem.line, problem.rule)
    if rule == "unknown-table":
        assert right == problem.suggestion
    else:
        assert f"“{right}”" in problem.message.da
        assert ("findes allerede" in problem.message.da) is (data / right).exists()


@pytest.mark.parametrize("name", ["courses/juni.yaml.txt", "programs/lederne.yaml"])
def test_the_build_finds_it_too(name, data):
    (data / name).parent.mkdir(exist_ok=True, parents=True)
    (data / name).write_text("- id: x\n")

    with pytest.raises(DataError) as error:
        load_catalogue(data)

    assert [str(data / name)] == [problem.file for problem in error.value.problems]


@pytest.mark.parametrize(
    "name",
    [
        ".DS_Store",
        "courses/.gitkeep",
        "courses/Thumbs.db",
        "desktop.ini",
        "courses/._juni.yaml",
        ".git/x.yaml",
        "courses/.juni.yaml.swp",
        "schema/courses.json",
    ],
)
def test_what_a_system_leaves_in_a_folder_is_nobodys_mistake(name, data):
    (data / name).parent.mkdir(exist_ok=True, parents=True)
    (data / name).write_bytes(b"\x00\x05\x16\x07")

    assert [] == check(data, TODAY).problems


@pytest.mark.parametrize(
    "name", ["rules.yml", "rules.YAML", "rules", "rules.yaml.txt", "Rules.yaml"]
)
def test_a_table_under_another_name_is_told_once_with_its_right_name(name, data):
    (data / "rules.yaml").rename(data / name)

    (problem,) = check(data, TODAY).problems

    assert problem.rule in ("file-ending", "unread-file")
    assert "“rules.yaml”" in problem.message.da


def test_a_broken_description_of_the_tables_is_told_and_not_a_traceback(data):
    description = data / "datapackage.yaml"
    text = description.read_text("utf-8")
    description.unlink()
    description.write_text(text.replace("resources:", "tables:"), "utf-8")

    (problem,) = check(data, TODAY).problems

    assert ("datapackage.yaml", "unreadable") == (Path(problem.file).name, problem.rule)
