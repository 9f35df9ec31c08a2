"""The portal's own data with many more programmes."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent


def data_with(programmes: int, folder: Path) -> Path:
    """A copy of data/ under `folder` with so many more programmes, copies of one that has every field."""
    data = folder / "data"
    shutil.copytree(ROOT / "data", data)
    text = (data / "programmes.yaml").read_text("utf-8")
    first = text.index("- id: ")
    record = text[first : text.index("- id: ", first + 1)]
    name = record.splitlines()[0]
    copies = (record.replace(name, f"- id: korps-{number}", 1) for number in range(programmes))
    (data / "programmes").mkdir()
    (data / "programmes" / "many.yaml").write_text("".join(copies), "utf-8")
    return data
