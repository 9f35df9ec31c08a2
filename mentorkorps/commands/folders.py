"""Where a portal keeps what is not data, and where the world finds it."""

import os
import sys
from pathlib import Path

TRAINING = Path("training")
DOCS = Path("docs")
LOCAL = "http://127.0.0.1:8000/"


def public_url() -> str:
    """Where the portal stands, for QR codes and links on paper, with a slash at its end."""
    if "MENTORKORPS_PUBLIC_URL" not in os.environ:
        hint = f"papers will lead to {LOCAL}; set MENTORKORPS_PUBLIC_URL"
        print(f"mentorkorps: {hint}", file=sys.stderr)
    return os.environ.get("MENTORKORPS_PUBLIC_URL", LOCAL).rstrip("/") + "/"
