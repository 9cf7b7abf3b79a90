// What every part of the try-out page uses: finding elements, posting, saying something. All words come from the server.

export const page = document.body;
export const says = (name) => page.dataset[`says${name[0].toUpperCase()}${name.slice(1)}`] ?? "";
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const picked = (name) => $(`[data-pick="${name}"]`)?.value ?? "";

export const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

// Posting ---------------------------------------------------------------------------------------------------------

export const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** Posts a form; on a broken line again with the same id, which the server takes as a repeat. */
export const post = async (path, values, attempts = 3) => {
  const body = "file" in values ? new FormData() : new URLSearchParams();
  for (const [name, value] of Object.entries(values)) body.append(name, value);
  let response;
  try {
    response = await fetch(`${path}?lang=${page.dataset.lang}`, { method: "POST", body });
  } catch {
    if (attempts <= 1) throw new Error(says("failed"));
    await wait(600);
    return post(path, values, attempts - 1);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || says("failed"));
  return answer;
};

export const seatAddresses = (seat) => ({
  seat,
  place: picked(seat),
  sender: seat === "team" ? picked("member") : picked(seat),
});

// Notices ---------------------------------------------------------------------------------------------------------

let notice;

/** Says something in its place, under a seat or beside the clock: one thing at a time, and not for long. */
export const toast = (words, where) => {
  quiet();
  const list = $(`#transcript-${where}`);
  const atEnd = list && list.scrollHeight - list.scrollTop - list.clientHeight < 4;
  $(`[data-toast="${where}"]`).textContent = words;
  if (atEnd) list.scrollTop = list.scrollHeight;
  notice = setTimeout(quiet, Math.min(12000, Math.max(5000, words.length * 70)));
};

/** Takes away what was said. */
export const quiet = () => {
  clearTimeout(notice);
  for (const said of $$("[data-toast]")) said.textContent = "";
};
