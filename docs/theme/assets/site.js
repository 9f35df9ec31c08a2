// What the pages gain with JavaScript; each of them stands without it. Nothing is stored.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// The other language of a page begins with what this one was asked for.

for (const link of all("[data-keeps-address]")) {
  link.addEventListener("click", () => { link.search ||= location.search; });
}

// States follow the reader's clock, in Danish days.

const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Copenhagen" }).format(new Date());

function holds({ since, until }) {
  return (!since || since <= today) && (!until || today <= until);
}

for (const phases of all("[data-phases]")) {
  for (const phase of phases.children) phase.hidden = !holds(phase.dataset);
}

function stateOf(card) {
  return card.querySelector("[data-state]:not([hidden])")?.dataset.state;
}

// A card stands in the first group of its list that takes its state; one that no group takes leaves the page.
// The groups of one list stand in one [data-list]; a group that stands in none is a list of its own.

const groups = all("[data-states]").map((section) => ({
  section,
  list: section.closest("[data-list]") ?? section,
  states: section.dataset.states.split(" "),
  cards: section.querySelector("[data-cards]"),
  limit: Number(section.dataset.limit ?? Infinity),
}));

function settle() {
  for (const { list, cards } of groups) for (const card of [...cards.children]) settleCard(list, cards, card);
  for (const { cards, limit } of groups) [...cards.children].slice(limit).forEach((card) => card.remove());
  groups.forEach(showGroup);
}

function settleCard(list, cards, card) {
  const takes = ({ states }) => states.includes(stateOf(card)) || states.includes("*");
  const home = groups.find((group) => group.list === list && takes(group));
  if (!home) card.remove();
  else if (cards !== home.cards) home.cards.append(card);
}

function showGroup({ section, cards }) {
  const empty = section.querySelector("[data-empty]");
  const isEmpty = [...cards.children].every((card) => card.hidden);
  if (empty) empty.hidden = !isEmpty;
  section.hidden = isEmpty && !empty;
}

settle();

// Whether there is a place left is known by the service alone. Without it, the page says what the dates say.

for (const told of all("[data-places]")) {
  const calls = all(".mk-call a:not([hidden])");
  if (stateOf(document) !== "open") continue;
  fetch(told.dataset.places)
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then(({ places }) => {
      told.textContent = told.dataset[places] ?? "";
      if (places === "full") for (const call of calls) call.textContent = told.dataset.call;
    })
    .catch(() => {});
}

// Filters of the programme list, kept in the address.

function filterList(form) {
  const fields = all("select", form);
  const cards = all("[data-card]");
  const found = form.querySelector("[role=status]");
  const asked = new URLSearchParams(location.search);
  for (const field of fields) {
    if ([...field.options].some(({ value }) => value === asked.get(field.name))) field.value = asked.get(field.name);
  }

  const fits = (card) =>
    fields.every(({ name, value }) => {
      if (!value) return true;
      if (name === "state") return card.closest("[data-group]").dataset.group === value;
      return card.dataset[name].split(" ").includes(value);
    });

  function show() {
    for (const card of cards) card.hidden = !fits(card);
    groups.forEach(showGroup);
    const count = cards.filter((card) => !card.hidden).length;
    found.textContent = count === 1 ? form.dataset.one : form.dataset.many.replace("{count}", count);
    const chosen = fields.filter(({ value }) => value).map(({ name, value }) => [name, value]);
    history.replaceState(null, "", chosen.length ? `?${new URLSearchParams(chosen)}` : location.pathname);
  }

  form.addEventListener("change", show);
  form.addEventListener("reset", () => setTimeout(show));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
}

all("[data-filter]").forEach(filterList);

// The finder goes straight to the municipality; what it does not know, the service answers. The names are read when
// somebody comes to the field, and by the same steps as in mentorkorps/gazetteer.py.

const spelling = { æ: "ae", ø: "oe", å: "aa", ö: "oe", ä: "ae", ü: "u", é: "e" };
const plainWords = (text) =>
  text
    .toLowerCase()
    .replace(/[æøåöäüé]/g, (letter) => spelling[letter])
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
const alike = (text) => plainWords(text).replace(/ kommune$/, "");
const loosely = (key) => key.replaceAll("aa", "a").replaceAll("oe", "o");

const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/gu;
const POSTCODE = /\b(?:dk ?)?(\d{4})(?!\d)/;
const OF_A_MUNICIPALITY = /^(?:city|municipality) of | (?:regions)?kommune$| (?:regional )?municipality$/g;

const IN_PARTS = /^(?:dk )?(\d) ?(\d) ?(\d) ?(\d)$/;

function readings(text) {
  const key = plainWords(text.replace(UNSEEN, "").normalize("NFC")).replace(IN_PARTS, "$1$2$3$4");
  const name = key.replace(POSTCODE, " ").replace(/ +/g, " ").trim();
  const bare = name.replace(OF_A_MUNICIPALITY, "");
  return [key.match(POSTCODE)?.[1], name, bare, bare !== name && bare.replace(/s$/, "")].filter(Boolean);
}

async function readPlaces(address) {
  const [exact, loose, ranges] = [new Map(), new Map(), []];
  for (const [codes, names] of Object.entries(await (await fetch(address)).json())) {
    for (const name of names.split(",")) {
      const [first, last = first] = name.split("-");
      if (last !== first) ranges.push({ first, last, codes });
      exact.set(name, codes);
      const other = loose.get(loosely(name));
      loose.set(loosely(name), other && other !== codes ? "" : codes); // two places: the service asks
    }
  }
  const within = (one) => /^\d{4}$/.test(one) && ranges.find(({ first, last }) => first <= one && one <= last)?.codes;
  return (text) => {
    const read = readings(text);
    const found = (lookup) => read.map(lookup).find(Boolean);
    return found((one) => exact.get(one) ?? within(one)) ?? found((one) => loose.get(loosely(one))) ?? "";
  };
}

function findPlaces(form) {
  const { q } = form.elements;
  const answer = form.querySelector("[role=status]");
  let names;
  const read = () => (names ??= readPlaces(form.dataset.finder).catch(() => () => ""));
  for (const event of ["focus", "input"]) q.addEventListener(event, read);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const codes = (await read())(q.value);
    const meant = codes.match(/\d+/g)?.map((code) => form.querySelector(`[data-code="${code}"]`)) ?? [];
    if (!meant.length) return form.submit();
    if (meant.length === 1) return location.assign(meant[0].dataset.href);
    const sentence = codes.startsWith("?") ? form.dataset.several : form.dataset.likeliest;
    answer.replaceChildren(...choice(sentence.replace("{place}", () => q.value.trim()), meant));
  });
}

function choice(sentence, places) {
  const list = document.createElement("ul");
  for (const { value, dataset } of places) {
    const link = Object.assign(document.createElement("a"), { href: dataset.href, textContent: value });
    list.appendChild(document.createElement("li")).append(link);
  }
  return [Object.assign(document.createElement("p"), { textContent: sentence }), list];
}

all("[data-finder]").forEach(findPlaces);

// A form begins with what the link to it already knows: by what a question means, whatever it is called.

function prefill(form) {
  for (const [name, value] of new URLSearchParams(location.search)) {
    const field = form.querySelector(`[data-means="${CSS.escape(name)}"]`) ?? form.elements.namedItem(name);
    if (!field || field.type === "hidden" || field.value) continue;
    if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value)) continue;
    field.value = value;
    field.closest("details")?.setAttribute("open", "");
  }
}

all("form.mk-form").forEach(prefill);

// Search: every word must begin a word of the page. Danish endings are cut, which no search library here does.

const ENDINGS = /(ernes|erne|ets|ens|ene|ere|er|en|et|es|e|s|ing|ings)$/;
const stem = (word) => (word.length > 4 ? word.replace(ENDINGS, "") : word);
const parsed = (html) => new DOMParser().parseFromString(html.replaceAll("<", " <"), "text/html").body.textContent;
const plain = (html) => parsed(html).replace(/\s+/g, " ").trim();

const without = (title, text) => (text.startsWith(title) ? text.slice(title.length) : text);

async function readIndex(address) {
  // A page that was opened as a file may not fetch: the pack brings its index as a script.
  const { docs } = window.searchIndex ?? (await (await fetch(address)).json());
  const pages = new Map();
  for (const { location, title, text } of docs) {
    const at = location.split("#")[0];
    const page = pages.get(at);
    if (page) page.text += ` ${plain(title)} ${plain(text)}`;
    else pages.set(at, { at, title: plain(title), text: without(plain(title), plain(text)) });
  }
  const searchable = ({ title, text }) => ({ words: ` ${alike(`${title} ${text}`)}`, heads: ` ${alike(title)}` });
  return [...pages.values()].map((page) => ({ ...page, ...searchable(page) }));
}

function score(page, stems) {
  if (!stems.every((one) => page.words.includes(` ${one}`) || (one.length > 3 && page.words.includes(one)))) return 0;
  return 1 + stems.filter((one) => page.heads.includes(` ${one}`)).length * 10;
}

function excerpt(page, words) {
  const text = page.text.trim();
  const at = Math.max(0, ...words.map((word) => text.toLowerCase().indexOf(word)));
  const start = at > 50 ? text.indexOf(" ", at - 50) + 1 : 0;
  return `${start ? "… " : ""}${text.slice(start, start + 150).replace(/\s\S*$/, "")} …`;
}

function search(dialog) {
  const input = dialog.querySelector("input");
  const count = dialog.querySelector("[role=status]");
  const results = dialog.querySelector("ul");
  const index = new URL(dialog.dataset.search, location.href);
  let reading;

  function result(page, words) {
    const item = document.createElement("li");
    const link = item.appendChild(document.createElement("a"));
    link.href = new URL(`../${page.at}`, index);
    link.append(
      Object.assign(document.createElement("strong"), { textContent: page.title }),
      Object.assign(document.createElement("span"), { textContent: excerpt(page, words) }),
    );
    return item;
  }

  async function show() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const stems = words.map((word) => stem(alike(word))).filter(Boolean);
    const pages = await (reading ??= readIndex(index));
    const found = stems.length
      ? pages
          .map((page) => [score(page, stems), page])
          .filter(([points]) => points)
          .sort(([one], [other]) => other - one)
      : [];
    results.replaceChildren(...found.slice(0, 20).map(([, page]) => result(page, words)));
    const { none, one, many } = dialog.dataset;
    count.textContent = !stems.length ? "" : found.length < 2 ? [none, one][found.length] : many.replace("{count}", found.length);
  }

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    results.querySelector("a")?.click();
  });
  for (const button of all("[data-search-open]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      dialog.showModal();
      input.focus();
    });
  }
}

all("dialog[data-search]").forEach(search);
