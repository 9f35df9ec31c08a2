"""Makes the README's picture from the built site: the front page and a programme, on a screen and on a phone.

make screenshots
"""

import shutil
import threading
from base64 import b64encode
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "readme.png"
SHOTS = (
    ("/", 1180, "light"),
    ("/programmer/mentorkorps-aabent-hold/", 360, "light"),
    ("/en/", 360, "dark"),
)
HEIGHT = 780
FRAME = """
<body style="margin:0;padding:24px;display:flex;gap:24px;background:#E3EFEC;width:max-content">
{}
</body>
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=ROOT / "site"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        pictures = []
        for path, width, scheme in SHOTS:
            page = browser.new_page(
                viewport={"width": width, "height": HEIGHT}, color_scheme=scheme
            )
            page.goto(f"http://127.0.0.1:{server.server_port}{path}", wait_until="networkidle")
            pictures.append(page.screenshot())
        together(browser.new_page(), pictures).screenshot(path=TARGET, full_page=True)
    server.shutdown()
    print(TARGET.relative_to(ROOT))


def together(page: Page, pictures: list[bytes]) -> Page:
    """The pictures side by side on one page."""
    images = "".join(
        f'<img style="border-radius:10px" src="data:image/png;base64,{b64encode(picture).decode()}">'
        for picture in pictures
    )
    page.set_viewport_size(
        {"width": sum(width + 24 for _, width, _ in SHOTS) + 24, "height": HEIGHT + 48}
    )
    page.set_content(FRAME.format(images))
    return page


if __name__ == "__main__":
    main()
