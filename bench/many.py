"""The portal's own data with many more programmes."""

import random
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent


def data_with(programmes: int, folder: Path) -> Path:
    """A copy of data/ under `folder` with so many more programmes: one that has every field, in other places."""
    data = folder / "data"
    shutil.copytree(ROOT / "data", data)
    text = (data / "programmes.yaml").read_text("utf-8")
    first = text.index("- id: ")
    record = text[first : text.index("- id: ", first + 1)]
    name = record.splitlines()[0]
    codes = re.findall(r'code: ("[0-9]{4}")', (data / "municipalities.yaml").read_text("utf-8"))
    chance = random.Random(7)
    copies = (
        re.sub(
            r"(?m)^  municipalities: .*$",
            f"  municipalities: [{', '.join(chance.sample(codes, 2))}]",
            record,
        ).replace(name, f"- id: korps-{number}", 1)
        for number in range(programmes)
    )
    (data / "programmes").mkdir()
    (data / "programmes" / "many.yaml").write_text("".join(copies), "utf-8")
    return data
