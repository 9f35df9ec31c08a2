"""Where the database is: in a SQLite file of one process, or on a PostgreSQL server that several instances share."""

from dataclasses import dataclass, field
from pathlib import Path

SCHEMES = ("postgresql", "postgres")
SQLITE = "write sqlite:///path/to/file.db"
SECRET_WRITTEN = (
    "In user and password write %25 for %, %2F for /, %23 for #, %3F for ?, %40 for @, %3A for :, "
    "%20 for a space"
)
POSTGRESQL = f"write postgresql://user:password@host:port/name. {SECRET_WRITTEN}"


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A file of SQLite, and the folder of its lock."""

    path: Path
    is_shared = False

    @property
    def folder(self) -> Path:
        """For what else is kept on this machine."""
        return self.path.parent

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A database of PostgreSQL. `address` is what libpq takes, with the password; nothing else shows that."""

    label: str
    name: str
    address: str = field(repr=False)
    is_shared = True
    folder = Path("var")

    def __str__(self) -> str:
        return self.label


DatabaseUrl = SqliteFile | PostgresServer


def parse_url(url: str) -> DatabaseUrl:
    """The database of an address. Raises ValueError, which says what would be right and repeats nothing."""
    scheme, _, path = url.partition(":///")
    if url.partition("://")[0] in SCHEMES:
        return _server(url)
    if scheme != "sqlite" or not path or path == ":memory:":
        raise ValueError(SQLITE)
    return SqliteFile(Path(path))


def _server(url: str) -> PostgresServer:
    import psycopg  # what a file does not need is not loaded
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = conninfo_to_dict(url)
    except (psycopg.ProgrammingError, UnicodeError):
        raise ValueError(POSTGRESQL) from None
    host, port, name = (str(parts.get(part, "")) for part in ("host", "port", "dbname"))
    if (
        not name
        or "@" in host + name
        or not all(digits.isdigit() for digits in port.split(",") if digits)
    ):
        raise ValueError(POSTGRESQL)
    return PostgresServer(_shown(host, port, name), name, url)


def _shown(host: str, port: str, name: str) -> str:
    if host.startswith("/"):
        return f"postgresql:///{name}?host={host}"
    return f"postgresql://{host}{':' if port else ''}{port}/{name}"
