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

// Toasts ----------------------------------------------------------------------------------------------------------

export const toast = (words) => {
  const box = document.createElement("div");
  box.className = "toast";
  const text = document.createElement("span");
  text.textContent = words;
  box.append(text);
  $("#toasts").append(box);
  setTimeout(() => box.remove(), Math.max(6000, words.length * 90));
};
