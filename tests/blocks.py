"""Records as YAML with one value a line, so that a test knows where each stands."""

import json
from typing import Any

Path = tuple[str | int, ...]


def written_records(records: list[Any]) -> tuple[str, dict[Path, tuple[int, int]]]:
    """The text, and for each path in the records the line of its key and the line where its value begins."""
    lines: list[str] = []
    places: dict[Path, tuple[int, int]] = {}
    for index, record in enumerate(records):
        _item((index,), record, "", lines, places)
    return "\n".join(lines) + "\n", places


def _item(
    path: Path, value: Any, indent: str, lines: list[str], places: dict[Path, tuple[int, int]]
) -> None:
    if isinstance(value, dict) and value:
        start = len(lines)
        places[path] = start + 1, start + 1
        _fields(path, value, f"{indent}  ", lines, places)
        lines[start] = f"{indent}- {lines[start][len(indent) + 2 :]}"
    else:
        lines.append(f"{indent}- {_scalar(value)}")
        places[path] = len(lines), len(lines)


def _fields(
    path: Path, record: dict, indent: str, lines: list[str], places: dict[Path, tuple[int, int]]
) -> None:
    for key, value in record.items():
        inner = (*path, key)
        at = len(lines) + 1
        if isinstance(value, dict) and value:
            lines.append(f"{indent}{key}:")
            _fields(inner, value, f"{indent}  ", lines, places)
            places[inner] = at, at + 1
        elif isinstance(value, list) and value:
            lines.append(f"{indent}{key}:")
            for index, item in enumerate(value):
                _item((*inner, index), item, f"{indent}  ", lines, places)
            places[inner] = at, at + 1
        else:
            lines.append(f"{indent}{key}: {_scalar(value)}")
            places[inner] = at, at


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else json.dumps(value)
