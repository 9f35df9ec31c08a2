"""The training: minutes and clock times, what is wrong with it, and what participants never see."""

import json
import re
import shutil
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.curriculum.loading import find_problems, load_curriculum
from mentorkorps.curriculum.model import NEVER_SHORTER, Curriculum
from mentorkorps.curriculum.timetable import sessions
from mentorkorps.interface.addresses import address
from mentorkorps.interface.languages import LANGUAGES
from mentorkorps.site.training_pages import kind_of, training_pages
from tests.conftest import ROOT

PLANNED = {
    1: "09:00 d1-m0, 09:25 d1-m1, 10:30 break, 10:45 d1-m2, 11:35 d1-m3, 12:15 lunch, 13:00 d1-m4, 14:15 break, "
    "14:30 d1-m5, 15:25 d1-m6, 15:50 d1-m7, 16:00 end",
    2: "09:00 d2-m1, 09:20 d2-m2, 10:30 break, 10:45 d2-m3, 11:45 d2-m4, 12:15 lunch, 13:00 d2-m5, 13:55 d2-m6, "
    "14:15 break, 14:30 d2-m7, 15:15 d2-m8, 15:40 d2-m9, 16:00 end",
}


@pytest.fixture(scope="module")
def training(real) -> Curriculum:
    """The portal's own training."""
    return load_curriculum(ROOT / "training", real)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy that a test may break."""
    return shutil.copytree(ROOT / "training", tmp_path / "training")


def clock_times(session) -> str:
    hours = [f"{hour.start:%H:%M} {hour.module or hour.pause}" for hour in session.hours]
    return ", ".join([*hours, f"{session.end:%H:%M} end"])


def errors_of(folder: Path, records: Catalogue) -> list[str]:
    problems = find_problems(folder, records, "training")[1]
    return [str(problem) for problem in problems if problem.severity == "error"]


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


def test_a_file_that_is_not_saved_as_utf_8_is_told_with_its_line(folder, real):
    module = folder / "da" / "modules" / "d1-m1.md"
    module.write_bytes(module.read_text("utf-8").encode("latin-1", "replace"))

    assert [
        line
        for line in errors_of(folder, real)
        if "UTF-8" in line and line.startswith("training/da/modules/d1-m1.md:")
    ]


@pytest.mark.parametrize("number", [1, 2])
def test_clock_times_follow_from_the_minutes(number, training):
    session = sessions(training)[number - 1]

    assert PLANNED[number] == clock_times(session)
    assert 345 == session.taught


def test_the_portals_own_training_is_whole_in_both_languages(real):
    assert [] == list(map(str, find_problems(ROOT / "training", real)[1]))


def test_every_module_of_the_plan_is_written(training):
    planned = {
        hour.module for session in sessions(training) for hour in session.hours if hour.module
    }
    planned |= {id for addon in training.timetable.addons for id in addon.modules}

    assert planned == set(training.modules["da"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_minutes_add_up_in_every_module(language, training):
    for module in training.modules[language].values():
        assert module.minutes == sum(activity.minutes for activity in module.activities), (
            module.at.file
        )


def test_variants_begin_when_they_say_and_never_lose_trauma_and_boundaries(training):
    variants = {variant.id: sessions(training, variant) for variant in training.timetable.variants}

    assert "08:30 d1-m0" == clock_times(variants["early"][0])[:11]
    assert "15:30 end" == clock_times(variants["early"][1])[-9:]
    assert 690 == sum(session.taught for session in variants["online"])
    assert [205, 220, 75] == [session.taught for session in variants["short"]]
    for of_variant in variants.values():
        minutes = {hour.module: hour.minutes for session in of_variant for hour in session.hours}
        for id in NEVER_SHORTER:
            assert training.modules["da"][id].minutes == minutes[id]


def test_every_exercise_has_a_key(training):
    for language in LANGUAGES:
        for module in training.modules[language].values():
            for activity in module.activities:
                has_key = any(block.kind == "key" for block in activity.blocks)
                assert has_key or activity.kind != "exercise", (module.at.file, activity.id)


def test_every_quoted_rule_card_exists_and_has_a_source(training, real):
    for language in LANGUAGES:
        for record in (*training.modules[language].values(), *training.papers[language].values()):
            for block in record.blocks:
                if block.kind == "rule":
                    assert real.rules[block.text].sources


@pytest.mark.parametrize(
    ("file", "before", "after", "message"),
    [
        (
            "da/modules/d1-m1.md",
            "minutes: 65",
            "minutes: 70",
            "d1-m1.md:5:10  Aktiviteterne giver 65 minutter tilsammen, men modulet siger 70.  [training-minutes]",
        ),
        (
            "da/modules/d1-m1.md",
            "{#kortsortering}",
            "{#kort}",
            "har ingen overskrift ## … {#kortsortering}",
        ),
        ("da/modules/d1-m1.md", '!!! key "', '!! key "', "blokken skrives !!! trainer"),
        (
            "da/modules/d1-m1.md",
            "!!! key ",
            "!!! trainer ",
            "Øvelsen “kortsortering” har ingen nøgle.  [training-key]",
        ),
        (
            "da/modules/d1-m1.md",
            "rules: [b9]",
            "rules: [b99]",
            "“b99” findes ikke i rules.yaml.  [unknown-reference]",
        ),
        (
            "da/modules/d1-m1.md",
            "[[rule:b9]]",
            "[[rule:b98]]",
            "“b98” findes ikke i rules.yaml.  [unknown-reference]",
        ),
        ("da/modules/d1-m1.md", "Tre roller", "<b>Tre</b> roller", "her står HTML"),
        ("da/modules/d1-m1.md", "minutes: 65", "minuter: 65", "Feltet “minuter” findes ikke"),
        ("en/modules/d1-m1.md", "follows:", "folows:", "Feltet “folows” findes ikke"),
        (
            "da/papers/prep-mail.md",
            "{venue}",
            "{place}",
            "{place} kan ikke udfyldes; skriv en af {course}, {days}",
        ),
        (
            "da/cards/a.yaml",
            'edition: "1.0"',
            'edition: "7.0"',
            "udgave 7.0 har ingen dato i timetable.yaml",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(file, before, after, message, folder, real):
    edit(folder / file, before, after)

    assert any(
        message in error and f"{file.rsplit('/', 1)[1]}:" in error
        for error in errors_of(folder, real)
    )


def test_a_reference_to_a_paper_nobody_wrote_is_a_warning_until_it_is_there(folder, real):
    edit(folder / "da/modules/d1-m1.md", "[[paper:h2]]", "[[paper:h99]]")

    problems = find_problems(folder, real)[1]

    assert ("warning", "“h99” findes ikke i training/da/papers.") in [
        (problem.severity, problem.message.da) for problem in problems
    ]


@pytest.mark.parametrize(
    ("was", "now", "misfit"),
    [("minutes: 65", "minutes: 75", "+10"), ("minutes: 65", "minutes: 60", "-5")],
)
def test_a_day_that_over_runs_or_leaves_a_gap_names_the_module(was, now, misfit, folder, real):
    for language in LANGUAGES:
        edit(folder / language / "modules/d1-m1.md", was, now)

    (problem,) = [message for message in errors_of(folder, real) if "(dag 1)" in message]

    assert (
        f"Planen går ikke op (dag 1): {misfit} minutter i forhold til kl. 12:15. Det skyldes d1-m1."
        in problem
    )
    assert problem.startswith("training/da/modules/d1-m1.md:5:10")


def test_a_pause_that_is_too_long_over_runs_the_day(folder, real):
    edit(
        folder / "timetable.yaml",
        "- {module: d1-m4, minutes: 75}\n      - {pause: break, minutes: 15}",
        "- {module: d1-m4, minutes: 75}\n      - {pause: break, minutes: 25}",
    )

    assert ["+10"] == re.findall(
        r"går ikke op \(dag 1\): (\S+) minutter i forhold til kl. 16:00",
        "".join(errors_of(folder, real)),
    )


def test_a_broken_training_stops_the_build(folder, real):
    edit(folder / "da/modules/d1-m1.md", "minutes: 65", "minutes: 70")

    with pytest.raises(DataError):
        load_curriculum(folder, real)


def test_an_english_text_that_lacks_or_lags_is_a_notice_and_a_mark(folder, real):
    edit(folder / "da/modules/d1-m1.md", 'edition: "1.0"', 'edition: "1.1"')
    edit(
        folder / "timetable.yaml",
        "editions:",
        'editions:\n  - {edition: "1.1", date: "2027-01-01"}',
    )
    (folder / "en/papers/h2.md").unlink(missing_ok=True)

    training, problems = find_problems(folder, real)
    notices = {
        problem.file.removeprefix(f"{folder}/")
        for problem in problems
        if problem.rule == "training-translation"
    }

    assert {"en/modules/d1-m1.md", "da/papers/h2.md"} <= notices
    assert training.is_behind(training.module("d1-m1", "en"))
    assert "da" == training.paper("h2", "en").language

    bodies = {page.at: page.body for page in training_pages(real, training, "en")}
    assert "The Danish text is newer" in bodies["en/training/day-1/d1-m1/"]
    assert "The Danish text is newer" not in bodies["en/training/day-1/d1-m2/"]
    assert '<section class="mk-sheet mk-prose" lang="da"' in bodies["en/training/papers/h2/"]


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("modules/d1-m1.md", "Tre roller", "Tre slags roller"),
        ("cards/a.yaml", "Ring til", "Skriv til"),
        ("papers/h2.md", 'title: "', 'title: "Nyt '),
    ],
)
def test_a_danish_text_changed_without_a_new_edition_is_told_with_the_lines_to_write(
    file, before, after, folder, real
):
    edit(folder / "da" / file, before, after)

    (problem,) = find_problems(folder, real)[1]

    assert problem.file == f"{folder}/en/{file}"
    follows, danish = re.search(
        r'skriv (follows: ".+"), (danish: ".+")\.', problem.message.da
    ).groups()
    edit(
        folder / "en" / file,
        *(re.search(r"danish: .*", (folder / "en" / file).read_text("utf-8"))[0], danish),
    )
    assert follows in (folder / "en" / file).read_text("utf-8")
    assert [] == find_problems(folder, real)[1]


def test_spaces_at_line_ends_and_a_new_edition_number_are_no_new_text(folder, real):
    before = find_problems(folder, real)[0].modules["da"]["d1-m1"].mark
    edit(folder / "da/modules/d1-m1.md", "minutes: 65", "minutes: 65   ")
    edit(folder / "da/modules/d1-m1.md", 'edition: "1.0"', 'edition: "1.1"')

    assert before == find_problems(folder, real)[0].modules["da"]["d1-m1"].mark


class Words(HTMLParser):
    """The words of a page or of an HTML excerpt, as one line of text."""

    def __init__(self, html: str):
        super().__init__()
        self.parts: list[str] = []
        self.feed(html)

    def handle_data(self, data):
        self.parts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.parts).split())


def letters(text: str) -> str:
    return "".join(re.findall(r"\w", unescape(text).casefold()))


def sentences(markdown: str) -> list[str]:
    """The longer lines of a secret, as they would be found on a page: letters only."""
    lines = (re.sub(r"\[\[\w+:[\w-]+\]\]", "\n", line) for line in markdown.splitlines())
    pieces = (
        letters(re.sub(r"^\s*[0-9]+\. ", "", piece))
        for line in lines
        for piece in re.split(r"[\n|]", line)
    )
    return [piece for piece in pieces if len(piece) >= 30]


def participants_see(training: Curriculum, language: str) -> list[str]:
    papers = [id for id, paper in training.papers["da"].items() if not paper.is_for_trainers]
    return [
        *(address(kind_of(training, id), language, id) for id in training.order()),
        *(address("paper", language, id) for id in papers),
        *(address("cards", language, id) for id in training.cards["da"]),
        *(address(kind, language) for kind in ("training", "training-whole", "glossary", "rules")),
    ]


def secrets(training: Curriculum, language: str) -> list[str]:
    modules = [
        block.text for module in training.modules[language].values() for block in module.secrets
    ]
    keys = [
        card.key for cards in training.cards[language].values() for card in cards.cards if card.key
    ]
    papers = [
        block.text
        for paper in training.papers[language].values()
        if paper.is_for_trainers
        for block in paper.blocks
    ]
    return [piece for text in (*modules, *keys, *papers) for piece in sentences(text)]


def written_for_participants(training: Curriculum, language: str) -> str:
    """A key may quote a card or a text: those words are no secret."""
    modules = [
        block.text
        for module in training.modules[language].values()
        for block in module.blocks
        if not block.is_secret
    ]
    cards = [card.text for of in training.cards[language].values() for card in of.cards]
    papers = [
        block.text
        for paper in training.papers[language].values()
        if not paper.is_for_trainers
        for block in paper.blocks
    ]
    return letters("\n".join((*modules, *cards, *papers)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_for_trainers_stands_on_no_page_for_participants_and_in_no_search(
    language, site, training
):
    seen = {
        at: letters(Words((site / at / "index.html").read_text("utf-8")).text)
        for at in participants_see(training, language)
    }
    index = json.loads(
        (site / address("front", language) / "search/search_index.json").read_text("utf-8")
    )
    seen["search"] = letters(" ".join(Words(doc["text"]).text for doc in index["docs"]))
    shared = written_for_participants(training, language)
    secret_pieces = [piece for piece in secrets(training, language) if piece not in shared]

    assert 500 < len(secret_pieces)
    assert (
        []
        == [(at, piece) for piece in secret_pieces for at, text in seen.items() if piece in text][
            :10
        ]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_secret_stands_on_a_page_for_trainers(language, site, training):
    for module in training.modules[language].values():
        at = address(kind_of(training, module.id, for_trainers=True), language, module.id)
        page = letters(Words((site / at / "index.html").read_text("utf-8")).text)
        missing = [
            piece
            for block in module.secrets
            for piece in sentences(re.sub(r"[*_`]", "", block.text))
            if piece not in page
        ]
        assert [] == missing, module.at.file


def test_pages_for_trainers_ask_not_to_be_found_and_participants_are_not_led_there(site, training):
    for_trainers = [
        address(kind_of(training, id, for_trainers=True), "da", id) for id in training.order()
    ]
    for_trainers += [address("cards-trainer", "da", id) for id in training.cards["da"]]
    for_trainers += [
        address("paper", "da", id)
        for id, paper in training.papers["da"].items()
        if paper.is_for_trainers
    ]
    for_trainers += [address("run-sheet", "da"), address("trainers", "da")]
    sitemap = (site / "sitemap.xml").read_text("utf-8")
    for at in for_trainers:
        assert '<meta name="robots" content="noindex">' in (site / at / "index.html").read_text(
            "utf-8"
        )
        assert f"/{at}<" not in sitemap

    links = {
        at: re.findall(r'href="([^"]+)"', (site / at / "index.html").read_text("utf-8"))
        for at in participants_see(training, "da")
    }
    for at, of_page in links.items():
        targets = {
            (site / at / link).resolve().relative_to(site.resolve()).as_posix() + "/"
            for link in of_page
            if not link.startswith(("http", "#", "/"))
        }
        assert targets & set(for_trainers) <= (
            {address("trainers", "da")} if at == address("training", "da") else set()
        ), at


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_for_trainers_leaves_the_site_as_data(language, site, training):
    """Open data, feeds, calendars, schemas, search, site map: whatever is not a page or a theme's
    asset.
    """
    shared = written_for_participants(training, language)
    secret_pieces = [piece for piece in secrets(training, language) if piece not in shared]
    files = [
        path
        for path in site.rglob("*")
        if path.suffix in {".json", ".csv", ".xml", ".ics", ".txt", ".js", ".html"}
    ]
    files = [
        path
        for path in files
        if path.suffix != ".html" or "dias" in path.parts or "slides" in path.parts
    ]
    assert len(files) > 50
    for path in files:
        text = letters(
            Words(path.read_text("utf-8")).text
            if path.suffix == ".html"
            else path.read_text("utf-8")
        )
        assert (path.name, []) == (
            path.name,
            [piece for piece in secret_pieces if piece in text][:3],
        )
