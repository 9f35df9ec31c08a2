"""A peer: the same row through FastAPI and SQLAlchemy's ORM, without any of the checks and without mails."""

import os
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, Form
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine(f"sqlite:///{os.environ['PEER_DATABASE']}", connect_args={"timeout": 30})


@event.listens_for(engine, "connect")
def durable(connection, _record):
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


class Base(DeclarativeBase):
    pass


class SignUp(Base):
    __tablename__ = "sign_ups"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    place: Mapped[str]
    industry: Mapped[str]


class Typed(BaseModel):
    name: str
    email: str
    place: str
    industry: str
    adult: str
    contact: str
    language: str = "da"
    website: str = ""


Base.metadata.create_all(engine)
app = FastAPI()


def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


@app.post("/forms/mentor")
def sign_up(
    typed: Annotated[Typed, Form()], opened: Annotated[Session, Depends(session)]
) -> RedirectResponse:
    row = SignUp(name=typed.name, email=typed.email, place=typed.place, industry=typed.industry)
    opened.add(row)
    opened.commit()
    return RedirectResponse(f"/receipt/{row.id}", 303)
