"""Days, weekdays and hours in words, in both languages."""

from datetime import date, time

from mentorkorps.interface.languages import Language

MONTHS: dict[Language, tuple[str, ...]] = {
    "da": (
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "da": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def day(value: date, language: Language) -> str:
    """3. marts 2027, 3 March 2027."""
    dot = "." if language == "da" else ""
    return f"{value.day}{dot} {MONTHS[language][value.month - 1]} {value.year}"


def day_of_month(value: date, language: Language) -> str:
    """3. marts, 3 March: where the year is known."""
    dot = "." if language == "da" else ""
    return f"{value.day}{dot} {MONTHS[language][value.month - 1]}"


def published(text: str, language: Language) -> str:
    """A date as exact as it is written, in words: 22. december 2016, december 2016, 2016."""
    year, *rest = map(int, text.split("-"))
    match rest:
        case [month, number]:
            return day(date(year, month, number), language)
        case [month]:
            return f"{MONTHS[language][month - 1]} {year}"
        case _:
            return text


def weekday(value: date, language: Language) -> str:
    """onsdag den 3. marts 2027, Wednesday 3 March 2027."""
    between = " den " if language == "da" else " "
    return f"{WEEKDAYS[language][value.weekday()]}{between}{day(value, language)}"


def clock(value: time, language: Language) -> str:
    """9.00 in Danish, 9:00 in English, hours as people say them."""
    return f"{value.hour}{'.' if language == 'da' else ':'}{value.minute:02}"
