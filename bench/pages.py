"""Building 500 programmes in Danish beside stock MkDocs and Material with the same pages, in and out of its nav."""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.many import ROOT, data_with
from bench.reading import command

PROGRAMMES = 500
QUIET = {"NO_MKDOCS_2_WARNING": "1"}


def run() -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        data = data_with(PROGRAMMES, folder)
        command("export", folder / "stock", "--data", data)
        stock = folder / "stock"
        rows = [
            ("this theme", *built("mkdocs.yml", ROOT, folder / "ours", MENTORKORPS_DATA=str(data))),
            ("stock Material, pages outside nav", *built(outside(stock), stock, folder / "out")),
            ("stock Material, pages in nav", *built("mkdocs.yml", stock, folder / "in")),
        ]
    print(f"{PROGRAMMES} programmes more | seconds | MB | kB a page | kB of CSS and scripts")
    print("---|---|---|---|---")
    for name, took, size, page, assets in rows:
        print(f"{name} | {took:.1f} | {size / 1e6:.1f} | {page / 1e3:.1f} | {assets / 1e3:.0f}")


def outside(stock: Path) -> str:
    text = (stock / "mkdocs.yml").read_text("utf-8")
    outside_nav = "nav: [index.md]\nvalidation: {nav: {omitted_files: ignore}}\n"
    (stock / "outside.yml").write_text(text + outside_nav, "utf-8")
    return "outside.yml"


def built(
    configuration: str, where: Path, site: Path, **environment: str
) -> tuple[float, int, int, int]:
    """Seconds, bytes of the site, bytes of a programme page, bytes of styles and scripts."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "-f", configuration, "-d", site],
        cwd=where,
        env=os.environ | QUIET | environment,
        check=True,
        stderr=subprocess.DEVNULL,
    )
    took = time.perf_counter() - start
    files = [path for path in site.rglob("*") if path.is_file()]
    page = (site / "programmer" / "korps-7" / "index.html").stat().st_size
    assets = sum(path.stat().st_size for path in files if path.suffix in (".css", ".js"))
    return took, sum(path.stat().st_size for path in files), page, assets
