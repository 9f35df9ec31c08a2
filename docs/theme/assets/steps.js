// Questions that wait for an answer, and forms that are asked step by step with a look back before sending.
// Without this file all questions stand on one page, and the server takes only those that apply.
(() => {
  for (const form of document.querySelectorAll(".mk-form")) {
    ask(form);
    const steps = [...form.querySelectorAll("[data-step]")];
    if (steps.length > 1) walk(form, steps, form.querySelector("[data-last]"), JSON.parse(form.dataset.words));
  }

  // Shows a question only after the answer it waits for. What is hidden is disabled, and so is not sent.
  function ask(form) {
    const waiting = [...form.querySelectorAll("[data-shown-if]")];
    for (const field of waiting) field.querySelector(".mk-only").hidden = true;
    const settle = () => {
      for (const field of waiting) {
        const [name, value] = field.dataset.shownIf.split("=");
        field.hidden = !answers(form, name).includes(value);
        for (const control of field.querySelectorAll("input, select, textarea")) control.disabled = field.hidden;
      }
    };
    form.addEventListener("change", settle);
    form.addEventListener("mk:filled", settle);
    settle();
  }

  function answers(form, name) {
    const controls = [...form.elements].filter((one) => one.name === name && !one.disabled);
    return controls.filter((one) => !["checkbox", "radio"].includes(one.type) || one.checked).map((one) => one.value);
  }

  function walk(form, steps, last, words) {
    const parts = [...steps, last];
    const place = made("p", "mk-step-of", "");
    place.setAttribute("role", "status");
    form.prepend(place);
    const review = made("div", "mk-review", "");
    last.prepend(heading(words.check), review);
    parts.forEach((part, number) => part.append(buttons(number)));
    let current = 0;

    // Before the page's own listener, which would judge questions that nobody has seen yet.
    form.addEventListener("submit", (event) => {
      if (current === parts.length - 1) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      forward();
    }, { capture: true });
    window.addEventListener("popstate", (event) => show(event.state?.step ?? 0));
    document.addEventListener("click", (event) => {
      const link = event.target.closest(".mk-summary a");
      const number = link ? parts.findIndex((part) => part.querySelector(`#${CSS.escape(link.hash.slice(1))}`)) : -1;
      if (number >= 0) show(number);
    }, { capture: true });

    const wrong = parts.findIndex((part) => part.querySelector(".mk-field--wrong, .mk-field--asked"));
    history.replaceState({ ...history.state, step: 0 }, "");
    show(0, false);
    if (wrong > 0) go(wrong);
    document.querySelector(".mk-summary")?.focus();

    function forward() {
      const judged = new CustomEvent("mk:judge", { cancelable: true, detail: parts[current] });
      if (form.dispatchEvent(judged)) go(current + 1);
    }

    function go(number) {
      history.pushState({ ...history.state, step: number }, "");
      show(number);
    }

    function show(number, focuses = true) {
      current = number;
      parts.forEach((part, index) => { part.hidden = index !== number; });
      place.textContent = words.step.replace("{number}", number + 1).replace("{count}", parts.length);
      if (number === parts.length - 1) look();
      if (!focuses) return;
      const title = parts[number].querySelector("h2");
      title.scrollIntoView({ block: "center" });
      title.focus({ preventScroll: true });
    }

    function buttons(number) {
      const row = made("div", "mk-step-buttons", "");
      if (number === parts.length - 1) row.append(last.querySelector("[type=submit]"));
      else row.append(button("mk-button", words.next, forward));
      if (number) row.append(button("mk-button mk-button--quiet", words.back, () => history.back()));
      return row;
    }

    function look() {
      review.replaceChildren(...steps.map((step, number) => {
        const part = made("section", "", "");
        const list = made("dl", "mk-facts", "");
        for (const field of step.querySelectorAll(".mk-field:not([hidden])")) {
          const pair = made("div", "", "");
          pair.append(made("dt", "", label(field)), made("dd", "mk-typed", answer(field) || words.unanswered));
          list.append(pair);
        }
        const title = step.querySelector("h2").textContent;
        const change = button("mk-button mk-button--quiet", words.change, () => go(number));
        change.setAttribute("aria-label", `${words.change}: ${title}`);
        part.append(made("h3", "", title), list, change);
        return part;
      }));
    }
  }

  function label(field) {
    const copy = field.querySelector("legend, label").cloneNode(true);
    copy.querySelectorAll(".mk-optional, input").forEach((one) => one.remove());
    return copy.textContent.trim();
  }

  function answer(field) {
    const chosen = [...field.querySelectorAll("input:checked")];
    if (chosen.length) return chosen.map((one) => one.closest("label").textContent.trim()).join(", ");
    const control = field.querySelector("select, textarea, input:not([type=checkbox], [type=radio])");
    if (!control?.value) return "";
    if (control.type === "email") return control.value.replace(/(?<=[@.])xn--([^.]+)/g, readable);
    return control.matches("select") ? control.selectedOptions[0].textContent : control.value;
  }

  // A label of a domain as it was typed: browsers show it so in its field, but give it to scripts in ASCII (RFC 3492).
  function readable(label, encoded) {
    const at = encoded.lastIndexOf("-");
    const points = [...encoded.slice(0, Math.max(at, 0))].map((letter) => letter.codePointAt(0));
    let [point, index, bias] = [128, 0, 72];
    for (let place = at + 1; place < encoded.length; points.splice(index++, 0, point)) {
      const before = index;
      for (let weight = 1, k = 36; ; k += 36) {
        const code = encoded.charCodeAt(place++);
        const digit = code < 58 ? code - 22 : code - 97;
        if (!(digit >= 0 && digit < 36)) return label;
        index += digit * weight;
        const threshold = Math.min(Math.max(k - bias, 1), 26);
        if (digit < threshold) break;
        weight *= 36 - threshold;
      }
      const count = points.length + 1;
      let delta = Math.floor((index - before) / (before ? 2 : 700));
      delta += Math.floor(delta / count);
      for (bias = 0; delta > 455; bias += 36) delta = Math.floor(delta / 35);
      bias += Math.floor((36 * delta) / (delta + 38));
      point += Math.floor(index / count);
      index %= count;
      if (point > 0x10ffff) return label;
    }
    return String.fromCodePoint(...points);
  }

  function heading(text) {
    const title = made("h2", "", text);
    title.tabIndex = -1;
    return title;
  }

  function button(name, text, act) {
    const pressed = made("button", name, text);
    pressed.type = "button";
    pressed.addEventListener("click", act);
    return pressed;
  }

  function made(tag, name, text) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.textContent = text;
    return element;
  }
})();
