"""Which tables there are."""

from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.catalogue.model.lasting import Retired
from mentorkorps.catalogue.model.organisations import Industry, Organisation, Programme, SpokenLanguage
from mentorkorps.catalogue.model.outcomes import Outcome, RuleCard, Source
from mentorkorps.catalogue.model.places import Municipality, PlaceName, Postcode, Region

TABLES: dict[str, type] = {
    "sources": Source,
    "regions": Region,
    "municipalities": Municipality,
    "postcodes": Postcode,
    "placenames": PlaceName,
    "industries": Industry,
    "languages": SpokenLanguage,
    "organisations": Organisation,
    "programmes": Programme,
    "courses": Course,
    "events": Event,
    "outcomes": Outcome,
    "forms": Form,
    "rules": RuleCard,
    "retired": Retired,
}

KEYS: dict[str, tuple[str, ...]] = {
    "municipalities": ("code",),
    "postcodes": ("postcode", "municipality"),
    "placenames": ("name",),
    "retired": ("id", "table"),
}
"""What makes a record unique, where it is not its `id`."""
WITHOUT_AN_ID = ("postcodes", "retired")
"""Tables that no other record refers to by one key."""
