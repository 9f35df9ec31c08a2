"""What only this portal asks of its data, what goes stale with time, and comments that set a finding aside."""

from mentorkorps.catalogue.messages.rule import Message, Rule

RULES = {
    "alike": Rule(
        Message("To poster, der ligner hinanden", "Two records that look the same"),
        Message(
            "“{value}” ligner “{other}” i {file} på linje {line}. Er det den samme?",
            "“{value}” looks like “{other}” in {file} on line {line}. Is it the same?",
        ),
        Message(
            "Navne eller id'er er ens, når store bogstaver, bindestreger og æ, ø, å ikke tælles "
            "med. Er det den samme, "
            "så slet den ene. Ellers tilføj en kommentar: # tillad alike: to forskellige "
            "foreninger",
            "Names or ids are the same apart from capitals, hyphens and æ, ø, å. If it is the "
            "same, delete one. "
            "Otherwise add a comment: # tillad alike: two different associations",
        ),
        "name: {da: SMEDENES KORPS, en: Open programme}",
        "name: {da: Åben indsats, en: Open programme}",
        "programmes",
        severity="warning",
        may_be_allowed=True,
    ),
    "cpr-number": Rule(
        Message("Ligner et CPR-nummer", "Looks like a CPR number"),
        Message(
            "Her står noget, der ligner et CPR-nummer. Det må aldrig stå i offentlige data. Var "
            "det et rigtigt, så "
            "skriv til portalens koordinator; det skal også slettes af historikken.",
            "This looks like a CPR number. It must never stand in public data. If it was a real "
            "one, write to the "
            "portal's coordinator; it has to be erased from the history too.",
        ),
        Message(
            "Seks cifre, der kan være en dato, og fire til. Kan ikke tillades.",
            "Six digits that can be a date, and four more. Cannot be allowed.",
        ),
        "summary: {da: Spørg efter 010190-1234.}",
        "summary: {da: Spørg efter koordinatoren.}",
        "programmes",
    ),
    "private-data": Rule(
        Message("Ligner en privat oplysning", "Looks like a personal detail"),
        Message(
            "Her står noget, der ligner {what_da}. Personlige oplysninger må ikke stå i "
            "offentlige data.",
            "This looks like {what_en}. Personal data must not stand in public data.",
        ),
        Message(
            "Mails og telefonnumre hører til i portalens private indstillinger. Er det en "
            "myndigheds offentlige "
            "nummer, så tilføj en kommentar på linjen over: # tillad private-data: styrelsens "
            "hovednummer",
            "E-mail addresses and phone numbers belong in the portal's private settings. If it is "
            "an authority's "
            "public number, add a comment on the line above: # tillad private-data: the agency's "
            "main number",
        ),
        "summary: {da: Skriv til karen@eksempel.dk.}",
        "summary: {da: Skriv dig op på siden.}",
        "programmes",
        may_be_allowed=True,
    ),
    "nobody-reachable": Rule(
        Message("Ingen at skrive til", "Nobody to write to"),
        Message(
            "Portalen kører ikke på prøve, men “{key}” mangler, så folk kan ikke se, hvem der har "
            "ansvaret, eller hvor de skal skrive.",
            "The portal does not run on trial, but “{key}” lacks, so that people cannot see who is "
            "responsible or where to write.",
        ),
        Message(
            "Skriv controller, address og mailbox i operators.yaml, eller trial: true, så længe "
            "portalen kun er en prøve.",
            "Write controller, address and mailbox in operators.yaml, or trial: true while the "
            "portal is a trial only.",
        ),
        "controller: Foreningen\naddress: Gade 1, 5000 Odense C",
        "controller: Foreningen\naddress: Gade 1, 5000 Odense C\nmailbox: mentor@example.dk",
        severity="warning",
    ),
    "markup": Rule(
        Message("Koder, der vises som tegn", "Codes that are shown as characters"),
        Message(
            "“{value}” vises bogstaveligt: teksterne er ren tekst uden HTML, links og fed skrift. "
            "Skriv det i ord.",
            "“{value}” is shown literally: the texts are plain, without HTML, links or bold. Say "
            "it in words.",
        ),
        Message(
            "Siden sætter selv teksten op. En adresse på nettet hører til i feltet website eller "
            "i sources.yaml; en "
            "tom linje begynder et nyt afsnit.",
            "The site does the typesetting. A web address belongs in the field website or in "
            "sources.yaml; an empty "
            "line begins a new paragraph.",
        ),
        "summary: {da: Kom og <b>vær med</b>., en: Come and join.}",
        "summary: {da: Kom og vær med., en: Come and join.}",
        "programmes",
        severity="warning",
        may_be_allowed=True,
    ),
    "bare-percent": Rule(
        Message("Et procenttal uden definition", "A percentage without a definition"),
        Message(
            "“{value}” står uden definition. Læg tallet i outcomes.yaml, eller skriv det som et "
            "faktum med kilde.",
            "“{value}” stands without a definition. Put the figure in outcomes.yaml, or write it "
            "as a fact with its "
            "source.",
        ),
        Message(
            "En procent siger kun noget, når man ved, hvad der er talt, blandt hvem, og hvem der "
            "har talt. "
            "outcomes.yaml har felter til det hele; et punkt under facts har en kilde.",
            "A percentage tells something only when one knows what was counted, among whom, and "
            "by whom. "
            "outcomes.yaml has fields for all of it; an item under facts has a source.",
        ),
        "summary: {da: 65 % kom i job.}",
        "facts:\n  - {text: {da: 65 % kom i job.}, source: letter}",
        "programmes",
        may_be_allowed=True,
    ),
    "figures": Rule(
        Message("Tal, der ikke passer sammen", "Figures that disagree"),
        Message("Tallene passer ikke sammen: {why_da}.", "The figures disagree: {why_en}."),
        Message(
            "numerator af denominator skal give percent, og de to første skrives begge eller slet "
            "ikke.",
            "numerator of denominator must give percent, and the first two are written both or "
            "not at all.",
        ),
        "percent: 65\nnumerator: 11\ndenominator: 20",
        "percent: 55\nnumerator: 11\ndenominator: 20",
        "outcomes",
    ),
    "begun": Rule(
        Message("Nyt, men allerede begyndt", "New, but already begun"),
        Message(
            "Posten er ny, men den begynder {value}, og den dag er gået. Ret datoen.",
            "The record is new, but it begins on {value}, and that day has passed. Change the "
            "date.",
        ),
        Message(
            "Ingen kan melde sig til noget, der er forbi. Oftest er årstallet glemt, når et "
            "tidligere kursus er "
            "kopieret. Nyt er det, som ikke står i den udgave, der sammenlignes med: den seneste, "
            "Git kender, "
            "eller den, som --since nævner.",
            "Nobody can sign up for what is over. Most often the year was forgotten when an "
            "earlier course was copied. "
            "New is what does not stand in the edition that is compared with: the latest that Git "
            "knows, or the one "
            "that --since names.",
        ),
        '- {date: "2026-03-02", start: "09:00", end: "16:00"}',
        '- {date: "2027-03-02", start: "09:00", end: "16:00"}',
    ),
    "unannounced": Rule(
        Message("En ændring, som kalendere ikke opdager", "A change that calendars do not notice"),
        Message(
            "Siden sidst er ændret: {what_da}. Folks kalendere følger først med, når denne linje "
            "står i posten: {line}",
            "Changed since last time: {what_en}. People's calendars follow only when the record "
            "has this line: {line}",
        ),
        Message(
            "En kalender beholder det, den har, til ændringen har et højere nummer. Nummeret "
            "kommer af det seneste af "
            "confirmed og changed. Skriv linjen lige under confirmed; står changed der allerede, "
            "så ret den.",
            "A calendar keeps what it has until the change has a higher number. The number comes "
            "from the later of "
            "confirmed and changed. Write the line right below confirmed; if changed is there "
            "already, mend it.",
        ),
        'status: cancelled\nconfirmed: "2026-11-01"',
        'status: cancelled\nconfirmed: "2026-11-01"\nchanged: "2026-11-22 14:05"',
    ),
    "in-the-future": Rule(
        Message("Bekræftet i fremtiden", "Confirmed in the future"),
        Message(
            "“{key}” er {value}, men den dag er ikke kommet endnu.",
            "“{key}” is {value}, but that day has not come yet.",
        ),
        Message(
            "confirmed og seen fortæller, hvornår nogen faktisk så efter.",
            "confirmed and seen tell when somebody really looked.",
        ),
        'confirmed: "2062-11-01"',
        'confirmed: "2026-11-01"',
        "programmes",
    ),
    "soon-unconfirmed": Rule(
        Message("Skal snart bekræftes igen", "To be confirmed again soon"),
        Message(
            "Bekræftelsen gælder til {until}. Spørg organisationen, om alt stadig passer.",
            "The confirmation holds until {until}. Ask the organisation whether everything is "
            "still right.",
        ),
        Message(
            "En bekræftelse gælder i 180 dage. Passer alt, så sæt confirmed til dags dato.",
            "A confirmation holds for 180 days. If everything is right, set confirmed to today's "
            "date.",
        ),
        'confirmed: "2026-06-01"',
        'confirmed: "2026-11-20"',
        "programmes",
        severity="notice",
    ),
    "unconfirmed": Rule(
        Message("Ikke bekræftet længere", "No longer confirmed"),
        Message(
            "Programmet er ikke bekræftet siden {confirmed}. Siden tilbyder interesselisten, til "
            "nogen bekræfter det.",
            "The programme has not been confirmed since {confirmed}. Its page offers the interest "
            "list until somebody "
            "does.",
        ),
        Message(
            "Spørg organisationen. Passer alt, så sæt confirmed til dags dato. Ellers ret status "
            "til interest, paused "
            "eller closed. Efter endnu 180 dage bliver det en fejl.",
            "Ask the organisation. If everything is right, set confirmed to today's date. "
            "Otherwise change status to "
            "interest, paused or closed. After 180 more days it becomes an error.",
        ),
        'confirmed: "2026-04-01"',
        'confirmed: "2026-11-20"',
        "programmes",
        severity="warning",
    ),
    "long-unconfirmed": Rule(
        Message("Ikke bekræftet i et år", "Not confirmed for a year"),
        Message(
            "Programmet er ikke bekræftet siden {confirmed}. Bekræft det, eller ret status til "
            "interest, paused eller "
            "closed.",
            "The programme has not been confirmed since {confirmed}. Confirm it, or change status "
            "to interest, paused "
            "or closed.",
        ),
        Message(
            "Ingen har set efter i 360 dage. Så længe bliver intet stående som åbent.",
            "Nobody has looked for 360 days. Nothing stays open for that long.",
        ),
        'confirmed: "2025-10-01"',
        'confirmed: "2026-11-20"',
        "programmes",
    ),
    "unverified": Rule(
        Message("Et regelkort skal ses efter", "A rule card is due for a look"),
        Message(
            "Regelkortet skulle være set efter senest {verify_by}.",
            "The rule card was to be looked at again by {verify_by}.",
        ),
        Message(
            "Læs kilderne igen. Passer reglen, så sæt checked til dags dato og verify_by til "
            "næste gang. Efter "
            "180 dage "
            "bliver det en fejl.",
            "Read the sources again. If the rule is right, set checked to today's date and "
            "verify_by to the next time. "
            "After 180 days it becomes an error.",
        ),
        'verify_by: "2026-10-01"',
        'verify_by: "2027-10-01"',
        "rules",
        severity="warning",
    ),
    "long-unverified": Rule(
        Message(
            "Et regelkort, ingen har set efter længe",
            "A rule card that nobody has looked at for long",
        ),
        Message(
            "Regelkortet skulle være set efter senest {verify_by}. Læs kilderne igen, eller slet "
            "det.",
            "The rule card was to be looked at again by {verify_by}. Read the sources again, or "
            "delete it.",
        ),
        Message(
            "Det er over 180 dage siden. En forældet regel er værre end ingen.",
            "That is more than 180 days ago. A rule out of date is worse than none.",
        ),
        'verify_by: "2026-01-01"',
        'verify_by: "2027-10-01"',
        "rules",
    ),
    "only-danish": Rule(
        Message("Kun på dansk", "In Danish only"),
        Message(
            "Den engelske side viser dansk, mærket “Only in Danish”, for: {fields}.",
            "The English page shows Danish, marked “Only in Danish”, for: {fields}.",
        ),
        Message(
            "Tilføj en linje med en: under da:. Det haster ikke, men mange mentorer læser engelsk.",
            "Add a line with en: below da:. There is no hurry, but many mentors read English.",
        ),
        "summary: {da: Kom og vær med.}",
        "summary: {da: Kom og vær med., en: Come and join.}",
        "programmes",
        severity="notice",
    ),
    "read-differently": Rule(
        Message("Andre programmer læser noget andet", "Other programs read something else"),
        Message(
            "Uden anførselstegn læser andre programmer en anden værdi, fx et tal eller en dato. "
            "Skriv: {values}.",
            "Without quotes other programs read another value, such as a number or a date. Write: "
            "{values}.",
        ),
        Message(
            "Siden viser det, der står. Men filerne er åbne data, og YAML har to udgaver: i den "
            "ene er 0461 tallet "
            "305, 9:00 er 540, og no er falsk. Anførselstegn om koder, datoer og klokkeslæt gør "
            "dem ens for alle.",
            "The site shows what stands here. But the files are open data, and there are two "
            "editions of YAML: in one "
            "of them 0461 is the number 305, 9:00 is 540, and no is false. Quotes make codes, "
            "dates and times the same "
            "for everybody.",
        ),
        "deadline: 2027-02-16",
        'deadline: "2027-02-16"',
        "courses",
        severity="notice",
    ),
    "day-off": Rule(
        Message("En dag, hvor de fleste har fri", "A day on which most people are off"),
        Message(
            "{value} er {day_da}. Er det med vilje?",
            "{value} is {day_en}. Is that meant?",
        ),
        Message(
            "Mange har andre planer på en helligdag, og lokaler kan være lukkede. Er det med "
            "vilje, så lad det stå. "
            "Store bededag er ikke en helligdag længere.",
            "Many have other plans on a public holiday, and rooms may be closed. If it is meant, "
            "let it stand. Great "
            "Prayer Day is no public holiday any more.",
        ),
        'days:\n  - {date: "2027-03-28", start: "09:00", end: "16:00"}',
        'days:\n  - {date: "2027-03-30", start: "09:00", end: "16:00"}',
        "courses",
        severity="notice",
    ),
    "at-night": Rule(
        Message("Midt om natten", "In the middle of the night"),
        Message(
            "Klokken {value} er midt om natten. Er det med vilje?",
            "{value} is in the night. Is that meant?",
        ),
        Message(
            "Klokkeslæt har 24 timer: klokken tre om eftermiddagen er 15:00.",
            "Times have 24 hours: three in the afternoon is 15:00.",
        ),
        'days:\n  - {date: "2027-03-02", start: "03:00", end: "16:00"}',
        'days:\n  - {date: "2027-03-02", start: "15:00", end: "16:00"}',
        "courses",
        severity="notice",
    ),
    "change-of-clocks": Rule(
        Message("Den nat, uret stilles", "The night the clocks change"),
        Message("Klokken {value} {why_da}.", "{value} {why_en}."),
        Message(
            "Sidste søndag i marts findes tiden fra 02:00 til 03:00 ikke, og sidste søndag i "
            "oktober er den der to "
            "gange. Kalendere viser den forskelligt.",
            "On the last Sunday of March the hour from 02:00 to 03:00 does not exist, and on the "
            "last Sunday of "
            "October it comes twice. Calendars show it differently.",
        ),
        'days:\n  - {date: "2026-03-29", start: "02:30", end: "06:00"}',
        'days:\n  - {date: "2026-03-29", start: "20:30", end: "23:00"}',
        severity="notice",
    ),
    "example": Rule(
        Message("Et eksempel", "An example"),
        Message(
            "Posten er et eksempel og vises med et mærke på siden.",
            "The record is an example and is marked as one on its page.",
        ),
        Message(
            "Slet linjen example: true, når oplysningerne er rigtige.",
            "Delete the line example: true once the facts are real.",
        ),
        "example: true",
        "example: false",
        "programmes",
        severity="notice",
    ),
    "bad-allowance": Rule(
        Message("En tilladelse, der ikke gælder", "An allowance that does not hold"),
        Message(
            "“{rule}” kan ikke tillades med en kommentar. {why_da}",
            "“{rule}” cannot be allowed by a comment. {why_en}",
        ),
        Message(
            "Kun enkelte regler kan fraviges, og kun med en grund: # tillad private-data: "
            "styrelsens hovednummer",
            "Only a few rules can be set aside, and only with a reason: # tillad private-data: "
            "the agency's "
            "main number",
        ),
        "# tillad private-data:\nseats: 18",
        "seats: 18",
        "courses",
    ),
    "unused-allowance": Rule(
        Message("En tilladelse, ingen bruger", "An allowance that nobody uses"),
        Message(
            "Her er ikke længere noget at tillade for “{rule}”. Slet kommentaren.",
            "There is nothing to allow for “{rule}” here any more. Delete the comment.",
        ),
        Message("Kommentaren er blevet til overs.", "The comment is left over."),
        "# tillad private-data: det var et eksempel\nseats: 18",
        "seats: 18",
        "courses",
        severity="warning",
    ),
}
