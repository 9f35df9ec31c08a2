// Tells at once what the server would tell after sending: the same constraints, in the page's own words.
// Without this file the browser's own messages and the server's answer do the work.
(() => {
  // The same as in mentorkorps/characters.py and model.py; tests/browser/test_agreement.py holds them together.
  const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/gu;
  const SPACES = "[ \\t\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]";
  const DASHES = "\\u2010-\\u2015\\u2043\\u2212\\ufe58\\ufe63\\uff0d";
  const [ANY_SPACE, ANY_DASH] = [new RegExp(SPACES, "g"), new RegExp(`[${DASHES}]`, "g")];
  const CPR = new RegExp(
    "(?<![0-9])(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}" +
      `${SPACES}{0,3}[${DASHES}-]?${SPACES}{0,3}[0-9]{4}(?![0-9])`,
  );

  for (const form of document.querySelectorAll(".mk-form")) {
    form.noValidate = true;
    const once = form.querySelector("input[name=once]");
    if (once) once.value = [...crypto.getRandomValues(new Uint32Array(4))].join("-");
    form.addEventListener("mk:judge", (event) => {
      const wrong = controls(form).filter((control) => event.detail.contains(control) && judge(form, control));
      tellInTitle(form, wrong.length > 0);
      if (!wrong.length) return;
      event.preventDefault();
      (wrong[0].matches("fieldset") ? wrong[0].querySelector("input") : wrong[0]).focus();
    });
    form.addEventListener("submit", (event) => {
      const wrong = controls(form).filter((control) => judge(form, control));
      tellInTitle(form, wrong.length > 0);
      if (wrong.length) {
        event.preventDefault();
        summarise(form, wrong);
      }
    });
    // While typing, not on leaving the field: a message that goes away as the pointer goes down moves the page,
    // and the click on the next control is lost.
    form.addEventListener("input", (event) => {
      const control = judged(event.target);
      if (control.getAttribute("aria-invalid")) judge(form, control);
      // What was asked back was about another text.
      if (!event.target.closest(".mk-meant")) event.target.closest(".mk-field")?.querySelector(".mk-meant")?.remove();
    });
    form.addEventListener("change", ({ target }) => { if (target.matches("input[list]")) offerPlaces(form, target); });
  }
  document.querySelector(".mk-summary")?.focus();
  // After every other script has had its say. Nothing is blocked: who stops the page may send again.
  document.addEventListener("submit", ({ target, submitter, defaultPrevented }) => {
    if (!defaultPrevented && target.dataset.words) showBusy(target, submitter);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".mk-summary a");
    const control = link && document.getElementById(link.hash.slice(1));
    if (!control) return;
    event.preventDefault();
    const focused = control.matches("fieldset") ? control.querySelector("input") : control;
    focused.closest("details")?.setAttribute("open", "");
    focused.closest(".mk-field").scrollIntoView({ block: "start" });
    focused.focus({ preventScroll: true });
  });

  function showBusy(form, submitter) {
    const button = submitter ?? form.querySelector("[type=submit]");
    const label = button.textContent;
    const status = document.createElement("span");
    status.className = "mk-visually-hidden";
    status.setAttribute("role", "status");
    form.append(status);
    form.setAttribute("aria-busy", "true");
    button.textContent = status.textContent = JSON.parse(form.dataset.words).sending;
    addEventListener("pageshow", () => {
      form.removeAttribute("aria-busy");
      status.remove();
      button.textContent = label;
    }, { once: true });
  }

  // As the server does on a page with errors.
  function tellInTitle(form, isWrong) {
    const title = document.title.replace(`${form.dataset.error} `, "");
    document.title = isWrong ? `${form.dataset.error} ${title}` : title;
  }

  // Offers the municipalities that a place may mean, the likeliest chosen. Nobody has to wait for it.
  async function offerPlaces(form, control) {
    const q = control.value;
    if (!form.dataset.find || !q.trim()) return;
    const json = { headers: { Accept: "application/json" } };
    const answer = await fetch(`${form.dataset.find}?${new URLSearchParams({ q })}`, json).catch(() => undefined);
    const { municipalities, main, is_guess } = answer?.ok ? await answer.json() : { municipalities: [] };
    const field = control.closest(".mk-field");
    if (control.value !== q || field.querySelector(".mk-meant")) return;
    if (municipalities.length > 1 || is_guess) field.append(choice(form, control, municipalities, main));
  }

  function choice(form, control, municipalities, main) {
    const { meant, choose_meant } = JSON.parse(form.dataset.words);
    const box = document.createElement("fieldset");
    box.className = "mk-choices mk-meant";
    box.id = `${control.id}-choice`;
    box.dataset.missing = choose_meant;
    box.append(Object.assign(document.createElement("legend"), { textContent: meant }));
    for (const value of municipalities) {
      const label = Object.assign(document.createElement("label"), { className: "mk-choice" });
      const radio = Object.assign(document.createElement("input"), { type: "radio", name: control.name, value });
      radio.checked = value === main;
      label.append(radio, " ", Object.assign(document.createElement("span"), { textContent: value }));
      box.append(label);
    }
    return box;
  }

  function controls(form) {
    const asked = [...form.elements].filter((one) => one.willValidate && one.closest(".mk-field"));
    for (const one of asked) {
      const text = cleaned(one);
      if (text !== one.value) one.value = text;
    }
    return [...new Set(asked.map(judged))];
  }

  // What copying brings along into an address or a phone number: signs that nobody sees, odd spaces and dashes.
  function cleaned({ type, value }) {
    if (!["email", "tel"].includes(type)) return value;
    const plain = value.replace(UNSEEN, "").replace(ANY_SPACE, " ").replace(ANY_DASH, "-").trim();
    return type === "email" ? withAsciiDomain(plain) : plain.replace(/[^\0-\x7f]/g, (sign) => digit(sign) ?? sign);
  }

  // Arabic, Persian and full-width digits.
  function digit(sign) {
    const zero = [0x660, 0x6f0, 0xff10].find((zero) => zero <= sign.codePointAt(0) && sign.codePointAt(0) < zero + 10);
    return zero && sign.codePointAt(0) - zero;
  }

  // Browsers do so to what is typed, but not to what a script puts in; they show it as it was typed.
  function withAsciiDomain(address) {
    const [, local, domain] = address.match(/^([^@]*@)([^@\s/?#:%\\[\]]*[^\x00-\x7f][^@\s/?#:%\\[\]]*)$/) ?? [];
    return domain && URL.canParse(`http://${domain}`) ? local + new URL(`http://${domain}`).hostname : address;
  }

  // Boxes and circles that belong together are judged together.
  function judged(control) {
    return control.closest("fieldset[data-missing]") || control;
  }

  // Shows or clears the message of one control; true if something is wrong with it.
  function judge(form, control) {
    const message = verdict(form, control);
    const field = control.closest(".mk-field");
    const id = `${control.id || control.name}-error`;
    document.getElementById(id)?.remove();
    field.classList.toggle("mk-field--wrong", Boolean(message));
    describe(control, id, Boolean(message));
    const above = field.querySelector(".mk-hint") || field.querySelector("legend, label:not(.mk-choice)");
    if (message) above ? above.after(paragraph(form, id, message)) : field.prepend(paragraph(form, id, message));
    return Boolean(message);
  }

  function verdict(form, control) {
    if (control.matches("fieldset")) return control.querySelector("input:checked") ? "" : control.dataset.missing;
    const text = control.value.replace(UNSEEN, "").trim();
    if (control.validity.valueMissing || (control.required && control.type !== "checkbox" && !text)) {
      return control.dataset.missing || control.validationMessage;
    }
    if (!text && !control.required && control.type !== "checkbox") return ""; // spaces are no answer
    const cpr = control.type !== "checkbox" && CPR.exec(text);
    // A phone number may look like one, but has no hyphen before its last four digits.
    if (cpr && (control.type !== "tel" || cpr[0].includes("-"))) return control.dataset.cpr || form.dataset.cpr;
    if (!control.validity.valid) return control.dataset.invalid || control.validationMessage;
    return "";
  }

  function describe(control, id, isWrong) {
    const ids = (control.getAttribute("aria-describedby") || "").split(" ").filter((one) => one && one !== id);
    if (isWrong) ids.push(id);
    ids.length ? control.setAttribute("aria-describedby", ids.join(" ")) : control.removeAttribute("aria-describedby");
    isWrong ? control.setAttribute("aria-invalid", "true") : control.removeAttribute("aria-invalid");
  }

  function paragraph(form, id, message) {
    const made = document.createElement("p");
    made.className = "mk-error";
    made.id = id;
    const prefix = document.createElement("span");
    prefix.className = "mk-visually-hidden";
    prefix.textContent = `${form.dataset.error} `;
    made.append(prefix, message);
    return made;
  }

  function summarise(form, wrong) {
    form.querySelector(".mk-summary")?.remove();
    const box = document.createElement("div");
    box.className = "mk-summary";
    box.tabIndex = -1;
    box.setAttribute("role", "alert");
    const title = document.createElement("h2");
    title.textContent = form.dataset.summary;
    const list = document.createElement("ul");
    for (const control of wrong) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `#${control.id}`;
      link.textContent = verdict(form, control);
      item.append(link);
      list.append(item);
    }
    box.append(title, list);
    form.prepend(box);
    box.focus();
  }
})();
