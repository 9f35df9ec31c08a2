"""A record by itself and among the others: fields, values, references, order."""

from mentorkorps.catalogue.messages.rule import Message, Rule

RULES = {
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
            "“{key}” hører til {right}, men står i {here}. Ryk linjen, så den står lige under de "
            "andre felter i "
            "{right}.",
            "“{key}” belongs to {right}, but stands in {here}. Move the line right below the "
            "other fields of {right}.",
        ),
        Message(
            "Mellemrummene forrest på linjen afgør, hvad et felt hører til. Felter, der hører "
            "sammen, begynder i samme "
            "kolonne.",
            "The spaces at the beginning of a line decide what a field belongs to. Fields of one "
            "thing begin in the "
            "same column.",
        ),
        'venue:\n  name: {da: Salen, en: The hall}\n  address: Gaden 1\n  municipality: "0461"\n'
        "access: {da: Elevator., en: Lift.}",
        'venue:\n  name: {da: Salen, en: The hall}\n  address: Gaden 1\n  municipality: "0461"\n'
        "  access: {da: Elevator., en: Lift.}",
        "courses",
    ),
    "missing": Rule(
        Message("Et felt mangler", "A field is missing"),
        Message("Feltet “{key}” mangler.", "The field “{key}” is missing."),
        Message(
            "Siden kan ikke vises uden. Redaktørvejledningen siger, hvilke felter der skal være "
            "der.",
            "The page cannot be shown without it. The editors' guide tells which fields are "
            "needed.",
        ),
        "answers: {working_days: 5}",
        "answers: {function: {da: Koordinator, en: Coordinator}, working_days: 5}",
        "programmes",
    ),
    "empty": Rule(
        Message("Et felt er tomt", "A field is empty"),
        Message(
            "Feltet “{key}” er tomt. Skriv en værdi, eller slet linjen, hvis feltet er frivilligt.",
            "The field “{key}” is empty. Write a value, or delete the line if the field is "
            "optional.",
        ),
        Message(
            "Ved I det ikke, så slet linjen. Så skriver siden selv “Ikke oplyst i kilden”.",
            "If you do not know, delete the line. The page then says itself that the source does "
            "not tell.",
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
            "Datoer skrives 2027-03-02, klokkeslæt 09:00, tal med cifre og ja/nej som true og "
            "false.",
            "Dates are written 2027-03-02, times 09:00, numbers in digits, and yes and no as true "
            "and false.",
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
        Message(
            "Feltet har faste værdier. Vælg en af dem.",
            "The field has fixed values. Choose one of them.",
        ),
        "status: opened",
        "status: open",
        "programmes",
    ),
    "twice": Rule(
        Message("Det samme to gange i en liste", "The same twice in a list"),
        Message(
            "“{value}” står to gange i “{key}”. Slet det ene.",
            "“{value}” stands twice in “{key}”. Delete one.",
        ),
        Message("Siden ville vise det to gange.", "The page would show it twice."),
        'municipalities: ["0461", "0461"]',
        'municipalities: ["0461"]',
        "programmes",
    ),
    "missing-translation": Rule(
        Message("En titel mangler på det ene sprog", "A title lacks one language"),
        Message("“{key}” mangler på {language_da}.", "“{key}” is missing in {language_en}."),
        Message(
            "Navne, titler og korte ord skal stå på begge sprog. Lange tekster kan nøjes med "
            "dansk.",
            "Names, titles and short words are needed in both languages. Long texts may be in "
            "Danish only.",
        ),
        "name: {da: Åben indsats}",
        "name: {da: Åben indsats, en: Open programme}",
        "programmes",
    ),
    "unknown-reference": Rule(
        Message("Henviser til noget, der ikke findes", "Refers to something that does not exist"),
        Message("“{value}” findes ikke i {table}.", "“{value}” is not found in {table}."),
        Message(
            "Feltet skal rumme en anden posts id, fx en organisations. Kommuner skrives med deres "
            "fire cifre i "
            "anførselstegn. Mangler posten, så tilføj den i dens egen fil.",
            "The field holds the id of another record, such as an organisation. Municipalities "
            "are written as their "
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
            "Læg filen (jpg, png eller webp) i mappen docs/theme/assets/pictures, eller ret "
            "navnet, så det er filens "
            "navn bogstav for bogstav.",
            "Put the file (jpg, png or webp) in the folder docs/theme/assets/pictures, or mend "
            "the name, so that it is "
            "the file's name letter by letter.",
        ),
        "picture: {file: sall.jpg, alt: {da: Salen, en: The hall}}",
        "picture: {file: sal.jpg, alt: {da: Salen, en: The hall}}",
    ),
    "picture-tells": Rule(
        Message("Et billede, der fortæller for meget", "A picture that tells too much"),
        Message(
            "Billedet rummer {why_da}, og det må ikke ud på siden. Kør: mentorkorps picture FIL",
            "The picture holds {why_en}, which must not go out on the site. Run: mentorkorps "
            "picture FILE",
        ),
        Message(
            "En telefon skriver stedet i billedet, og et kamera kan skrive ejerens navn. "
            "“mentorkorps picture” tager "
            "det ud. Uden programmet: i Windows højreklik, Egenskaber, Detaljer, “Fjern "
            "egenskaber”; på en telefon "
            "slå placering fra, når du deler billedet. Læg det så op igen under et nyt navn.",
            "A phone writes the place into a picture, and a camera may write its owner's name. "
            "“mentorkorps picture” "
            "takes it out. Without the program: in Windows right-click, Properties, Details, "
            "“Remove Properties”; on a "
            "phone switch location off when you share the picture. Then upload it again under "
            "another name.",
        ),
        "docs/theme/assets/pictures/sal.jpg (GPS)",
        "docs/theme/assets/pictures/sal.jpg",
    ),
    "picture-large": Rule(
        Message("Et billede, der er for stort", "A picture that is too large"),
        Message(
            "Billedet er for stort ({why_da}): højst 300 kB og 2000 pixels på den lange led. Kør: "
            "mentorkorps picture "
            "FIL",
            "The picture is too large ({why_en}): at most 300 kB and 2000 pixels on its long "
            "side. Run: mentorkorps "
            "picture FILE",
        ),
        Message(
            "Mange åbner siden på en telefon med langsomt net. “mentorkorps picture” gør billedet "
            "mindre; det kan "
            "telefonen også, når du sender det til dig selv som “mellem”.",
            "Many open the site on a phone with a slow network. “mentorkorps picture” makes the "
            "picture smaller; so "
            "does a phone when you mail it to yourself as “medium”.",
        ),
        "docs/theme/assets/pictures/sal.jpg (4032 × 3024)",
        "docs/theme/assets/pictures/sal.jpg (1600 × 1200)",
    ),
    "picture-broken": Rule(
        Message("Et billede, der ikke kan vises", "A picture that cannot be shown"),
        Message("Billedet kan ikke vises: {why_da}.", "The picture cannot be shown: {why_en}."),
        Message(
            "Et billede er en hel fil af slagsen jpg, png eller webp, og navnet har små "
            "bogstaver, tal og "
            "bindestreger. En iPhone gemmer som HEIC: vælg “Mest kompatibel”, eller gem som jpg.",
            "A picture is a whole file of the kind jpg, png or webp, and its name has small "
            "letters, digits and "
            "hyphens. An iPhone saves as HEIC: choose “Most Compatible”, or save as jpg.",
        ),
        "docs/theme/assets/pictures/IMG_0042.HEIC",
        "docs/theme/assets/pictures/sal.jpg",
    ),
    "missing-page": Rule(
        Message("Et link til en side, der ikke findes", "A link to a page that does not exist"),
        Message("“{value}” findes ikke på siden.", "“{value}” does not exist on the site."),
        Message(
            "Et link i docs fører til en fil ved siden af (privatliv.md), til en lavet side "
            "(kurser/index.md, "
            "tilmelding/mentor/index.md) eller til et billede (assets/…).",
            "A link in docs leads to a file beside it (privacy.md), to a generated page "
            "(courses/index.md, "
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
            "The id is the record's address on the site. Give one of them another id, or delete "
            "it.",
        ),
        "id: smedenes-korps",
        "id: aaben",
        "programmes",
    ),
    "former-id": Rule(
        Message("Et tidligere id, der ikke kan føre hertil", "A former id that cannot lead here"),
        Message(
            "“{value}” kan ikke stå i “was”: {why_da}.",
            "“{value}” cannot stand in “was”: {why_en}.",
        ),
        Message(
            "was er de id'er, posten selv har haft, det ældste først. Et gammelt id fører ét sted "
            "hen, så det må ikke "
            "være en anden posts id.",
            "was lists the ids that the record itself has had, the oldest first. An old id leads "
            "to one place, so it "
            "may not be the id of another record.",
        ),
        "was: [smedenes-korps, aaben]",
        "was: [aabent-hold]",
        "programmes",
    ),
    "vanished": Rule(
        Message("Et id, der er forsvundet", "An id that has vanished"),
        Message(
            "“{value}” er ikke længere i {table}. Adressen er på nettet, og tilmeldinger kan høre "
            "til. {remedy_da}",
            "“{value}” is no longer in {table}. Its address is on the web, and sign-ups may "
            "belong to it. {remedy_en}",
        ),
        Message(
            "Har posten fået et nyt id, så skriv det gamle under was. Er den bare lukket eller "
            "forbi, så lad den "
            "stå med status closed, paused eller cancelled. Er den væk for altid, så skriv id, "
            "table og name i "
            "retired.yaml. Der sammenlignes med den seneste udgave, Git kender, eller den, som "
            "--since nævner.",
            "If the record has another id now, write the old one under was. If it is only closed "
            "or over, keep it with "
            "the status closed, paused or cancelled. If it is gone for good, write id, table and "
            "name in retired.yaml. "
            "The comparison is with the latest edition that Git knows, or the one that --since "
            "names.",
        ),
        "id: odense-2027",
        "id: odense-2027\nwas: [odense-marts-2027]",
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
    "order-of-dates": Rule(
        Message("Datoer i forkert rækkefølge", "Dates in the wrong order"),
        Message(
            "“{later}” ({later_value}) skal ligge efter “{earlier}” ({earlier_value}).",
            "“{later}” ({later_value}) must come after “{earlier}” ({earlier_value}).",
        ),
        Message(
            "Fristen ligger før første dag, anden dag efter første, og en dag slutter, efter at "
            "den er begyndt.",
            "The deadline is before the first day, the second day after the first, and a day ends "
            "after its start.",
        ),
        'deadline: "2027-04-01"',
        'deadline: "2027-02-16"',
        "courses",
    ),
    "no-such-date": Rule(
        Message("En dato, der ikke findes", "A date that does not exist"),
        Message(
            "“{key}” er {value}, men den dag eller måned findes ikke.",
            "“{key}” is {value}, but there is no such day or month.",
        ),
        Message(
            "Skriv så meget, som kilden siger: 2016-12-22, 2016-12 eller 2016.",
            "Write as much as the source says: 2016-12-22, 2016-12 or 2016.",
        ),
        'published: "2016-13"',
        'published: "2016-12"',
        "sources",
    ),
    "open-needs": Rule(
        Message("Åbent program uden det, man lover", "An open programme without what it promises"),
        Message(
            "Et program, der er åbent for tilmelding, skal have “{key}”.",
            "A programme that is open for sign-up must have “{key}”.",
        ),
        Message(
            "Den, der skriver sig op, skal vide, hvad der ventes, og hvem der svarer. Mangler "
            "noget, så sæt status til "
            "interest.",
            "Whoever signs up must know what is expected and who answers. If something lacks, set "
            "status to interest.",
        ),
        "status: open",
        "status: interest",
        "programmes",
    ),
    "own-neighbour": Rule(
        Message("En kommune, der er sin egen nabo", "A municipality that is its own neighbour"),
        Message("“{value}” kan ikke være nabo til sig selv.", "“{value}” cannot neighbour itself."),
        Message(
            "Et par er to forskellige kommuner, mellem hvilke man kan komme uden om en tredje.",
            "A pair is two different municipalities between which one can go without a third.",
        ),
        'a: "0461"\nb: "0461"',
        'a: "0461"\nb: "0329"',
        "neighbours",
    ),
    "matching": Rule(
        Message("Matchreglerne hænger ikke sammen", "The matching rules do not hold together"),
        Message(
            "Der kan ikke laves forslag: {why_da}.",
            "No suggestions can be made: {why_en}.",
        ),
        Message(
            "Hver regel står én gang. Ønskerne har points, som i alt skal give 100. weeks står kun "
            "ved waiting.",
            "Each rule stands once. The wishes have points, which sum to 100. weeks stands at "
            "waiting only.",
        ),
        "points: 31",
        "points: 30",
        "matching",
    ),
    "form": Rule(
        Message("Formularen hænger ikke sammen", "The form does not hold together"),
        Message("Formularen kan ikke bruges: {why_da}.", "The form cannot be used: {why_en}."),
        Message(
            "Et spørgsmål har svarmuligheder (options eller options_from), netop når dets type er "
            "choice eller "
            "choices, og hvert spørgsmål har sit eget id.",
            "A question has options (options or options_from) exactly if its type is choice or "
            "choices, and each "
            "question has an id of its own.",
        ),
        "fields:\n  - "
        "{id: branche, type: choice, required: true, label: {da: Branche, en: Industry}}",
        "fields:\n  - {id: branche, type: choice, required: true, options_from: industries, "
        "label: {da: Branche, en: Industry}}",
        "forms",
    ),
    "purpose": Rule(
        Message("Ingen formular til det, siderne fører til", "No form for what pages lead to"),
        Message(
            "Ingen formular har “purpose: {purpose}”, og siderne fører til en.",
            "No form has “purpose: {purpose}”, and pages lead to one.",
        ),
        Message(
            "Knapper og links finder deres formular ved, hvad den er til, og ikke ved dens id. Skriv linjen i den "
            "formular, som skal bruges til det.",
            "Buttons and links find their form by what it is for, not by its id. Write the line in the form that is "
            "to serve it.",
        ),
        "purpose: start_corps",
        "purpose: join",
        "forms",
    ),
    "question": Rule(
        Message("En formular spørger ikke om det, den skal", "A form does not ask what it must"),
        Message(
            "En formular med “purpose: {purpose}” skal have et spørgsmål med “means: {meaning}”.",
            "A form with “purpose: {purpose}” must have a question with “means: {meaning}”.",
        ),
        Message(
            "Mails, deltagerlister og links finder et svar ved, hvad det betyder, og ikke ved spørgsmålets id. Skriv "
            "means i det spørgsmål, som det er, eller stil det.",
            "Mails, lists of participants and links find an answer by what it means, not by the question's id. Write "
            "means in the question that it is, or ask it.",
        ),
        "fields:\n  - {id: mail, type: email, means: email, required: true, label: {da: Mail, en: E-mail}}",
        "fields:\n  - {id: mail, type: email, means: email, required: true, label: {da: Mail, en: E-mail}}\n"
        "  - {id: navn, type: text, means: name, required: true, label: {da: Navn, en: Name}}\n"
        "  - {id: sted, type: place, means: place, required: true, label: {da: Sted, en: Place}}\n"
        "  - {id: hold, type: choice, means: programme, required: false, options_from: programmes, "
        "label: {da: Hold, en: Programme}}",
        "forms",
    ),
    "pattern": Rule(
        Message("Et mønster, der ikke kan bruges", "A pattern that cannot be used"),
        Message(
            "Mønsteret “{value}” kan ikke bruges: {why_da}.",
            "The pattern “{value}” cannot be used: {why_en}.",
        ),
        Message(
            "Browseren og serveren skal forstå mønsteret ens og hurtigt. Skriv tegn og sæt efter "
            "hinanden, hvert med "
            "et antal: [0-9]{8} er otte cifre, [A-Z]{2}-[0-9]{4} er to bogstaver, en bindestreg "
            "og fire cifre. Tegn "
            "som . + ( ) skrives med \\ foran. Et sæt med +, * eller {2,4} må ikke dele tegn med "
            "det, der følger.",
            "Browser and server must understand the pattern alike and fast. Write characters and "
            "sets one after the "
            "other, each with a count: [0-9]{8} is eight digits, [A-Z]{2}-[0-9]{4} is two "
            "letters, a hyphen and four "
            "digits. Characters such as . + ( ) need a \\ before them. A set with +, * or {2,4} "
            "may not share "
            "characters with what follows.",
        ),
        "fields:\n  - {id: kode, type: text, required: false, "
        'pattern: "([a-z]+)+", label: {da: Kode, en: Code}}',
        "fields:\n  - {id: kode, type: text, required: false, "
        'pattern: "[a-z]+", label: {da: Kode, en: Code}}',
        "forms",
    ),
}
