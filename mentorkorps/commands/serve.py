"""`mentorkorps serve`

There is no `--workers`: two services on two ports behind the proxy need no code, and one can be
upgraded alone.
"""

import argparse
import os
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.exit_codes import SOUND, CannotRun
from mentorkorps.commands.folders import TRAINING

if TYPE_CHECKING:
    from mentorkorps.curriculum.model import Curriculum


def add_commands(add: AddCommand) -> None:
    serve = add(
        "serve",
        run_serve,
        "serve the site and its forms, at the socket that systemd passes on if it does",
    )
    site_help = "folder of the built site (default: site)"
    serve.add_argument("--site", type=Path, default=Path("site"), help=site_help)
    host_help = "address to listen at (default: 127.0.0.1)"
    serve.add_argument("--host", default="127.0.0.1", help=host_help)
    port_help = "port to listen at (default: 8000)"
    serve.add_argument("--port", type=int, default=8000, help=port_help)


def run_serve(options: argparse.Namespace) -> int:
    from mentorkorps.backend.app import create_app
    from mentorkorps.backend.db.errors import CannotOpen
    from mentorkorps.backend.settings import PUBLIC_URL, read_settings
    from mentorkorps.backend.settings_error import SettingsError
    from mentorkorps.backend.web.responses import SiteMissing
    from mentorkorps.backend.web.server import (
        PortTaken,
        TooFewFiles,
        connections_allowed,
        run_server,
    )
    from mentorkorps.backend.web.socket_activation import UnusableSocket

    try:
        limits = connections_allowed()
        listening, address = _listening(options)
        with listening:
            settings = read_settings({PUBLIC_URL: address} | os.environ)
            records = load_catalogue(options.data)
            training = _training(options.data, records)
            app = create_app(records, options.site, settings, curriculum=training)
            print(f"Mentorkorps is at {address}  (stop with Ctrl-C)")
            print(
                f"Data: {settings.database}   Mail: {settings.smtp or settings.mail_folder}",
                flush=True,
            )
            run_server(app, listening, limits)
    except (
        SettingsError,
        SiteMissing,
        PortTaken,
        UnusableSocket,
        TooFewFiles,
        CannotOpen,
    ) as error:
        raise CannotRun(str(error)) from error
    return SOUND


def _training(data: Path, records: Catalogue) -> "Curriculum | None":
    """The training beside the data, if it is there."""
    from mentorkorps.curriculum.loading import load_curriculum

    folder = data.resolve().parent / TRAINING
    return load_curriculum(folder, records) if folder.is_dir() else None


def _listening(options: argparse.Namespace) -> tuple[socket, str]:
    """The socket that systemd passed on, else one of our own; and its address for people."""
    from mentorkorps.backend.web.server import bind_socket
    from mentorkorps.backend.web.socket_activation import address_of, passed_on

    if inherited := passed_on(os.environ):
        return inherited, address_of(inherited)
    return bind_socket(options.host, options.port), f"http://{options.host}:{options.port}/"
