"""The course: its modules, papers and cards, and the days on which it is held."""

from mentorkorps.catalogue.messages.rule import Message, Rule

RULES = {
    "training-text": Rule(
        Message(
            "Et modul, papir eller kort kan ikke læses", "A module, paper or card cannot be read"
        ),
        Message("Her kan teksten ikke læses: {why_da}.", "The text cannot be read here: {why_en}."),
        Message(
            "Hver aktivitet har sin overskrift: ## Titel {#id}. Blokke til undervisere skrives "
            "!!! trainer "
            "eller !!! key med teksten rykket fire mellemrum ind, ellers ser deltagerne den.",
            "Each activity has its heading: ## Title {#id}. Blocks for trainers are written !!! "
            "trainer "
            "or !!! key with the text indented by four spaces, or participants see it.",
        ),
        "## Oplæg",
        "## Oplæg {#oplaeg}",
    ),
    "training-minutes": Rule(
        Message("Minutterne passer ikke", "The minutes do not add up"),
        Message(
            "Aktiviteterne giver {total} minutter tilsammen, men modulet siger {minutes}.",
            "The activities make {total} minutes together, but the module says {minutes}.",
        ),
        Message(
            "Et moduls minutter er summen af aktiviteternes. Klokkeslættene på planen regnes ud "
            "af dem.",
            "A module's minutes are the sum of its activities. The clock times of the plan are "
            "computed from them.",
        ),
        "minutes: 65",
        "minutes: 60",
    ),
    "training-plan": Rule(
        Message("Dagen går ikke op", "The day does not fit"),
        Message(
            "Planen går ikke op ({day_da}): {minutes} minutter i forhold til kl. {due}. Det "
            "skyldes {blamed}.",
            "The plan does not fit ({day_en}): {minutes} minutes against {due}. It is caused by "
            "{blamed}.",
        ),
        Message(
            "Et plus er for meget, et minus er et hul. Ret modulets minutter, eller ret planen i "
            "timetable.yaml.",
            "A plus is too much, a minus is a gap. Change the module's minutes, or the plan in "
            "timetable.yaml.",
        ),
        "minutes: 70",
        "minutes: 65",
    ),
    "course-plan": Rule(
        Message("Kurset passer ikke til planen", "The course does not match the plan"),
        Message("Kurset “{course}”: {why_da}.", "The course “{course}”: {why_en}."),
        Message(
            "Planerne og deres dage står i training/timetable.yaml. Ret `variant`, `days` eller "
            "`pauses` i kurset.",
            "The plans and their days stand in training/timetable.yaml. Change `variant`, `days` "
            "or `pauses`.",
        ),
        "variant: aften",
        "variant: online",
    ),
    "course-over-run": Rule(
        Message("Kursusdagen er for kort", "The course day is too short"),
        Message(
            "Kurset “{course}”, dag {number} ({date}): {minutes} minutter {what_da}. Det skyldes "
            "{blamed}.",
            "The course “{course}”, day {number} ({date}): {minutes} minutes {what_en}. It is "
            "caused by {blamed}.",
        ),
        Message(
            "Begynd før, slut senere, ret pauserne i kurset, eller vælg en kortere `variant`.",
            "Begin earlier, end later, change the course's pauses, or choose a shorter `variant`.",
        ),
        '{date: "2027-03-02", start: "09:30", end: "16:00"}',
        '{date: "2027-03-02", start: "09:00", end: "16:00"}',
    ),
    "course-gap": Rule(
        Message("Der er et hul i kursusdagen", "There is a gap in the course day"),
        Message(
            "Kurset “{course}”, dag {number} ({date}): {minutes} minutter {what_da}. Sidst før "
            "det er {blamed}.",
            "The course “{course}”, day {number} ({date}): {minutes} minutes {what_en}. The last "
            "before is {blamed}.",
        ),
        Message(
            "Slut dagen, når det sidste modul slutter, eller giv en pause mere tid med `pauses`.",
            "End the day when the last module ends, or give a pause more time with `pauses`.",
        ),
        '{date: "2027-03-02", start: "08:30", end: "16:00"}',
        '{date: "2027-03-02", start: "08:30", end: "15:30"}',
        severity="warning",
    ),
    "training-key": Rule(
        Message("En øvelse uden nøgle", "An exercise without a key"),
        Message("Øvelsen “{value}” har ingen nøgle.", "The exercise “{value}” has no key."),
        Message(
            'Skriv en blok !!! key "Nøgle" under øvelsen: det, en underviser skal kunne svare.',
            'Write a block !!! key "Key" under the exercise: what a trainer must be able '
            "to answer.",
        ),
        "## Kortsortering {#kortsortering}",
        '!!! key "Nøgle"',
    ),
    "training-unwritten": Rule(
        Message("Henviser til noget, der ikke er skrevet", "Refers to something not written yet"),
        Message("“{value}” findes ikke i {where}.", "“{value}” is not found in {where}."),
        Message(
            "Skriv modulet, papiret eller kortsættet, eller ret henvisningen. Siden viser navnet "
            "uden link så længe.",
            "Write the module, paper or card set, or change the reference. Meanwhile the page "
            "shows it without a link.",
        ),
        "papers: [h22]",
        "papers: [h2]",
        severity="warning",
    ),
    "training-translation": Rule(
        Message("Den engelske udgave er ikke fulgt med", "The English edition has not followed"),
        Message("Den engelske udgave: {why_da}.", "The English edition: {why_en}."),
        Message(
            "Siden viser den danske tekst eller et mærke, til den engelske følger med (follows og "
            "danish).",
            "The page shows the Danish text or a mark until the English one follows the Danish "
            "(follows and danish).",
        ),
        'danish: "4f1c09aa"',
        'danish: "b27e5d10"',
        severity="notice",
    ),
}
