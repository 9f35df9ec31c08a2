"""What pypdf finds in a paper, for tests that read one back."""

from typing import Any


def figures(node: Any) -> list[Any]:
    """Every figure of the structure tree."""
    node = node.get_object()
    if not hasattr(node, "get"):
        return []
    inner = node.get("/K", [])
    inner = inner if isinstance(inner, list) else [inner]
    return [node] * (node.get("/S") == "/Figure") + [one for kid in inner for one in figures(kid)]


def is_embedded(font: Any) -> bool:
    font = font.get_object()
    described = font.get("/DescendantFonts", [font])[0].get_object()["/FontDescriptor"]
    return any(name in described for name in ("/FontFile", "/FontFile2", "/FontFile3"))
