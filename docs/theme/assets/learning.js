// What a reader of the training gains with JavaScript. Nothing is stored until the reader asks for it, and then only here.

const every = (selector, root = document) => [...root.querySelectorAll(selector)];
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// What the reader wants remembered: {modules: {id: true}, checks: {id: {number: "yes" or "no"}}}.

const memory = {
  key: "mentorkorps-uddannelse",
  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null; // refused by the browser, or not ours
    }
  },
  keep(what) {
    localStorage.setItem(this.key, JSON.stringify(what));
  },
  forget() {
    localStorage.removeItem(this.key);
  },
};

// The self-checks. Their answers open without a script; ticking off is remembered only where the reader asked for it.

function tickOff(list) {
  const id = list.dataset.checks;
  const said = { ...memory.kept()?.checks?.[id] };
  const questions = every("details", list);
  const result = list.querySelector("[role=status]");

  function show() {
    questions.forEach((question, number) => {
      for (const button of every("[data-knew]", question)) {
        button.setAttribute("aria-pressed", String(button.dataset.knew === said[number]));
      }
    });
    const answers = Object.values(said);
    const known = answers.filter((one) => one === "yes").length;
    result.textContent = answers.length ? filled(list.dataset.known, { count: known, all: questions.length }) : "";
  }

  questions.forEach((question, number) => {
    question.querySelector(".mk-question__mark").hidden = false;
    question.addEventListener("click", ({ target }) => {
      const knew = target.closest("[data-knew]")?.dataset.knew;
      if (!knew) return;
      if (said[number] === knew) delete said[number];
      else said[number] = knew;
      const kept = memory.kept();
      if (kept) memory.keep({ ...kept, checks: { ...kept.checks, [id]: said } });
      show();
    });
  });
  show();
}

every("[data-checks]").forEach(tickOff);

// How far the reader is.

function remember(section) {
  const { progress: id, course, count, finished } = section.dataset;
  const modules = course.split(" ");
  const find = (name) => section.querySelector(`[data-${name}]`);
  const status = section.querySelector("[role=status]");
  const onClick = (name, act) => find(name)?.addEventListener("click", act);

  function show() {
    const kept = memory.kept();
    const done = kept?.modules ?? {};
    for (const part of every("[data-when]", section)) part.hidden = (part.dataset.when === "on") !== Boolean(kept);
    find("count-of").textContent = filled(count, { count: modules.filter((one) => done[one]).length, all: modules.length });
    if (id) {
      find("finish").hidden = Boolean(done[id]);
      find("reopen").hidden = !done[id];
    } else lead(done);
  }

  // On the overview: which module comes next, and a word beside those that are done.
  function lead(done) {
    every(".mk-done").forEach((one) => one.remove());
    for (const link of every("a[data-module]")) {
      if (done[link.dataset.module]) link.after(Object.assign(document.createElement("span"), { className: "mk-done", textContent: finished }));
    }
    const next = find("next");
    const link = document.querySelector(`a[data-module="${modules.find((one) => !done[one])}"]`);
    next.hidden = !link;
    if (link) Object.assign(next, { href: link.href, textContent: filled(next.dataset.label, { title: link.textContent }) });
  }

  function change(kept, focusOn) {
    status.textContent = "";
    try {
      memory.keep(kept);
    } catch {
      status.textContent = status.dataset.refused;
    }
    show();
    every(focusOn, section).find((one) => !one.closest("[hidden]"))?.focus();
  }

  const setDone = (isDone) => {
    const kept = memory.kept();
    change({ ...kept, modules: { ...kept.modules, [id]: isDone || undefined } }, isDone ? "[data-reopen]" : "[data-finish]");
  };

  onClick("begin", () => change({ modules: {}, checks: {} }, "[data-finish], [data-next]"));
  onClick("finish", () => setDone(true));
  onClick("reopen", () => setDone(false));
  onClick("forget", () => {
    memory.forget();
    show();
    status.textContent = status.dataset.forgotten;
    find("begin").focus();
  });
  section.hidden = false;
  show();
}

every("[data-progress]").forEach(remember);

// The meaning of a word, where it stands: by pointer, by keyboard, and by a first tap. A second one leads to the glossary.

const WAIT = 250; // milliseconds to move the pointer from the word to its meaning

function explain(terms) {
  const tip = Object.assign(document.createElement("div"), { className: "mk-tip", id: "meaning", hidden: true });
  tip.setAttribute("role", "tooltip");
  document.querySelector("main").append(tip);
  let shown;
  let tapped;
  let leaving;

  function hide() {
    clearTimeout(leaving);
    shown?.removeAttribute("aria-describedby");
    shown = undefined;
    tip.hidden = true;
  }

  function show(term) {
    hide();
    shown = term;
    tip.textContent = term.dataset.meaning;
    tip.hidden = false;
    term.setAttribute("aria-describedby", tip.id);
    const [first] = term.getClientRects();
    const room = document.documentElement.clientWidth - tip.offsetWidth - 16;
    const above = first.bottom + tip.offsetHeight + 8 > document.documentElement.clientHeight && first.top > tip.offsetHeight + 8;
    tip.style.left = `${Math.max(16, Math.min(first.left, room)) + scrollX}px`;
    tip.style.top = `${(above ? first.top - tip.offsetHeight - 4 : first.bottom + 4) + scrollY}px`;
  }

  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, WAIT);
  };
  const isMouse = ({ pointerType }) => pointerType === "mouse";

  for (const term of terms) {
    term.addEventListener("pointerenter", (event) => isMouse(event) && show(term));
    term.addEventListener("pointerleave", (event) => isMouse(event) && leave());
    term.addEventListener("focus", () => term.matches(":focus-visible") && show(term));
    term.addEventListener("blur", hide);
    term.addEventListener("pointerdown", () => (tapped = shown === term));
    term.addEventListener("click", (event) => {
      if (event.pointerType !== "touch" || tapped) return;
      event.preventDefault();
      show(term);
    });
  }
  tip.addEventListener("pointerenter", () => clearTimeout(leaving));
  tip.addEventListener("pointerleave", leave);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  document.addEventListener("pointerdown", ({ target }) => {
    if (!tip.contains(target) && !shown?.contains(target)) hide();
  });
}

const terms = every(".mk-term");
if (terms.length) explain(terms);
