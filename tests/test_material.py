"""What a trainer teaches from: whole, keyed, fresh, and as the guide for editors says."""

import re

import pytest

from mentorkorps.curriculum import markdown
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.curriculum.markdown import REFERENCE
from mentorkorps.curriculum.model import Curriculum
from mentorkorps.interface.languages import LANGUAGES
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def training(real) -> Curriculum:
    """The portal's own training."""
    return load_curriculum(ROOT / "training", real)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_module_asks_for_stands_in_its_lists_and_the_lists_hold_nothing_else(
    language, training
):
    """The run sheet and the trainer's page tell what to bring from these lists."""
    for module in training.modules[language].values():
        mentioned = {
            reference for block in module.blocks for reference in REFERENCE.findall(block.text)
        }
        mentioned |= {("rule", block.text) for block in module.blocks if block.kind == "rule"}
        listed = {
            (kind, id)
            for kind in ("paper", "cards", "rule")
            for id in getattr(module, {"paper": "papers", "cards": "cards", "rule": "rules"}[kind])
        }
        assert {reference for reference in mentioned if reference[0] != "module"} == listed, (
            module.at.file
        )


def test_every_quoted_rule_card_was_fresh_when_the_edition_was_given_out(training, real):
    given_out = training.timetable.editions[-1].date
    for language in LANGUAGES:
        for record in (*training.modules[language].values(), *training.papers[language].values()):
            for block in record.blocks:
                if block.kind == "rule":
                    rule = real.rules[block.text]
                    assert rule.checked <= given_out <= rule.verify_by, (record.at.file, rule.id)


PLANNED_CARDS = {"a": 16, "v": 3, "d": 6, "r": 6, "k": 3, "o": 4, "hs": 6}
PLANNED_PAPERS = {
    *(f"h{number}" for number in range(1, 14)),
    *(f"t{number}" for number in range(1, 6)),
    *(f"st{number}" for number in range(1, 6)),
    "letter-l1",
    "letter-l1-plain",
    "contract-ct1",
    "contract-ct1-key",
    "payslip-ps1",
    "iceberg",
    "puzzle-map",
    "monthly-report",
    "prep-mail",
    "evaluation",
    "pre-survey",
    "post-survey",
    "exit-ticket",
    "observer-sheet",
    "referral-sheet",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_material_of_the_outline_is_there_and_every_card_has_its_key(language, training):
    assert set(training.papers[language]) >= PLANNED_PAPERS
    assert PLANNED_CARDS == {id: len(training.cards[language][id].cards) for id in PLANNED_CARDS}
    keyless = [
        card.id
        for cards in training.cards[language].values()
        for card in cards.cards
        if not card.key
    ]
    assert [] == keyless


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_module_can_be_taught_from(language, training):
    """Opening, notes with what goes wrong for the room, and questions for oneself with their
    answers.
    """
    for module in training.modules[language].values():
        notes = " ".join(block.text + block.title for block in module.secrets)
        assert module.intro_for_participants, module.at.file
        assert re.search(r"galt|skævt|wrong", notes), module.at.file
        assert module.checks, module.at.file
        assert all(len(check.text) > 10 for check in module.checks)
        untold = [
            activity.id
            for activity in module.activities
            if not any(block.is_secret for block in activity.blocks)
        ]
        assert [] == untold, module.at.file


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_preparation_mail_is_read_in_a_minute(language, training):
    words = " ".join(block.text for block in training.paper("prep-mail", language).blocks).split()

    assert 100 < len(words) <= 200


@pytest.mark.parametrize("guide", ["docs/da/redaktoer.md", "docs/en/editors.md"])
def test_the_editors_guide_shows_every_kind_of_block_as_it_is_read(guide):
    (example,) = re.findall(r"```markdown\n(.*?)```", (ROOT / guide).read_text("utf-8"), re.DOTALL)

    sections, faults = markdown.sections(example, 1)

    assert [] == faults
    assert ["", "kort"] == [section.id for section in sections]
    assert ["text", "rule", "write", "trainer", "key", "check"] == [
        block.kind for block in sections[1].blocks
    ]
