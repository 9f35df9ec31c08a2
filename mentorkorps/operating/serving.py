"""`mentorkorps serve`"""

import argparse
import os

from mentorkorps import catalogue
from mentorkorps.backend.app import create_app
from mentorkorps.backend.reply import SiteMissing
from mentorkorps.backend.serve import PortTaken, bind, run
from mentorkorps.backend.settings import PUBLIC_URL, SettingsError, read
from mentorkorps.backend.store import CannotOpen
from mentorkorps.ending import SOUND, CannotRun


def serve(options: argparse.Namespace) -> int:
    address = f"http://{options.host}:{options.port}/"
    try:
        with bind(options.host, options.port) as listening:
            settings = read({PUBLIC_URL: address} | os.environ)
            app = create_app(catalogue.load(options.data), options.site, settings)
            print(f"Mentorkorps is at {address}  (stop with Ctrl-C)")
            print(f"Data: {settings.database}   Mail: {settings.smtp or settings.mail_folder}", flush=True)
            run(app, listening)
    except (SettingsError, SiteMissing, PortTaken, CannotOpen) as error:
        raise CannotRun(str(error)) from error
    return SOUND
