"""Each kind of page with text at twice its size: nothing is cut off, and nothing lies beside the page."""

from tests.browser.test_pages import KINDS
from tests.browser.test_training import KINDS as TRAINING

LARGE = {
    **{kind: at for kind, at in KINDS.items() if not kind.startswith(("english", "privacy"))},
    **{
        kind: TRAINING[kind]
        for kind in ("overview", "module", "trainer", "glossary", "rule cards", "run sheet")
    },
    "course": "/kurser/odense-marts-2027/",
    "hosts": "/for-kommuner-og-organisationer/",
}
"""One of each kind of page."""
CUT = """width => {
  document.documentElement.scrollLeft = 0;
  const scrolls = box => ["auto", "scroll"].includes(getComputedStyle(box).overflowX);
  const hides = box => ["hidden", "clip"].includes(getComputedStyle(box).overflowX);
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const cut = new Set();
  for (let text = words.nextNode(); text; text = words.nextNode()) {
    const box = text.parentElement;
    if (!text.data.trim() || !box.checkVisibility() || box.closest("dialog, .mk-skip, .mk-trap, svg")) continue;
    if (box.closest(".mk-visually-hidden") || getComputedStyle(box).clipPath !== "none") continue;
    const around = document.createRange();
    around.selectNodeContents(text);
    let right = width;
    let isHeld = false;
    for (let parent = box; parent && !isHeld; parent = parent.parentElement) {
      if (getComputedStyle(parent).clipPath !== "none") isHeld = true;
      if (scrolls(parent) && parent.scrollWidth > parent.clientWidth) isHeld = true;
      if (hides(parent)) right = Math.min(right, parent.getBoundingClientRect().right);
    }
    if (isHeld) continue;
    for (const {left, right: end, width: wide} of around.getClientRects())
      if (wide && (end > right + 1 || left < -1)) cut.add(text.data.trim().slice(0, 40));
  }
  return [...cut];
}"""


def test_nothing_is_cut_off_where_the_text_is_twice_as_large(context_of):
    page = context_of(viewport={"width": 360, "height": 740})
    cut = {}
    for kind, at in LARGE.items():
        page.goto(at)
        page.evaluate("document.documentElement.style.fontSize = '36px'")
        for width in (320, 360, 768):
            page.set_viewport_size({"width": width, "height": 740})
            beside = page.evaluate("document.documentElement.scrollWidth") > width
            if beside or (words := page.evaluate(CUT, width)):
                cut[kind, width] = beside or words

    assert {} == cut
