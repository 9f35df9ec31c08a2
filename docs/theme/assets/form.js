// Tells at once what the server would tell after sending: the same constraints, in the page's own words.
// Without this file the browser's own messages and the server's answer do the work.
(() => {
  const CPR = /(?<![0-9])(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}(?![0-9])/;

  for (const form of document.querySelectorAll(".mk-form")) {
    form.noValidate = true;
    const once = form.querySelector("input[name=once]");
    if (once) once.value = [...crypto.getRandomValues(new Uint32Array(4))].join("-");
    form.addEventListener("mk:judge", (event) => {
      const wrong = controls(form).filter((control) => event.detail.contains(control) && judge(form, control));
      if (!wrong.length) return;
      event.preventDefault();
      (wrong[0].matches("fieldset") ? wrong[0].querySelector("input") : wrong[0]).focus();
    });
    form.addEventListener("submit", (event) => {
      const wrong = controls(form).filter((control) => judge(form, control));
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
    });
  }
  document.querySelector(".mk-summary")?.focus();
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

  function controls(form) {
    const asked = [...form.elements].filter((one) => one.willValidate && one.closest(".mk-field"));
    for (const one of asked) {
      if (["email", "tel"].includes(one.type)) one.value = one.value.trim(); // spaces that came along from elsewhere
    }
    return [...new Set(asked.map(judged))];
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
    const text = control.value.trim();
    if (control.validity.valueMissing || (control.required && control.type !== "checkbox" && !text)) {
      return control.dataset.missing || control.validationMessage;
    }
    if (!text && !control.required && control.type !== "checkbox") return ""; // spaces are no answer
    if (control.type !== "checkbox" && CPR.test(text)) return form.dataset.cpr;
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
