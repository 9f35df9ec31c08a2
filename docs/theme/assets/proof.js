// Tells people from robots without a riddle: when a form is first touched, the browser asks for a challenge and
// solves it beside the page while the visitor types. Sending never waits for it, and nothing is stored.
(() => {
  if (typeof document === "undefined") {
    onmessage = (event) => postMessage(solved(event.data));
    return;
  }

  const HOURS_FRESH = 6;
  const script = document.currentScript.src;

  for (const form of document.querySelectorAll("form.mk-form")) {
    // Not form.action: a field of that name would stand in its way.
    const action = new URL(form.getAttribute("action"), location.href);
    if (!/\/forms\/[a-z0-9-]+$/.test(action.pathname)) continue;
    const proof = document.createElement("input");
    proof.type = "hidden";
    proof.name = "proof";
    form.append(proof);
    let asked = 0;
    const touched = () => {
      if (Date.now() - asked < HOURS_FRESH * 3600e3) return;
      asked = Date.now();
      proof.value = "";
      prove(`${action.href}/challenge`).then((text) => { proof.value = text; }, () => {});
    };
    form.addEventListener("focusin", touched);
    form.addEventListener("input", touched);
    // Back to a page that was sent: its proof is spent.
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      asked = 0;
      proof.value = "";
    });
  }

  async function prove(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const challenge = await answer.json();
    const number = await inTheBackground(challenge);
    const { algorithm, salt, signature } = challenge;
    return btoa(JSON.stringify({ algorithm, challenge: challenge.challenge, number, salt, signature }));
  }

  function inTheBackground(challenge) {
    return new Promise((resolve, reject) => {
      const worker = new Worker(script);
      worker.onmessage = (event) => {
        worker.terminate();
        event.data < 0 ? reject(new Error("no number")) : resolve(event.data);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        worker.terminate();
        reject(new Error("no worker"));
      };
      worker.postMessage(challenge);
    });
  }

  function solved({ challenge, salt, largest }) {
    const wanted = challenge.match(/.{8}/g).map((part) => parseInt(part, 16) | 0);
    const hash = sha256();
    for (let number = 0; number <= largest; number += 1) {
      const found = hash(salt + number);
      if (found[0] === wanted[0] && found.every((word, index) => word === wanted[index])) return number;
    }
    return -1;
  }

  // FIPS 180-4 for ASCII. crypto.subtle answers one hash at a time by a promise: ten times slower for short texts.
  function sha256() {
    const rounds = new Int32Array(64);
    const first = new Int32Array(8);
    const state = new Int32Array(8);
    const words = new Int32Array(64);
    const isPrime = (number) => {
      for (let part = 2; part * part <= number; part += 1) if (number % part === 0) return false;
      return true;
    };
    const fraction = (value) => ((value - Math.floor(value)) * 4294967296) | 0;
    for (let number = 2, count = 0; count < 64; number += 1) {
      if (!isPrime(number)) continue;
      if (count < 8) first[count] = fraction(Math.sqrt(number));
      rounds[count] = fraction(Math.cbrt(number));
      count += 1;
    }
    return (text) => {
      const blocks = ((text.length + 8) >> 6) + 1;
      state.set(first);
      for (let block = 0; block < blocks; block += 1) {
        words.fill(0);
        const start = block * 64;
        const end = Math.min(64, text.length - start);
        for (let at = 0; at < end; at += 1) words[at >> 2] |= text.charCodeAt(start + at) << (24 - (at & 3) * 8);
        if (end >= 0 && end < 64) words[end >> 2] |= 128 << (24 - (end & 3) * 8);
        if (block === blocks - 1) words[15] = text.length * 8;
        for (let at = 16; at < 64; at += 1) {
          const before = words[at - 15];
          const last = words[at - 2];
          const low = ((before >>> 7) | (before << 25)) ^ ((before >>> 18) | (before << 14)) ^ (before >>> 3);
          const high = ((last >>> 17) | (last << 15)) ^ ((last >>> 19) | (last << 13)) ^ (last >>> 10);
          words[at] = (words[at - 16] + low + words[at - 7] + high) | 0;
        }
        let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (let at = 0; at < 64; at += 1) {
          const one = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + rounds[at] + words[at]) | 0;
          const two = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
          h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
        }
        state[0] += a; state[1] += b; state[2] += c; state[3] += d;
        state[4] += e; state[5] += f; state[6] += g; state[7] += h;
      }
      return state;
    };
  }
})();
