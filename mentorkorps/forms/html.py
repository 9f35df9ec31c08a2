"""A form as HTML, with the browser's constraints: the same definition as the server's verdict.

Steps and conditions are the browser's comfort: without JavaScript all questions stand on one page
with a hint, and the server drops what does not apply.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import LINKED, Field, Form, Option
from mentorkorps.catalogue.model.text import Title
from mentorkorps.forms.answers import ONCE, TRAP, AnswerError, Hint, Posted, choice_name
from mentorkorps.forms.choices import SCALE, options, todays
from mentorkorps.forms.domain_names import readable_address
from mentorkorps.forms.validation import PATTERNS, chosen, clean, hint_of, unknown
from mentorkorps.interface.languages import Language
from mentorkorps.interface.templates import render

DRAFT_FROM = 6
"""Questions from which on a form may be more than somebody answers in one go."""


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A field as the template shows it: what was posted, what is wrong, what may be chosen.

    `choices` are the places among which the person is asked to choose, `hint` what else an address may have been meant
    to be, `selected` what stands chosen of either.
    """

    field: Field
    posted: tuple[str, ...]
    error: str
    choices: tuple[str, ...]
    hint: Hint | None
    selected: str
    options: tuple[Option, ...]
    condition: str

    @property
    def value(self) -> str:
        typed = self.posted[0] if self.posted else ""
        match self.field.type:
            case "email":
                return readable_address(clean(self.field, typed))
            case "tel" | "place":
                return clean(self.field, typed)
        return typed

    @property
    def choice_name(self) -> str:
        return choice_name(self.field.id)

    @property
    def suggestion(self) -> str:
        return readable_address(self.hint.suggestion) if self.hint else ""

    @property
    def pattern(self) -> str | None:
        return self.field.pattern or PATTERNS.get(self.field.type)

    @property
    def described_by(self) -> str:
        parts = [f"{self.field.id}-hint"] if self.field.hint else []
        return " ".join(parts + ([f"{self.field.id}-error"] if self.error else []))


def form_html(
    form: Form,
    catalogue: Catalogue,
    language: Language,
    *,
    action: str,
    find: str = "",
    posted: Posted | None = None,
    wrong: Sequence[AnswerError] = (),
    keeps_draft: bool = False,
) -> str:
    """The whole <form>, with an error summary where something is wrong, and every answer kept.

    `find` is where its script asks which municipalities a place may mean.
    """
    questions = [
        _question(form, field, catalogue, language, posted or {}, wrong) for field in form.fields
    ]
    folded = [question for question in questions if question.field.more]
    return render(
        "form.html",
        language,
        form=form,
        action=action,
        find=find,
        steps=_steps([question for question in questions if not question.field.more]),
        more=folded,
        is_open=any(question.error or any(question.posted) for question in folded),
        scale=SCALE,
        linked=LINKED,
        keeps_draft=keeps_draft,
        lost=_lost(form, posted or {}),
        once=ONCE if form.is_anonymous else "",
        consents=[
            (consent, _error(consent.id, language, wrong), bool((posted or {}).get(consent.id)))
            for consent in form.consents
        ],
        wrong=[(error.field, error.message.of(language)) for error in wrong],
        municipalities=[municipality.name for municipality in catalogue.municipalities_sorted()],
        trap=TRAP,
        trapped=((posted or {}).get(TRAP) or [""])[0],
    )


def form_page_html(
    form: Form,
    catalogue: Catalogue,
    language: Language,
    *,
    action: str,
    find: str = "",
    posted: Posted | None = None,
    wrong: Sequence[AnswerError] = (),
    notice: str = "",
) -> str:
    """The form with its title and its introduction: all that a form page holds."""
    inner = form_html(
        form,
        catalogue,
        language,
        action=action,
        find=find,
        posted=posted,
        wrong=wrong,
        keeps_draft=len(form.fields) >= DRAFT_FROM,
    )
    return render("form-page.html", language, form=form, inner=inner, notice=notice)


def _question(
    form: Form,
    field: Field,
    catalogue: Catalogue,
    language: Language,
    posted: Posted,
    wrong: Sequence[AnswerError],
) -> QuestionView:
    error = _error(field.id, language, wrong)
    choices = _choices(field, catalogue, posted, wrong)
    choice = (
        chosen(field, posted) if field.type == "email" else "".join(posted.get(field.id, ())[1:2])
    )
    return QuestionView(
        field=field,
        posted=tuple(todays(field, catalogue, text) for text in posted.get(field.id, ())),
        error=error,
        choices=choices,
        hint=hint_of(field, posted),
        selected=_selected(choice, choices, is_open=bool(error) and len(choices) > 1),
        options=options(form, field, catalogue),
        condition=_condition(form, field, catalogue, language),
    )


def _choices(
    field: Field, catalogue: Catalogue, posted: Posted, wrong: Sequence[AnswerError]
) -> tuple[str, ...]:
    """The places that are offered: those that the verdict could not choose among, or that also have this postcode."""
    offered = next((error.choices for error in wrong if error.field == field.id), ())
    if offered or field.type != "place" or not any(posted.get(field.id, ())):
        return offered
    match = catalogue.gazetteer.match(posted[field.id][0])
    return (
        tuple(municipality.name for municipality in match.municipalities)
        if match.main and len(match.municipalities) > 1
        else ()
    )


def _selected(chosen: str, choices: tuple[str, ...], is_open: bool) -> str:
    """The first place is the likeliest, unless nobody can tell."""
    return choices[0] if choices and chosen not in choices and not is_open else chosen


def _error(name: str, language: Language, wrong: Sequence[AnswerError]) -> str:
    return next((error.message.of(language) for error in wrong if error.field == name), "")


def _steps(questions: Sequence[QuestionView]) -> list[tuple[Title | None, list[QuestionView]]]:
    """The questions by the step that they stand in; all in one without a title where the form has no steps."""
    number = 0
    numbers = [number := number + (question.field.step is not None) for question in questions]
    parts = groupby(zip(numbers, questions, strict=True), key=lambda pair: pair[0])
    steps = [[question for _, question in part] for _, part in parts]
    return [(step[0].field.step, step) for step in steps]


def _condition(form: Form, field: Field, catalogue: Catalogue, language: Language) -> str:
    """The answer on which the question depends, in words."""
    if field.shown_if is None:
        return ""
    other = next(other for other in form.fields if other.id == field.shown_if.field)
    labels = {option.value: option.label.of(language) for option in options(form, other, catalogue)}
    return labels.get(field.shown_if.value, other.label.of(language))


def _lost(form: Form, posted: Posted) -> list[tuple[str, str]]:
    """What was typed into fields that the form no longer has."""
    return [(name, text) for name in unknown(form, posted) for text in posted[name] if text.strip()]
