// The run sheet plans the rest of a late day again. The printed sheet stands without it, and nothing is stored.

const minutesOf = (clock) => {
  const [hours, minutes] = clock.split(":").map(Number);
  return hours * 60 + minutes;
};
const isoOf = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const danish = document.documentElement.lang === "da";
const clockOf = (minutes) => `${Math.floor(minutes / 60)}${danish ? "." : ":"}${String(minutes % 60).padStart(2, "0")}`;

// Whole numbers in the proportion of `weights`, none above its weight, that add up to `total`.
function share(total, weights) {
  const sum = weights.reduce((one, other) => one + other, 0);
  if (!sum) return weights.map(() => 0);
  const exact = weights.map((weight) => (Math.min(total, sum) * weight) / sum);
  const whole = exact.map(Math.floor);
  const order = exact.map((value, i) => i).sort((one, other) => exact[other] - whole[other] - (exact[one] - whole[one]));
  let left = Math.min(total, sum) - whole.reduce((one, other) => one + other, 0);
  for (const i of order) if (left > 0 && whole[i] < weights[i]) { whole[i] += 1; left -= 1; }
  return whole;
}

// The slots from `first` on, begun at `now`. What is late is taken before the lunch if it can be, else after it.
// A fixed slot never begins earlier than planned; it begins later only if the modules before it cannot give enough.
function plan(slots, first, now, end) {
  const rest = slots.slice(first).map((slot) => ({ ...slot, shown: slot.takes }));
  let start = now;
  let from = 0;
  while (from < rest.length) {
    const found = rest.findIndex((slot, i) => i > from && slot.fixed);
    const to = found < 0 ? rest.length : found;
    const part = rest.slice(from, to);
    const due = found < 0 ? end : rest[found].start;
    const needed = part.reduce((sum, slot) => sum + slot.takes, 0);
    const cuts = share(Math.max(0, start + needed - due), part.map((slot) => slot.gives));
    part.forEach((slot, i) => {
      slot.shown = slot.takes - cuts[i];
      slot.begins = start;
      start += slot.shown;
    });
    if (found >= 0) start = Math.max(start, due);
    from = to;
  }
  return { rest, end: start };
}

function read(row) {
  const { start, takes, gives, fixed } = row.dataset;
  return { row, start: minutesOf(start), takes: Number(takes), gives: Number(gives), fixed: fixed !== undefined };
}

function show({ row, takes, shown, begins }, word) {
  const [start, end] = row.querySelectorAll("time");
  for (const [time, at] of [[start, begins], [end, begins + shown]]) {
    time.dateTime = isoOf(at);
    time.textContent = clockOf(at);
  }
  const minutes = row.querySelector("[data-shown]");
  minutes.textContent = shown === takes ? word(takes) : `${takes} → ${word(shown)}`;
  row.toggleAttribute("data-changed", shown !== takes);
  const steps = [...row.querySelectorAll("[data-step]")];
  const planned = steps.map((step) => Number(step.dataset.step));
  share(shown, planned).forEach((part, i) => (steps[i].firstElementChild.textContent = part));
}

function present() {
  const now = new Date();
  return now.getHours() * 60 + now.getMinutes();
}

function follow(day) {
  const form = day.querySelector("form");
  const answer = form.querySelector("[role=status]");
  const slots = [...day.querySelectorAll("[data-slot]")].map(read);
  const end = minutesOf(day.dataset.end);
  const word = (count) => day.dataset.minutes.replace("{count}", count);
  const say = (text, count, at) => {
    answer.textContent = text.replace("{count}", count).replace("{end}", at === undefined ? "" : clockOf(at));
  };
  const back = () => {
    for (const slot of slots) {
      show({ ...slot, shown: slot.takes, begins: slot.start }, word);
      slot.row.removeAttribute("data-past");
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const now = minutesOf(form.elements.now.value || "0:0");
    const first = Number(form.elements.next.value);
    back();
    if (now < slots[0].start - 120 || now > end + 120) return say(day.dataset.wrong);
    const late = now - slots[first].start;
    const planned = plan(slots, first, now, end);
    slots.slice(0, first).forEach(({ row }) => row.setAttribute("data-past", ""));
    planned.rest.forEach((slot) => show(slot, word));
    if (late > 0) say(planned.end > end ? day.dataset.over : day.dataset.late, late, planned.end);
    else say(late < 0 ? day.dataset.early : day.dataset.fits, -late, planned.end);
  });
  form.addEventListener("reset", () => {
    back();
    say("");
  });
  form.elements.now.value = isoOf(Math.min(Math.max(present(), slots[0].start), end));
  form.elements.next.value = slots.findLastIndex(({ start }) => start <= minutesOf(form.elements.now.value));
  form.hidden = false;
}

document.querySelectorAll("[data-day]").forEach(follow);
