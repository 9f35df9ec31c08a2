"""Every rule about the data files: its code, how grave it is, what an editor is told, and an example of each side.

The checks, the help page on the site and the tests all read this one table.
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "notice"]
"""An error stops a change. A warning will become one, or deserves a second look. A notice is for information."""


@dataclass(frozen=True, slots=True)
class Message:
    da: str
    en: str

    def of(self, language: Literal["da", "en"]) -> str:
        return self.en if language == "en" else self.da


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong.

    `told` is the sentence at the place itself, with values put in. `wrong` and `right` are fields of a record of
    `table`; without a table they are names of files, or a file as a whole. `may_be_allowed` says whether a comment
    with a reason can let it pass.
    """

    title: Message
    told: Message
    help: Message
    wrong: str
    right: str
    table: str = ""
    severity: Severity = "error"
    may_be_allowed: bool = False


RULES: dict[str, Rule] = {
    "unreadable": Rule(
        Message("Filen kan ikke læses", "The file cannot be read"),
        Message("Filen kan ikke læses: {why_da}.", "The file cannot be read: {why_en}."),
        Message(
            "Filen mangler, er for stor eller er ikke gemt som UTF-8. GitHub og VS Code gemmer altid som UTF-8. "
            "En stor fil kan deles i en mappe med samme navn, fx data/programmes/lederne.yaml.",
            "The file is missing, too large or not saved as UTF-8. GitHub and VS Code always save as UTF-8. "
            "A large file can be split into a folder of the same name, such as data/programmes/lederne.yaml.",
        ),
        "organisations.yaml (Windows-1252)",
        "organisations.yaml (UTF-8)",
    ),
    "file-ending": Rule(
        Message("Filen hedder .yml", "The file is called .yml"),
        Message(
            "Filen bliver ikke læst, for den ender på “.yml”. Omdøb den til “{name}”.",
            "The file is not read, because it ends in “.yml”. Rename it to “{name}”.",
        ),
        Message("Alle datafiler ender på .yaml.", "All data files end in .yaml."),
        "data/programmes.yml",
        "data/programmes.yaml",
    ),
    "unknown-table": Rule(
        Message("Filen hører ikke til en tabel", "The file belongs to no table"),
        Message(
            "Der er ingen tabel, der hedder “{table}”. Navnet på filen skal passe til en tabel.",
            "There is no table called “{table}”. The name of the file must match a table.",
        ),
        Message(
            "Filer og mapper i data hedder som tabellerne, på engelsk: programmes, organisations, courses …",
            "Files and folders in data have the names of the tables: programmes, organisations, courses …",
        ),
        "data/programs.yaml",
        "data/programmes.yaml",
    ),
    "syntax": Rule(
        Message("Filen følger ikke YAML's regler", "The file does not follow the rules of YAML"),
        Message(
            "Her kan filen ikke læses som YAML: {why_da}.",
            "The file cannot be read as YAML here: {why_en}.",
        ),
        Message(
            "Oftest er det et kolon midt i en tekst, et anførselstegn for lidt eller en linje, der er rykket forkert. "
            "Sæt teksten i anførselstegn, eller skriv den under >- på sin egen linje.",
            "Most often it is a colon within a text, a missing quote or a line that is indented wrongly. "
            "Put the text in quotes, or write it under >- on a line of its own.",
        ),
        "name: {da: Mentor: kom med, en: Mentor}",
        'name: {da: "Mentor: kom med", en: Mentor}',
        "organisations",
    ),
    "merge-conflict": Rule(
        Message("To udgaver af de samme linjer", "Two versions of the same lines"),
        Message(
            "To har ændret de samme linjer, og Git har ladet begge udgaver stå. Behold den rigtige, og slet linjerne "
            "med <<<<<<<, ======= og >>>>>>>.",
            "Two people changed the same lines, and Git left both versions. Keep the right one, and delete the lines "
            "with <<<<<<<, ======= and >>>>>>>.",
        ),
        Message(
            "Mellem <<<<<<< og ======= står den ene udgave, mellem ======= og >>>>>>> den anden. GitHub kan vise dem "
            "side om side under “Resolve conflicts”.",
            "Between <<<<<<< and ======= stands one version, between ======= and >>>>>>> the other. GitHub can show "
            "them side by side under “Resolve conflicts”.",
        ),
        "<<<<<<< main\n  seats: 18\n=======\n  seats: 20\n>>>>>>> odense",
        "  seats: 20",
    ),
    "garbled": Rule(
        Message("Bogstaver, der er gået i stykker", "Letters that are broken"),
        Message(
            "Her er bogstaver gået i stykker: filen er gemt med en forkert tegnkodning, så fx æ er blevet til Ã¦. Hent "
            "den forrige udgave frem, og gem som UTF-8.",
            "Letters are broken here: the file was saved with a wrong encoding, so that for example æ became Ã¦. Bring "
            "the version before back, and save as UTF-8.",
        ),
        Message(
            "Det sker, når et program læser UTF-8 som noget andet og gemmer igen. GitHub og VS Code gør det ikke.",
            "It happens when a program reads UTF-8 as something else and saves it again. GitHub and VS Code do not.",
        ),
        "name: {da: SmÃ¸rrebrÃ¸d, en: Open sandwiches}",
        "name: {da: Smørrebrød, en: Open sandwiches}",
        "organisations",
    ),
    "cut-off": Rule(
        Message("En tekst, der bliver skåret af", "A text that is cut off"),
        Message(
            "“{value}” vises ikke: efter et mellemrum og # er resten af linjen en kommentar. Sæt hele teksten i "
            "anførselstegn; er det en kommentar, så skriv et mellemrum efter #.",
            "“{value}” is not shown: after a space and # the rest of the line is a comment. Put the whole text in "
            "quotes; if it is a comment, write a space after the #.",
        ),
        Message(
            "# begynder en kommentar, som kun den ser, der retter filen.",
            "# begins a comment, which only those who edit the file see.",
        ),
        "name: {da: Lokale #4, en: Room}",
        'name: {da: "Lokale #4", en: Room}',
        "organisations",
    ),
    "not-allowed": Rule(
        Message("Noget, der kan skjule en værdi", "Something that can hide a value"),
        Message(
            "{what_da} må ikke bruges i datafilerne. {do_da}",
            "{what_en} may not be used in the data files. {do_en}",
        ),
        Message(
            "YAML kan henvise til en værdi et andet sted, skifte dens type eller gemme usynlige tegn. Det kan den, der "
            "læser ændringen, ikke se, så det er ikke tilladt. En tekst, der begynder med & eller *, skal i "
            "anførselstegn.",
            "YAML can refer to a value elsewhere, change its type or hold invisible characters. Whoever reviews the "
            "change cannot see that, so it is not allowed. A text that begins with & or * needs quotes.",
        ),
        "about: {da: &tekst Driver siden., en: *tekst}",
        "about: {da: Driver siden., en: Runs the site.}",
        "organisations",
    ),
    "duplicate-key": Rule(
        Message("Samme felt to gange", "The same field twice"),
        Message(
            "Feltet “{key}” står her to gange, første gang på linje {line}. Slet det ene, eller begynd en ny post "
            "med “- ”.",
            "The field “{key}” stands here twice, first on line {line}. Delete one, or begin a new record with “- ”.",
        ),
        Message(
            "En post kan kun have hvert felt én gang. Mangler bindestregen foran id, hænger to poster sammen.",
            "A record can have each field once only. If the hyphen before id is missing, two records hang together.",
        ),
        "seats: 18\nseats: 20",
        "seats: 20",
        "courses",
    ),
    "not-a-list": Rule(
        Message("Filen er ikke en liste", "The file is not a list"),
        Message(
            "Her skal der stå en liste, hvor hvert punkt begynder med “- ”.",
            "A list is expected here, each item beginning with “- ”.",
        ),
        Message(
            "En datafil er en liste af poster. Den første linje i hver post begynder med en bindestreg og et "
            "mellemrum.",
            "A data file is a list of records. The first line of each record begins with a hyphen and a space.",
        ),
        "id: mit-korps\nname: {da: Mit korps, en: My corps}",
        "- id: mit-korps\n  name: {da: Mit korps, en: My corps}",
    ),
    "not-a-record": Rule(
        Message("Et punkt uden felter", "An item without fields"),
        Message(
            "Her skal der stå felter med navn og værdi, fx “id: mit-program”.",
            "Fields with name and value are expected here, for example “id: my-programme”.",
        ),
        Message("Hver post er en række felter.", "Each record is a number of fields."),
        "- mit-korps",
        "- id: mit-korps\n  name: {da: Mit korps, en: My corps}",
    ),
    "unknown-key": Rule(
        Message("Ukendt felt", "Unknown field"),
        Message("Feltet “{key}” findes ikke i {table}.", "There is no field “{key}” in {table}."),
        Message(
            "Navnet på feltet er stavet forkert, eller linjen er rykket for langt ind eller ud. "
            "Felternes navne er på engelsk; de står i redaktørvejledningen.",
            "The name of the field is misspelt, or the line is indented too far or too little. "
            "The editors' guide lists all fields.",
        ),
        "staus: interest",
        "status: interest",
        "programmes",
    ),
    "wrong-level": Rule(
        Message("Et felt i en forkert kolonne", "A field in a wrong column"),
        Message(
            "“{key}” hører til {right}, men står i {here}. Ryk linjen, så den står lige under de andre felter i "
            "{right}.",
            "“{key}” belongs to {right}, but stands in {here}. Move the line right below the other fields of {right}.",
        ),
        Message(
            "Mellemrummene forrest på linjen afgør, hvad et felt hører til. Felter, der hører sammen, begynder i samme "
            "kolonne.",
            "The spaces at the beginning of a line decide what a field belongs to. Fields of one thing begin in the "
            "same column.",
        ),
        'venue:\n  name: {da: Salen, en: The hall}\n  address: Gaden 1\n  municipality: "0461"\n'
        "access: {da: Elevator., en: Lift.}",
        'venue:\n  name: {da: Salen, en: The hall}\n  address: Gaden 1\n  municipality: "0461"\n'
        "  access: {da: Elevator., en: Lift.}",
        "courses",
    ),
    "twice": Rule(
        Message("Det samme to gange i en liste", "The same twice in a list"),
        Message("“{value}” står to gange i “{key}”. Slet det ene.", "“{value}” stands twice in “{key}”. Delete one."),
        Message("Siden ville vise det to gange.", "The page would show it twice."),
        'municipalities: ["0461", "0461"]',
        'municipalities: ["0461"]',
        "programmes",
    ),
    "missing": Rule(
        Message("Et felt mangler", "A field is missing"),
        Message("Feltet “{key}” mangler.", "The field “{key}” is missing."),
        Message(
            "Siden kan ikke vises uden. Redaktørvejledningen siger, hvilke felter der skal være der.",
            "The page cannot be shown without it. The editors' guide tells which fields are needed.",
        ),
        "answers: {working_days: 5}",
        "answers: {function: {da: Koordinator, en: Coordinator}, working_days: 5}",
        "programmes",
    ),
    "empty": Rule(
        Message("Et felt er tomt", "A field is empty"),
        Message(
            "Feltet “{key}” er tomt. Skriv en værdi, eller slet linjen, hvis feltet er frivilligt.",
            "The field “{key}” is empty. Write a value, or delete the line if the field is optional.",
        ),
        Message(
            "Ved I det ikke, så slet linjen. Så skriver siden selv “Ikke oplyst i kilden”.",
            "If you do not know, delete the line. The page then says itself that the source does not tell.",
        ),
        "insurance:",
        "insurance: {da: Du er forsikret., en: You are insured.}",
        "programmes",
    ),
    "wrong-type": Rule(
        Message("En forkert slags værdi", "A wrong kind of value"),
        Message(
            "“{key}” skal være {expected_da}, ikke “{value}”.",
            "“{key}” must be {expected_en}, not “{value}”.",
        ),
        Message(
            "Datoer skrives 2027-03-02, klokkeslæt 09:00, tal med cifre og ja/nej som true og false.",
            "Dates are written 2027-03-02, times 09:00, numbers in digits, and yes and no as true and false.",
        ),
        "deadline: 16-02-2027",
        'deadline: "2027-02-16"',
        "courses",
    ),
    "not-an-option": Rule(
        Message("Ikke en af mulighederne", "Not one of the options"),
        Message(
            "“{value}” er ikke en mulighed for “{key}”. Vælg mellem: {options}.",
            "“{value}” is not an option for “{key}”. Choose one of: {options}.",
        ),
        Message("Feltet har faste værdier. Vælg en af dem.", "The field has fixed values. Choose one of them."),
        "status: opened",
        "status: open",
        "programmes",
    ),
    "missing-translation": Rule(
        Message("En titel mangler på det ene sprog", "A title lacks one language"),
        Message("“{key}” mangler på {language_da}.", "“{key}” is missing in {language_en}."),
        Message(
            "Navne, titler og korte ord skal stå på begge sprog. Lange tekster kan nøjes med dansk.",
            "Names, titles and short words are needed in both languages. Long texts may be in Danish only.",
        ),
        "name: {da: Åben indsats}",
        "name: {da: Åben indsats, en: Open programme}",
        "programmes",
    ),
    "unknown-reference": Rule(
        Message("Henviser til noget, der ikke findes", "Refers to something that does not exist"),
        Message("“{value}” findes ikke i {table}.", "“{value}” is not found in {table}."),
        Message(
            "Feltet skal rumme en anden posts id, fx en organisations. Kommuner skrives med deres fire cifre i "
            "anførselstegn. Mangler posten, så tilføj den i dens egen fil.",
            "The field holds the id of another record, such as an organisation. Municipalities are written as their "
            "four digits in quotes. If the record is missing, add it in its own file.",
        ),
        "municipalities: [Odense]",
        'municipalities: ["0461"]',
        "programmes",
    ),
    "missing-picture": Rule(
        Message("Billedet findes ikke", "The picture does not exist"),
        Message(
            "“{value}” er ikke et billede i docs/theme/assets/pictures.",
            "“{value}” is no picture in docs/theme/assets/pictures.",
        ),
        Message(
            "Læg filen (jpg, png eller webp) i mappen docs/theme/assets/pictures, eller ret navnet, så det er filens "
            "navn bogstav for bogstav.",
            "Put the file (jpg, png or webp) in the folder docs/theme/assets/pictures, or mend the name, so that it is "
            "the file's name letter by letter.",
        ),
        "picture: {file: sall.jpg, alt: {da: Salen, en: The hall}}",
        "picture: {file: sal.jpg, alt: {da: Salen, en: The hall}}",
    ),
    "missing-page": Rule(
        Message("Et link til en side, der ikke findes", "A link to a page that does not exist"),
        Message("“{value}” findes ikke på siden.", "“{value}” does not exist on the site."),
        Message(
            "Et link i docs fører til en fil ved siden af (privatliv.md), til en lavet side (kurser/index.md, "
            "tilmelding/mentor/index.md) eller til et billede (assets/…).",
            "A link in docs leads to a file beside it (privacy.md), to a generated page (courses/index.md, "
            "sign-up/mentor/index.md) or to a picture (assets/…).",
        ),
        "[skriv dig op](tilmelding/mentr/index.md)",
        "[skriv dig op](tilmelding/mentor/index.md)",
    ),
    "duplicate-id": Rule(
        Message("To poster med samme id", "Two records with the same id"),
        Message(
            "Der er allerede en post med “{key}: {value}” i {file} på linje {line}.",
            "There is already a record with “{key}: {value}” in {file} on line {line}.",
        ),
        Message(
            "Id'et er postens adresse på siden. Giv den ene et andet id, eller slet den.",
            "The id is the record's address on the site. Give one of them another id, or delete it.",
        ),
        "id: smedenes-korps",
        "id: aaben",
        "programmes",
    ),
    "alike": Rule(
        Message("To poster, der ligner hinanden", "Two records that look the same"),
        Message(
            "“{value}” ligner “{other}” i {file} på linje {line}. Er det den samme?",
            "“{value}” looks like “{other}” in {file} on line {line}. Is it the same?",
        ),
        Message(
            "Navne eller id'er er ens, når store bogstaver, bindestreger og æ, ø, å ikke tælles med. Er det den samme, "
            "så slet den ene. Ellers tilføj en kommentar: # tillad alike: to forskellige foreninger",
            "Names or ids are the same apart from capitals, hyphens and æ, ø, å. If it is the same, delete one. "
            "Otherwise add a comment: # tillad alike: two different associations",
        ),
        "name: {da: SMEDENES KORPS, en: Open programme}",
        "name: {da: Åben indsats, en: Open programme}",
        "programmes",
        severity="warning",
        may_be_allowed=True,
    ),
    "constraint": Rule(
        Message("Uden for grænsen", "Outside the limit"),
        Message(
            "“{value}” kan ikke stå i “{key}”: {limit_da}.",
            "“{value}” cannot stand in “{key}”: {limit_en}.",
        ),
        Message(
            "Feltet har en længde, en mindste- eller størsteværdi eller en fast form.",
            "The field has a length, a least or greatest value or a fixed form.",
        ),
        "seats: 900",
        "seats: 90",
        "courses",
    ),
    "cpr-number": Rule(
        Message("Ligner et CPR-nummer", "Looks like a CPR number"),
        Message(
            "Her står noget, der ligner et CPR-nummer. Det må aldrig stå i offentlige data. Var det et rigtigt, så "
            "skriv til portalens koordinator; det skal også slettes af historikken.",
            "This looks like a CPR number. It must never stand in public data. If it was a real one, write to the "
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
            "Her står noget, der ligner {what_da}. Personlige oplysninger må ikke stå i offentlige data.",
            "This looks like {what_en}. Personal data must not stand in public data.",
        ),
        Message(
            "Mails og telefonnumre hører til i portalens private indstillinger. Er det en myndigheds offentlige "
            "nummer, så tilføj en kommentar på linjen over: # tillad private-data: styrelsens hovednummer",
            "E-mail addresses and phone numbers belong in the portal's private settings. If it is an authority's "
            "public number, add a comment on the line above: # tillad private-data: the agency's main number",
        ),
        "summary: {da: Skriv til karen@eksempel.dk.}",
        "summary: {da: Skriv dig op på siden.}",
        "programmes",
        may_be_allowed=True,
    ),
    "markup": Rule(
        Message("Koder, der vises som tegn", "Codes that are shown as characters"),
        Message(
            "“{value}” vises bogstaveligt: teksterne er ren tekst uden HTML, links og fed skrift. Skriv det i ord.",
            "“{value}” is shown literally: the texts are plain, without HTML, links or bold. Say it in words.",
        ),
        Message(
            "Siden sætter selv teksten op. En adresse på nettet hører til i feltet website eller i sources.yaml; en "
            "tom linje begynder et nyt afsnit.",
            "The site does the typesetting. A web address belongs in the field website or in sources.yaml; an empty "
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
            "“{value}” står uden definition. Læg tallet i outcomes.yaml, eller skriv det som et faktum med kilde.",
            "“{value}” stands without a definition. Put the figure in outcomes.yaml, or write it as a fact with its "
            "source.",
        ),
        Message(
            "En procent siger kun noget, når man ved, hvad der er talt, blandt hvem, og hvem der har talt. "
            "outcomes.yaml har felter til det hele; et punkt under facts har en kilde.",
            "A percentage tells something only when one knows what was counted, among whom, and by whom. "
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
            "numerator af denominator skal give percent, og de to første skrives begge eller slet ikke.",
            "numerator of denominator must give percent, and the first two are written both or not at all.",
        ),
        "percent: 65\nnumerator: 11\ndenominator: 20",
        "percent: 55\nnumerator: 11\ndenominator: 20",
        "outcomes",
    ),
    "order-of-dates": Rule(
        Message("Datoer i forkert rækkefølge", "Dates in the wrong order"),
        Message(
            "“{later}” ({later_value}) skal ligge efter “{earlier}” ({earlier_value}).",
            "“{later}” ({later_value}) must come after “{earlier}” ({earlier_value}).",
        ),
        Message(
            "Fristen ligger før første dag, anden dag efter første, og en dag slutter, efter at den er begyndt.",
            "The deadline is before the first day, the second day after the first, and a day ends after its start.",
        ),
        'deadline: "2027-04-01"',
        'deadline: "2027-02-16"',
        "courses",
    ),
    "begun": Rule(
        Message("Nyt, men allerede begyndt", "New, but already begun"),
        Message(
            "Posten er ny, men den begynder {value}, og den dag er gået. Ret datoen.",
            "The record is new, but it begins on {value}, and that day has passed. Change the date.",
        ),
        Message(
            "Ingen kan melde sig til noget, der er forbi. Oftest er årstallet glemt, når et tidligere kursus er "
            "kopieret. Nyt er det, som ikke står i den udgave, der sammenlignes med: den seneste, Git kender, "
            "eller den, som --since nævner.",
            "Nobody can sign up for what is over. Most often the year was forgotten when an earlier course was copied. "
            "New is what does not stand in the edition that is compared with: the latest that Git knows, or the one "
            "that --since names.",
        ),
        '- {date: "2026-03-02", start: "09:00", end: "16:00"}',
        '- {date: "2027-03-02", start: "09:00", end: "16:00"}',
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
    "open-needs": Rule(
        Message("Åbent program uden det, man lover", "An open programme without what it promises"),
        Message(
            "Et program, der er åbent for tilmelding, skal have “{key}”.",
            "A programme that is open for sign-up must have “{key}”.",
        ),
        Message(
            "Den, der skriver sig op, skal vide, hvad der ventes, og hvem der svarer. Mangler noget, så sæt status til "
            "interest.",
            "Whoever signs up must know what is expected and who answers. If something lacks, set status to interest.",
        ),
        "status: open",
        "status: interest",
        "programmes",
    ),
    "form": Rule(
        Message("Formularen hænger ikke sammen", "The form does not hold together"),
        Message("Formularen kan ikke bruges: {why_da}.", "The form cannot be used: {why_en}."),
        Message(
            "Et spørgsmål har svarmuligheder (options eller options_from), netop når dets type er choice eller "
            "choices, og hvert spørgsmål har sit eget id.",
            "A question has options (options or options_from) exactly if its type is choice or choices, and each "
            "question has an id of its own.",
        ),
        "fields:\n  - {id: branche, type: choice, required: true, label: {da: Branche, en: Industry}}",
        "fields:\n  - {id: branche, type: choice, required: true, options_from: industries, "
        "label: {da: Branche, en: Industry}}",
        "forms",
    ),
    "pattern": Rule(
        Message("Et mønster, der ikke kan bruges", "A pattern that cannot be used"),
        Message("Mønsteret “{value}” kan ikke bruges: {why_da}.", "The pattern “{value}” cannot be used: {why_en}."),
        Message(
            "Browseren og serveren skal forstå mønsteret ens og hurtigt. Skriv tegn og sæt efter hinanden, hvert med "
            "et antal: [0-9]{8} er otte cifre, [A-Z]{2}-[0-9]{4} er to bogstaver, en bindestreg og fire cifre. Tegn "
            "som . + ( ) skrives med \\ foran. Et sæt med +, * eller {2,4} må ikke dele tegn med det, der følger.",
            "Browser and server must understand the pattern alike and fast. Write characters and sets one after the "
            "other, each with a count: [0-9]{8} is eight digits, [A-Z]{2}-[0-9]{4} is two letters, a hyphen and four "
            "digits. Characters such as . + ( ) need a \\ before them. A set with +, * or {2,4} may not share "
            "characters with what follows.",
        ),
        'fields:\n  - {id: kode, type: text, required: false, pattern: "([a-z]+)+", label: {da: Kode, en: Code}}',
        'fields:\n  - {id: kode, type: text, required: false, pattern: "[a-z]+", label: {da: Kode, en: Code}}',
        "forms",
    ),
    "soon-unconfirmed": Rule(
        Message("Skal snart bekræftes igen", "To be confirmed again soon"),
        Message(
            "Bekræftelsen gælder til {until}. Spørg organisationen, om alt stadig passer.",
            "The confirmation holds until {until}. Ask the organisation whether everything is still right.",
        ),
        Message(
            "En bekræftelse gælder i 180 dage. Passer alt, så sæt confirmed til dags dato.",
            "A confirmation holds for 180 days. If everything is right, set confirmed to today's date.",
        ),
        'confirmed: "2026-06-01"',
        'confirmed: "2026-11-20"',
        "programmes",
        severity="notice",
    ),
    "unconfirmed": Rule(
        Message("Ikke bekræftet længere", "No longer confirmed"),
        Message(
            "Programmet er ikke bekræftet siden {confirmed}. Siden tilbyder interesselisten, til nogen bekræfter det.",
            "The programme has not been confirmed since {confirmed}. Its page offers the interest list until somebody "
            "does.",
        ),
        Message(
            "Spørg organisationen. Passer alt, så sæt confirmed til dags dato. Ellers ret status til interest, paused "
            "eller closed. Efter endnu 180 dage bliver det en fejl.",
            "Ask the organisation. If everything is right, set confirmed to today's date. Otherwise change status to "
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
            "Programmet er ikke bekræftet siden {confirmed}. Bekræft det, eller ret status til interest, paused eller "
            "closed.",
            "The programme has not been confirmed since {confirmed}. Confirm it, or change status to interest, paused "
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
            "Læs kilderne igen. Passer reglen, så sæt checked til dags dato og verify_by til næste gang. Efter "
            "180 dage "
            "bliver det en fejl.",
            "Read the sources again. If the rule is right, set checked to today's date and verify_by to the next time. "
            "After 180 days it becomes an error.",
        ),
        'verify_by: "2026-10-01"',
        'verify_by: "2027-10-01"',
        "rules",
        severity="warning",
    ),
    "long-unverified": Rule(
        Message("Et regelkort, ingen har set efter længe", "A rule card that nobody has looked at for long"),
        Message(
            "Regelkortet skulle være set efter senest {verify_by}. Læs kilderne igen, eller slet det.",
            "The rule card was to be looked at again by {verify_by}. Read the sources again, or delete it.",
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
            "Kun enkelte regler kan fraviges, og kun med en grund: # tillad private-data: styrelsens hovednummer",
            "Only a few rules can be set aside, and only with a reason: # tillad private-data: the agency's "
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
    "training-text": Rule(
        Message("Et modul, papir eller kort kan ikke læses", "A module, paper or card cannot be read"),
        Message("Her kan teksten ikke læses: {why_da}.", "The text cannot be read here: {why_en}."),
        Message(
            "Hver aktivitet har sin overskrift: ## Titel {#id}. Blokke til undervisere skrives !!! trainer "
            "eller !!! key med teksten rykket fire mellemrum ind, ellers ser deltagerne den.",
            "Each activity has its heading: ## Title {#id}. Blocks for trainers are written !!! trainer "
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
            "Et moduls minutter er summen af aktiviteternes. Klokkeslættene på planen regnes ud af dem.",
            "A module's minutes are the sum of its activities. The clock times of the plan are computed from them.",
        ),
        "minutes: 65",
        "minutes: 60",
    ),
    "training-plan": Rule(
        Message("Dagen går ikke op", "The day does not fit"),
        Message(
            "Planen går ikke op ({day_da}): {minutes} minutter i forhold til kl. {due}. Det skyldes {blamed}.",
            "The plan does not fit ({day_en}): {minutes} minutes against {due}. It is caused by {blamed}.",
        ),
        Message(
            "Et plus er for meget, et minus er et hul. Ret modulets minutter, eller ret planen i timetable.yaml.",
            "A plus is too much, a minus is a gap. Change the module's minutes, or the plan in timetable.yaml.",
        ),
        "minutes: 70",
        "minutes: 65",
    ),
    "course-plan": Rule(
        Message("Kurset passer ikke til planen", "The course does not match the plan"),
        Message("Kurset “{course}”: {why_da}.", "The course “{course}”: {why_en}."),
        Message(
            "Planerne og deres dage står i training/timetable.yaml. Ret `variant`, `days` eller `pauses` i kurset.",
            "The plans and their days stand in training/timetable.yaml. Change `variant`, `days` or `pauses`.",
        ),
        "variant: aften",
        "variant: online",
    ),
    "course-over-run": Rule(
        Message("Kursusdagen er for kort", "The course day is too short"),
        Message(
            "Kurset “{course}”, dag {number} ({date}): {minutes} minutter {what_da}. Det skyldes {blamed}.",
            "The course “{course}”, day {number} ({date}): {minutes} minutes {what_en}. It is caused by {blamed}.",
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
            "Kurset “{course}”, dag {number} ({date}): {minutes} minutter {what_da}. Sidst før det er {blamed}.",
            "The course “{course}”, day {number} ({date}): {minutes} minutes {what_en}. The last before is {blamed}.",
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
            'Write a block !!! key "Key" under the exercise: what a trainer must be able to answer.',
        ),
        "## Kortsortering {#kortsortering}",
        '!!! key "Nøgle"',
    ),
    "training-unwritten": Rule(
        Message("Henviser til noget, der ikke er skrevet", "Refers to something not written yet"),
        Message("“{value}” findes ikke i {where}.", "“{value}” is not found in {where}."),
        Message(
            "Skriv modulet, papiret eller kortsættet, eller ret henvisningen. Siden viser navnet uden link så længe.",
            "Write the module, paper or card set, or change the reference. Meanwhile the page shows it without a link.",
        ),
        "papers: [h22]",
        "papers: [h2]",
        severity="warning",
    ),
    "training-translation": Rule(
        Message("Den engelske udgave er ikke fulgt med", "The English edition has not followed"),
        Message("Den engelske udgave: {why_da}.", "The English edition: {why_en}."),
        Message(
            "Siden viser den danske tekst eller et mærke, til den engelske følger den danske udgave (follows).",
            "The page shows the Danish text or a mark until the English one follows the Danish edition (follows).",
        ),
        'follows: "1.0"',
        'follows: "1.1"',
        severity="notice",
    ),
}
