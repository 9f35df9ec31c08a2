"""A peer: the same row through Flask and sqlite3, without any of the checks and without mails."""

import os
import sqlite3
import threading

from flask import Flask, redirect, request

app = Flask(__name__)
kept = threading.local()


def database() -> sqlite3.Connection:
    if not hasattr(kept, "connection"):
        kept.connection = sqlite3.connect(
            os.environ["PEER_DATABASE"], isolation_level=None, timeout=30
        )
        kept.connection.execute("PRAGMA journal_mode=WAL")
        kept.connection.execute("PRAGMA synchronous=FULL")
        kept.connection.execute(
            "CREATE TABLE IF NOT EXISTS sign_ups"
            " (id INTEGER PRIMARY KEY, name TEXT, email TEXT, place TEXT, industry TEXT)"
        )
    return kept.connection


@app.post("/forms/mentor")
def sign_up():
    typed = [request.form[name] for name in ("name", "email", "place", "industry")]
    row = database().execute(
        "INSERT INTO sign_ups (name, email, place, industry) VALUES (?, ?, ?, ?)", typed
    )
    return redirect(f"/receipt/{row.lastrowid}", 303)
