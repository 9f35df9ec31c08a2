"""What a data file is, and what YAML is written in it."""

from mentorkorps.catalogue.messages.rule import Message, Rule

RULES = {
    "unreadable": Rule(
        Message("Filen kan ikke læses", "The file cannot be read"),
        Message("Filen kan ikke læses: {why_da}.", "The file cannot be read: {why_en}."),
        Message(
            "Filen mangler, er for stor eller er ikke gemt som UTF-8. GitHub og VS Code gemmer "
            "altid som UTF-8. "
            "En stor fil kan deles i en mappe med samme navn, fx data/programmes/lederne.yaml.",
            "The file is missing, too large or not saved as UTF-8. GitHub and VS Code always save "
            "as UTF-8. "
            "A large file can be split into a folder of the same name, such as "
            "data/programmes/lederne.yaml.",
        ),
        "organisations.yaml (Windows-1252)",
        "organisations.yaml (UTF-8)",
    ),
    "file-ending": Rule(
        Message("Filen ender ikke på .yaml", "The file does not end in .yaml"),
        Message(
            "Filen bliver ikke læst, for den ender ikke på “.yaml”. “{name}” {do_da}.",
            "The file is not read, because it does not end in “.yaml”. “{name}” {do_en}.",
        ),
        Message(
            "Alle datafiler ender på .yaml med små bogstaver. Windows kan skjule en ending: slå "
            "“Filtypenavne” til. "
            "En sikkerhedskopi hører ikke til i data; Git husker hver udgave.",
            "All data files end in .yaml in small letters. Windows can hide an ending: switch on "
            "“File name "
            "extensions”. A backup does not belong in data; Git remembers every edition.",
        ),
        "data/courses/juni.yaml.txt",
        "data/courses/juni.yaml",
    ),
    "unread-file": Rule(
        Message("Filen ligger, hvor ingen læser den", "The file lies where nobody reads it"),
        Message(
            "Filen bliver ikke læst, hvor den ligger, eller med det navn. “{name}” {do_da}.",
            "The file is not read where it lies, or under that name. “{name}” {do_en}.",
        ),
        Message(
            "En tabel er en fil som data/courses.yaml, en mappe af filer som "
            "data/courses/juni.yaml, eller begge dele. "
            "Navne har små bogstaver og begynder ikke med et punktum, og der er ingen mapper i "
            "mappen.",
            "A table is a file such as data/courses.yaml, a folder of files such as "
            "data/courses/juni.yaml, or both. "
            "Names have small letters and do not begin with a dot, and there are no folders in "
            "the folder.",
        ),
        "data/courses/2027/juni.yaml",
        "data/courses/juni.yaml",
    ),
    "unknown-table": Rule(
        Message("Filen hører ikke til en tabel", "The file belongs to no table"),
        Message(
            "Der er ingen tabel, der hedder “{table}”, så filen bliver ikke læst. Giv den en "
            "tabels navn, eller flyt "
            "den ud af data.",
            "There is no table called “{table}”, so the file is not read. Give it the name of a "
            "table, or move it out "
            "of data.",
        ),
        Message(
            "Filer og mapper i data hedder som tabellerne, på engelsk: programmes, organisations, "
            "courses …",
            "Files and folders in data have the names of the tables: programmes, organisations, "
            "courses …",
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
            "Oftest er det et kolon midt i en tekst, et anførselstegn for lidt eller en linje, "
            "der er rykket forkert. "
            "Sæt teksten i anførselstegn, eller skriv den under >- på sin egen linje.",
            "Most often it is a colon within a text, a missing quote or a line that is indented "
            "wrongly. "
            "Put the text in quotes, or write it under >- on a line of its own.",
        ),
        "name: {da: Mentor: kom med, en: Mentor}",
        'name: {da: "Mentor: kom med", en: Mentor}',
        "organisations",
    ),
    "other-readers": Rule(
        Message("Andre programmer kan ikke læse det", "Other programs cannot read it"),
        Message(
            "Her går andre programmer i stå, når de læser filen: {why_da}.",
            "Other programs stop here when they read the file: {why_en}.",
        ),
        Message(
            "Filerne er åbne data, og hvem som helst kan hente dem. Derfor skal ethvert program, "
            "der kan YAML, kunne "
            "læse dem. Anførselstegn om teksten hjælper næsten altid.",
            "The files are open data, and anybody may take them. So every program that knows YAML "
            "must be able to read "
            "them. Quotes around the text nearly always help.",
        ),
        "name: {da: Er du med?, en: Are you in?}",
        'name: {da: "Er du med?", en: "Are you in?"}',
        "organisations",
    ),
    "merge-conflict": Rule(
        Message("To udgaver af de samme linjer", "Two versions of the same lines"),
        Message(
            "To har ændret de samme linjer, og Git har ladet begge udgaver stå. Behold den "
            "rigtige, og slet linjerne "
            "med <<<<<<<, ======= og >>>>>>>.",
            "Two people changed the same lines, and Git left both versions. Keep the right one, "
            "and delete the lines "
            "with <<<<<<<, ======= and >>>>>>>.",
        ),
        Message(
            "Mellem <<<<<<< og ======= står den ene udgave, mellem ======= og >>>>>>> den anden. "
            "GitHub kan vise dem "
            "side om side under “Resolve conflicts”.",
            "Between <<<<<<< and ======= stands one version, between ======= and >>>>>>> the "
            "other. GitHub can show "
            "them side by side under “Resolve conflicts”.",
        ),
        "<<<<<<< main\n  seats: 18\n=======\n  seats: 20\n>>>>>>> odense",
        "  seats: 20",
    ),
    "garbled": Rule(
        Message("Bogstaver, der er gået i stykker", "Letters that are broken"),
        Message(
            "Her er bogstaver gået i stykker: filen er gemt med en forkert tegnkodning, så fx æ "
            "er blevet til Ã¦. Hent "
            "den forrige udgave frem, og gem som UTF-8.",
            "Letters are broken here: the file was saved with a wrong encoding, so that for "
            "example æ became Ã¦. Bring "
            "the version before back, and save as UTF-8.",
        ),
        Message(
            "Det sker, når et program læser UTF-8 som noget andet og gemmer igen; så bliver æ til "
            "Ã¦. Hent den forrige "
            "udgave frem, og ret i GitHub eller VS Code.",
            "It happens when a program reads UTF-8 as something else and saves it again; æ "
            "becomes Ã¦. Bring the "
            "version before back, and edit in GitHub or VS Code.",
        ),
        "name: {da: SmÃ¸rrebrÃ¸d, en: Open sandwiches}",
        "name: {da: Smørrebrød, en: Open sandwiches}",
        "organisations",
    ),
    "cut-off": Rule(
        Message("En tekst, der bliver skåret af", "A text that is cut off"),
        Message(
            "“{value}” vises ikke: efter et mellemrum og # er resten af linjen en kommentar. Sæt "
            "hele teksten i "
            "anførselstegn; er det en kommentar, så skriv et mellemrum efter #.",
            "“{value}” is not shown: after a space and # the rest of the line is a comment. Put "
            "the whole text in "
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
            "YAML kan henvise til en værdi et andet sted, skifte dens type eller gemme usynlige "
            "tegn. Det kan den, der "
            "læser ændringen, ikke se, så det er ikke tilladt. En tekst, der begynder med & eller "
            "*, skal i "
            "anførselstegn.",
            "YAML can refer to a value elsewhere, change its type or hold invisible characters. "
            "Whoever reviews the "
            "change cannot see that, so it is not allowed. A text that begins with & or * needs "
            "quotes.",
        ),
        "about: {da: &tekst Driver siden., en: *tekst}",
        "about: {da: Driver siden., en: Runs the site.}",
        "organisations",
    ),
    "duplicate-key": Rule(
        Message("Samme felt to gange", "The same field twice"),
        Message(
            "Feltet “{key}” står her to gange, første gang på linje {line}. Slet det ene, eller "
            "begynd en ny post "
            "med “- ”.",
            "The field “{key}” stands here twice, first on line {line}. Delete one, or begin a "
            "new record with “- ”.",
        ),
        Message(
            "En post kan kun have hvert felt én gang. Mangler bindestregen foran id, hænger to "
            "poster sammen.",
            "A record can have each field once only. If the hyphen before id is missing, two "
            "records hang together.",
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
            "En datafil er en liste af poster. Den første linje i hver post begynder med en "
            "bindestreg og et "
            "mellemrum.",
            "A data file is a list of records. The first line of each record begins with a hyphen "
            "and a space.",
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
}
