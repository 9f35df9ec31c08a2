"""Why a database cannot be used, each in one sentence that says what to do and holds no password."""

from mentorkorps.backend.db.url import DatabaseUrl, PostgresServer


class CannotOpen(Exception):
    """The database cannot be used here; the text says why and what to do."""


class InUse(CannotOpen):
    """Another process has this database open."""

    def __init__(self, database: DatabaseUrl) -> None:
        super().__init__(
            f"{database} is in use by another process of mentorkorps. Stop that one first."
        )
        self.database = database


class CannotUse(CannotOpen):
    """The disk or the rights on it are in the way, or another program is; `reason` says it in the system's words."""

    def __init__(self, database: DatabaseUrl, reason: str) -> None:
        super().__init__(
            f"{database} cannot be used: {reason}. Look at its disk and who may write to its folder."
        )
        self.database = database


class NoDatabase(CannotOpen):
    """There is nothing to read: the server has not run here yet."""

    def __init__(self, database: DatabaseUrl) -> None:
        nothing = "has no tables yet. They are" if database.is_shared else "does not exist. It is"
        super().__init__(f"{database} {nothing} made when the server starts.")
        self.database = database


class OtherVersion(CannotOpen):
    """The database has the shape of another version of the code."""

    def __init__(self, database: DatabaseUrl) -> None:
        super().__init__(
            f"{database} belongs to another version of mentorkorps. Restart the server to bring it along."
        )
        self.database = database


class NewerVersion(OtherVersion):
    """The database has a shape that this code does not know yet."""

    def __init__(self, database: DatabaseUrl) -> None:
        CannotOpen.__init__(
            self, f"{database} belongs to a newer version of mentorkorps. Install that one."
        )
        self.database = database


class CannotReach(CannotOpen):
    """Nobody answers at the address of the server, or says that it cannot answer yet."""

    def __init__(self, database: PostgresServer) -> None:
        super().__init__(
            f"{database} cannot be reached. Is PostgreSQL running there, and does it listen to this machine?"
        )


class LetsNobodyIn(CannotOpen):
    """The server answered, and does not let this user in."""

    def __init__(self, database: PostgresServer) -> None:
        super().__init__(
            f"{database} does not let us in: look at user, password and sslmode in its address."
        )


class NotTrusted(CannotOpen):
    """Whoever answered may not be the server."""

    def __init__(self, database: PostgresServer) -> None:
        super().__init__(
            f"{database} shows no certificate that sslrootcert in its address vouches for."
        )


class NoSuchDatabase(CannotOpen):
    """The server has no database of that name."""

    def __init__(self, database: PostgresServer) -> None:
        super().__init__(
            f"{database}: the server has no database {database.name!r}. Create it for this user first."
        )


class DoesNotFit(CannotOpen):
    """The rows of a backup are not such as the tables take."""

    def __init__(self, database: PostgresServer) -> None:
        super().__init__(
            f"{database} does not take the rows of this backup. Nothing has been changed."
        )


class NoRight(CannotOpen):
    """The user may not make tables or may not read them."""

    def __init__(self, database: PostgresServer) -> None:
        super().__init__(
            f"{database}: this user may not make or read the tables. Make it the owner of the database."
        )
