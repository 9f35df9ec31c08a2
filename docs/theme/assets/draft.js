// A draft in this browser, only when the visitor asks for it, and gone once the form is sent or the visitor says so.
// What somebody agrees to is neither kept nor ticked again.
(() => {
  const DAYS = 30;

  for (const form of document.querySelectorAll(".mk-form[data-draft]")) offer(form, JSON.parse(form.dataset.words));

  function offer(form, words) {
    const key = `mk-draft-${form.id}`;
    const box = document.createElement("div");
    box.className = "mk-draft";
    const said = text("p", "");
    said.setAttribute("role", "status");
    const forget = button(words.draft_forget, () => { localStorage.removeItem(key); settle(words.draft_gone); });
    const fetch = button(words.draft_fetch, () => { fill(form, read(key).values); settle(words.draft_fetched); });
    const keep = button(words.draft_keep, () => { write(key, form); settle(words.draft_kept); });
    box.append(text("h2", words.draft_title), text("p", words.draft_text), keep, fetch, forget, said);
    form.after(box);
    form.addEventListener("submit", (event) => { if (!event.defaultPrevented) localStorage.removeItem(key); });
    settle("");

    function settle(message) {
      const kept = read(key);
      fetch.hidden = forget.hidden = !kept;
      said.textContent = message || (kept ? words.draft_there.replace("{day}", new Date(kept.at).toLocaleDateString(document.documentElement.lang)) : "");
    }
  }

  function write(key, form) {
    const left = ["website", "once", "proof", "language", ...consents(form).map(({ name }) => name)];
    const values = [...new FormData(form)].filter(([name]) => !left.includes(name));
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
  }

  function read(key) {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null");
    if (kept && Date.now() - kept.at > DAYS * 86_400_000) localStorage.removeItem(key);
    return localStorage.getItem(key) && kept;
  }

  function consents(form) {
    return [...form.querySelectorAll(".mk-consents input")];
  }

  function fill(form, values) {
    const agreed = consents(form);
    for (const control of [...form.elements].filter((control) => !agreed.includes(control))) {
      const given = values.filter(([name]) => name === control.name).map(([, value]) => value);
      if (["checkbox", "radio"].includes(control.type)) control.checked = given.includes(control.value);
      else if (given.length) control.value = given[0];
    }
    form.dispatchEvent(new CustomEvent("mk:filled"));
  }

  function button(words, act) {
    const pressed = text("button", words);
    pressed.type = "button";
    pressed.className = "mk-button mk-button--quiet";
    pressed.addEventListener("click", act);
    return pressed;
  }

  function text(tag, words) {
    const element = document.createElement(tag);
    element.textContent = words;
    return element;
  }
})();
