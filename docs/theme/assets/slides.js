// Slides by keyboard, clicker and button; and the trainer's page beside them, which is told what is shown.
// Without this script the slides are a long page. Nothing is stored.

const SPEAKER = "mk-speaker";
const QUIET_AFTER = 2500;
// A page that was opened as a file has no origin to name.
const origin = location.protocol === "file:" ? "*" : location.origin;

const KEYS = {
  ArrowRight: "next", ArrowDown: "next", PageDown: "next", " ": "next",
  ArrowLeft: "previous", ArrowUp: "previous", PageUp: "previous",
  Home: "first", End: "last", f: "full", F: "full", n: "speaker", N: "speaker", t: "clock", T: "clock", b: "dark", B: "dark", ".": "dark",
};

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
  if (event.key === " " && event.target.closest("button, a, summary")) return undefined;
  return event.key === " " && event.shiftKey ? "previous" : KEYS[event.key];
}

const make = (name, className, text = "") => Object.assign(document.createElement(name), { className, textContent: text });

// The slides.

function present(deck) {
  const slides = [...deck.children];
  const clocks = new Map([...deck.querySelectorAll("[data-minutes]")].map((place) => [place.closest("section"), clock(place)]));
  let at = Math.max(0, slides.findIndex(({ id }) => `#${id}` === location.hash));
  let speaker;

  const titleOf = (slide) => slide.querySelector("h1, h2").textContent.trim();

  function tell() {
    const { previous, next, then, last } = deck.dataset;
    const following = slides[at + 1];
    speaker?.postMessage(
      {
        section: slides[at].dataset.section ?? "",
        now: `${at + 1} / ${slides.length} · ${titleOf(slides[at])}`,
        then: following ? then.replace("{title}", titleOf(following)) : last,
        words: { previous, next },
      },
      origin,
    );
  }

  function go(to) {
    at = Math.min(slides.length - 1, Math.max(0, to));
    slides[at].focus({ preventScroll: true });
    location.replace(`#${slides[at].id}`);
    slides[at].scrollIntoView({ behavior: "instant" });
    tell();
  }

  function forward() {
    const answer = slides[at].querySelector("[data-answer]:not(.sl-answered)");
    if (answer) answer.classList.add("sl-answered");
    else go(at + 1);
  }

  const actions = {
    next: forward,
    previous: () => go(at - 1),
    first: () => go(0),
    last: () => go(slides.length - 1),
    full: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.()),
    speaker: () => {
      speaker = window.open(deck.dataset.speaker, SPEAKER, "popup,width=1100,height=800");
    },
    clock: () => clocks.get(slides[at])?.(),
    dark: () => document.body.classList.toggle("sl--dark"),
  };

  document.addEventListener("keydown", (event) => {
    const action = pressed(event);
    if (!action) return;
    event.preventDefault();
    actions[action]();
  });
  for (const button of document.querySelectorAll("[data-press]")) {
    button.hidden = false;
    button.addEventListener("click", () => actions[button.dataset.press]());
  }
  window.addEventListener("message", ({ source, data }) => {
    if (!speaker || source !== speaker) return;
    if (data === "ready") tell();
    else if (Object.hasOwn(actions, data)) actions[data]();
  });
  // Whoever scrolls by hand is followed.
  const distance = (slide) => Math.abs(slide.getBoundingClientRect().top);
  const nearest = () => slides.reduce((best, slide, i) => (distance(slide) < distance(slides[best]) ? i : best), 0);
  document.addEventListener("scroll", () => {
    const there = nearest();
    if (there === at) return;
    at = there;
    tell();
  }, { passive: true });

  document.body.classList.add("sl--shown");
  rest();
  if (at) go(at);
}

// The tools leave the screen while nobody moves.
function rest() {
  const { classList } = document.body;
  let waiting;
  const wake = () => {
    classList.remove("sl--idle");
    clearTimeout(waiting);
    waiting = setTimeout(() => classList.add("sl--idle"), QUIET_AFTER);
  };
  for (const name of ["mousemove", "touchstart", "focusin"]) document.addEventListener(name, wake, { passive: true });
  wake();
}

// A count-down. It is started by hand, and returns what starts and stops it.
function clock(place) {
  const { minutes, start, pause, over } = place.dataset;
  const shown = place.querySelector("[role=timer]");
  const word = place.querySelector("small");
  const run = place.querySelector("[data-run]");
  let left = minutes * 60;
  let until;
  let ticking;

  function show() {
    const seconds = Math.ceil(until ? (until - Date.now()) / 1000 : left);
    const isOver = seconds <= 0;
    shown.textContent = isOver ? "0:00" : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    word.textContent = isOver ? over : "";
    place.dataset.state = isOver ? "over" : until ? "running" : "paused";
    run.textContent = until ? pause : start;
    if (isOver) stop(0);
  }

  function stop(seconds) {
    clearInterval(ticking);
    left = seconds;
    until = undefined;
  }

  function toggle() {
    if (until) stop(Math.max(0, (until - Date.now()) / 1000));
    else if (left > 0) {
      until = Date.now() + left * 1000;
      ticking = setInterval(show, 250);
    }
    show();
  }

  run.addEventListener("click", toggle);
  place.querySelector("[data-more]").addEventListener("click", () => {
    if (until) until += 60_000;
    else left += 60;
    show();
  });
  run.parentElement.hidden = false;
  return toggle;
}

// The trainer's page as speaker window.

function follow(slides) {
  const bar = make("div", "sl-speaker");
  const now = bar.appendChild(make("p", "sl-speaker__now"));
  const time = make("p", "sl-speaker__clock");
  const buttons = ["previous", "next"].map((name) => {
    const button = make("button", "");
    button.type = "button";
    button.addEventListener("click", () => slides.postMessage(name, origin));
    return [name, button];
  });
  bar.append(...buttons.map(([, button]) => button), time);
  document.body.prepend(bar);

  const tick = () => {
    time.textContent = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  };
  tick();
  setInterval(tick, 5000);

  function placeOf(section) {
    const check = section.match(/^check-(\d+)$/);
    if (check) return document.querySelectorAll(".mk-question")[check[1] - 1];
    return section ? document.getElementById(section)?.closest(".mk-taught") : undefined;
  }

  window.addEventListener("message", ({ source, data }) => {
    if (source !== slides || typeof data?.section !== "string") return;
    now.replaceChildren(data.now, make("span", "sl-speaker__then", data.then));
    for (const [name, button] of buttons) button.textContent = data.words[name];
    document.querySelector(".sl-shown")?.classList.remove("sl-shown");
    const place = placeOf(data.section);
    place?.classList.add("sl-shown");
    if (place) place.scrollIntoView({ block: "start" });
    else window.scrollTo(0, 0);
  });
  document.addEventListener("keydown", (event) => {
    const action = { PageDown: "next", ArrowRight: "next", PageUp: "previous", ArrowLeft: "previous" }[event.key];
    if (!action) return;
    event.preventDefault();
    slides.postMessage(action, origin);
  });
  slides.postMessage("ready", origin);
}

const deck = document.querySelector(".sl-deck");
if (deck) present(deck);
else if (window.name === SPEAKER && window.opener) follow(window.opener);
