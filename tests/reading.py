"""What pypdf finds in a paper, and how it is judged, for tests that read one back."""

from io import BytesIO
from typing import Any

import page
from pypdf import PdfReader


def faults(pdf: PdfReader) -> list[str]:
    """What a validator of PDF/UA-1 (ISO 14289-1) finds wrong; it agrees with veraPDF on veraPDF's own corpus."""
    assert isinstance(pdf.stream, BytesIO)
    failures = page.validate_pdf_bytes(pdf.stream.getvalue(), profile="ua1").failures
    return [f"{failure.rule_id}: {failure.message}" for failure in failures]


def figures(node: Any) -> list[Any]:
    """Every figure of the structure tree."""
    node = node.get_object()
    if not hasattr(node, "get"):
        return []
    inner = node.get("/K", [])
    inner = inner if isinstance(inner, list) else [inner]
    return [node] * (node.get("/S") == "/Figure") + [
        figure for kid in inner for figure in figures(kid)
    ]


def is_embedded(font: Any) -> bool:
    font = font.get_object()
    described = font.get("/DescendantFonts", [font])[0].get_object()["/FontDescriptor"]
    return any(name in described for name in ("/FontFile", "/FontFile2", "/FontFile3"))
