"""Who may import whom. The walls test and the picture in docs/architecture.md both read this list.

A wing is a package or a module, named by its path below `mentorkorps`; the longest name that fits a module is its wing.
What stands behind it are the wings that it may import, each of which comes before it.
`python -m tests.walls` draws them.
"""

READING_YAML = (
    "catalogue.messages",
    "catalogue.diagnostics",
    "catalogue.yaml_errors",
    "catalogue.yaml_nodes",
    "catalogue.yaml_source",
)
"""The words of the interface are YAML too, so these lie beneath `interface` and the rest of the catalogue above it."""

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "catalogue.messages": (),
    "catalogue.diagnostics": ("catalogue.messages",),
    "catalogue.yaml_errors": (),
    "catalogue.yaml_compatibility": (),
    "catalogue.yaml_nodes": (),
    "catalogue.yaml_source": (
        "catalogue.diagnostics", "catalogue.yaml_compatibility", "catalogue.yaml_errors", "catalogue.yaml_nodes",
    ),
    "interface": ("catalogue.yaml_source",),
    "catalogue": (*READING_YAML, "interface"),
    "curriculum": (*READING_YAML, "interface", "catalogue"),
    "forms": ("interface", "catalogue"),
    # Who may be suggested to whom: it knows neither the database nor the web, which ask it.
    "matching": ("interface", "catalogue"),
    "validation": (*READING_YAML, "interface", "catalogue", "curriculum"),
    "editing": (*READING_YAML, "interface", "catalogue"),
    "site": (*READING_YAML, "interface", "catalogue", "curriculum", "forms", "editing"),
    "publish": ("interface", "catalogue", "curriculum", "site"),
    "backend.files": (),
    "backend.logging": (),
    "backend.clock": ("interface",),
    "backend.db.url": (),
    "backend.settings_error": (),
    "backend.recipients_file": (
        *READING_YAML, "interface", "catalogue", "forms", "backend.settings_error",
    ),
    # Domains of mailboxes and of the site are read as forms read them.
    "backend.settings": (
        *READING_YAML, "interface", "catalogue", "forms", "backend.files", "backend.logging", "backend.db.url",
        "backend.recipients_file", "backend.settings_error",
    ),
    "backend.security.encryption": ("backend.settings", "backend.settings_error"),
    "backend.security.encrypted_stream": ("backend.security.encryption",),
    "backend.db": (
        "interface", "catalogue", "forms", "backend.clock", "backend.db.url", "backend.files", "backend.settings",
        "backend.security.encryption", "backend.security.encrypted_stream",
    ),
    "backend.jobs.periodic": ("backend.clock", "backend.db"),
    "backend.web": ("interface", "catalogue", "forms", "backend.clock", "backend.logging", "backend.settings"),
    "backend.security": (
        "backend.security.encryption", "backend.security.encrypted_stream", "catalogue", "forms", "backend.clock",
        "backend.settings", "backend.db", "backend.web",
    ),
    "backend.services": (
        "catalogue", "backend.clock", "backend.settings", "backend.db", "backend.web", "backend.security",
    ),
    "backend.mail": (
        "interface", "catalogue", "forms", "backend.clock", "backend.files", "backend.logging", "backend.settings",
        "backend.recipients_file", "backend.db", "backend.jobs.periodic", "backend.security", "backend.services",
    ),
    # The clock is judged for whoever deletes or lets places lapse, so the guard lies beneath those.
    "backend.jobs.clock_guard": ("backend.clock", "backend.settings", "backend.db", "backend.security", "backend.mail"),
    "backend.jobs.guarded_job": (
        "catalogue", "backend.settings", "backend.db", "backend.jobs.periodic", "backend.jobs.clock_guard",
    ),
    "backend.bookings": (
        "interface", "catalogue", "forms", "backend.clock", "backend.db", "backend.jobs.periodic",
        "backend.jobs.clock_guard", "backend.web",
        "backend.security", "backend.services", "backend.mail",
    ),
    "backend.signups": (
        "interface", "catalogue", "forms", "backend.clock", "backend.settings", "backend.db", "backend.jobs.periodic",
        "backend.jobs.clock_guard", "backend.jobs.guarded_job", "backend.web", "backend.security",
        "backend.services", "backend.mail", "backend.bookings",
    ),
    # What opened is told to lists, and a course's people get the training's words.
    "backend.lists": (
        "interface", "catalogue", "curriculum", "forms", "backend.clock", "backend.logging", "backend.settings",
        "backend.db", "backend.jobs.clock_guard", "backend.jobs.guarded_job", "backend.web", "backend.security",
        "backend.services", "backend.mail", "backend.bookings", "backend.signups",
    ),
    "backend.certificates": (
        "interface", "catalogue", "backend.clock", "backend.db", "backend.web", "backend.security", "backend.services",
    ),
    "backend.desk": (
        "backend.recipients_file", "backend.settings", "backend.security.encryption",
        "interface", "catalogue", "forms", "backend.clock", "backend.db", "backend.jobs.periodic", "backend.web",
        "backend.security", "backend.services", "backend.mail", "backend.bookings", "backend.signups", "backend.lists",
        "matching",
    ),
    # A key is turned by a job, and what people are in is held against the catalogue.
    "backend.jobs": (
        "catalogue", "forms", "backend.clock", "backend.files", "backend.logging", "backend.settings", "backend.db",
        "backend.jobs.periodic", "backend.jobs.clock_guard",
        "backend.security", "backend.security.encryption", "backend.mail", "backend.bookings", "backend.signups",
        "backend.lists",
    ),
    # The app answers former addresses as the site's redirects say.
    "backend": (
        "site", "interface", "catalogue", "curriculum", "forms", "backend.clock", "backend.logging", "backend.settings",
        "backend.db",
        "backend.web", "backend.security", "backend.services", "backend.mail", "backend.bookings", "backend.signups",
        "backend.certificates", "backend.desk", "backend.jobs", "backend.lists",
    ),
    "commands": (
        *READING_YAML, "interface", "catalogue", "curriculum", "forms", "validation", "editing", "site", "publish",
        "backend",
    ),
    "hooks": (*READING_YAML, "interface", "catalogue", "curriculum", "site", "publish"),
}  # fmt: skip

ONLY_IN = {
    "yaml": "catalogue.yaml_source",
    "mkdocs": "hooks",
    "markdown": "site",
    "weasyprint": "publish",
    "segno": "publish",
    "icalendar": "publish",
    "frictionless": "validation",
    "starlette": "backend",
    "uvicorn": "backend",
    "sqlalchemy": "backend",
    "alembic": "backend",
    "psycopg": "backend",
    "aiosmtplib": "backend",
    "itsdangerous": "backend",
    "cryptography": "backend",
    "altcha": "backend",
    "prometheus_client": "backend",
    # Solvers against which tests hold the suggestions; the product has its own.
    "munkres": "tests",
    "scipy": "tests",
    "numpy": "tests",
}
"""A foreign library, and the wing that alone knows it."""


def wing_of(module: str) -> str:
    """The wing of a module, named without `mentorkorps.`; "" for the package itself."""
    return max((wing for wing in MAY_IMPORT if is_within(module, wing)), key=len, default="")


def is_within(module: str, wing: str) -> bool:
    return module == wing or module.startswith(f"{wing}.")


def picture() -> str:
    """The wings as a Mermaid flow chart.

    An arrow leads to what a wing builds on; what follows from another arrow is left out.
    """
    lines = ["```mermaid", "flowchart BT"]
    lines += [f"    {name(wing)}[{wing}]" for wing in MAY_IMPORT]
    lines += [
        f"    {name(wing)} --> {name(below)}" for wing in MAY_IMPORT for below in nearest(wing)
    ]
    return "\n".join([*lines, "```"])


def name(wing: str) -> str:
    return wing.replace(".", "_")


def nearest(wing: str) -> list[str]:
    """What a wing may import and no other of its wings leads to."""
    further = {far for near in MAY_IMPORT[wing] for far in reach(near)}
    return [below for below in MAY_IMPORT[wing] if below not in further]


def reach(wing: str) -> set[str]:
    return {far for near in MAY_IMPORT[wing] for far in (near, *reach(near))}


if __name__ == "__main__":
    print(picture())
