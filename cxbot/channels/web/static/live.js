// Keeps the seats as the server has them, on a wide screen and behind tabs.

import { markNews, shownIn } from "./news.js";
import { $, $$, page, picked, says, toast } from "./page.js";

// Live ------------------------------------------------------------------------------------------------------------

let stream;
let late;

export const connect = () => {
  stream?.close();
  const query = new URLSearchParams({ lang: page.dataset.lang });
  for (const name of ["customer", "team", "member", "admin"]) query.set(name, picked(name));
  history.replaceState(null, "", `?${query}`);
  for (const link of $$(".tongues a")) {
    query.set("lang", link.dataset.language);
    link.href = `?${query}`;
  }
  query.set("lang", page.dataset.lang);
  let first = true;
  stream = new EventSource(`/try/live?${query}`);
  stream.onopen = () => {
    clearTimeout(late);
    late = undefined;
    $("#offline").textContent = says("back");
    setTimeout(() => { if (!late) $("#offline").hidden = true; }, 2000);
  };
  stream.onerror = () => {
    first = true;
    late ??= setTimeout(() => {
      $("#offline").hidden = false;
      $("#offline").textContent = says("lost");
    }, 1500);
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  };
  stream.onmessage = (event) => {
    const news = JSON.parse(event.data);
    for (const [seat, changed] of Object.entries(news.seats)) show(seat, changed, first);
    for (const [place, done] of news.steps.entries()) markStep(place, done);
    showClock(news.clock);
    $("#survey-link").hidden = !news.link;
    $("#survey-link").href = news.link;
    showErased(news.erased);
    for (const [seat, people] of Object.entries(news.pickers)) showPeople(seat, people, first);
    first = false;
  };
};

const parse = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector("li");
};

/** Brings one seat up to date: replaces what changed in place, adds what is new, drops what is no longer there. */
const show = (seat, { order, fresh }, quiet) => {
  const list = $(`#transcript-${seat}`);
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  const before = shownIn(seat);
  const wanted = new Set(order);
  for (const old of [...list.children]) if (!wanted.has(old.id)) old.remove();
  let arrived = false;
  for (const [place, id] of order.entries()) {
    const known = document.getElementById(id);
    const html = fresh[id];
    if (html !== undefined) {
      const next = parse(html);
      if (!known) {
        if (!quiet) next.classList.add("new");
        list.insertBefore(next, list.children[place] ?? null);
        arrived ||= !$(".mine", next);
      } else if (known.dataset.print !== next.dataset.print) {
        swap(known, next);
        arrived ||= !quiet;
      }
    }
  }
  if (atEnd || quiet) scrollToNewest(list);
  if (arrived && !quiet) markUnread(seat);
  markNews(seat, before, quiet);
};

/** The phone of a customer who was forgotten has nothing on it, and nobody writes there. */
const showErased = (erased) => {
  $("#erased").hidden = !erased;
  $('.composer[data-seat="customer"]').hidden = erased;
  $("#transcript-customer").classList.toggle("nothing", erased);
};

/** Who can be chosen in a seat, as it changes; the one chosen stays so, even where they are there no more. */
const showPeople = (seat, people, first) => {
  for (const picker of $$(`[data-pick="${seat}"], #happen-${seat}`)) {
    const known = [...picker.options].map((option) => `${option.value} ${option.text}`);
    const wanted = [...people];
    const { value } = picker;
    if (picker.dataset.pick && !people.some((each) => each.value === value)) wanted.push({ value, label: says("erased") });
    if (known.join() === wanted.map((each) => `${each.value} ${each.label}`).join()) continue;
    const added = wanted.filter((each) => ![...picker.options].some((option) => option.value === each.value));
    picker.replaceChildren(...wanted.map(({ value: address, label, vip }) => {
      const option = new Option(label, address, false, address === value);
      if (vip) option.dataset.vip = vip;
      return option;
    }));
    if (!first && picker.dataset.pick && added.length) {
      toast(says("private").replace("{name}", added.map((each) => each.label).join(", ")), seat);
    }
  }
};

/** To the end, but never past the beginning of the newest message: an alert is read from its top. */
export const scrollToNewest = (list) => {
  const newest = list.lastElementChild;
  const top = newest ? newest.offsetTop - list.offsetTop - 12 : 0;
  list.scrollTop = Math.min(list.scrollHeight - list.clientHeight, top);
};

/** Replaces a message; whoever stood on one of its buttons stands on the same one again, or on the message. */
const swap = (known, next) => {
  const focused = known.contains(document.activeElement) ? document.activeElement : undefined;
  known.replaceWith(next);
  if (!focused) return;
  const same = focused.dataset.choice && $(`[data-choice="${CSS.escape(focused.dataset.choice)}"]`, next);
  const target = same || $("button", next) || next.parentElement;
  target.focus({ preventScroll: true });
};

const markStep = (place, done) => {
  const step = $(`[data-step="${place}"]`);
  if (!step) return;
  step.classList.toggle("done", done);
  $("[data-done]", step).hidden = !done;
};

export const showClock = (words) => {
  $("#clock").textContent = words;
  $("#phone-clock").textContent = /\d\d:\d\d/.exec(words)?.[0] ?? "";
};

// Tabs, on a narrow screen ----------------------------------------------------------------------------------------

export const openTab = (name) => {
  page.dataset.tab = name;
  for (const tab of $$(".tabs button")) {
    if (tab.dataset.tab === name) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  $(`.tabs [data-tab="${name}"] .unread`).hidden = true;
  for (const tab of $$(".tabs button")) if ($("b", tab)?.textContent && tab.dataset.tab !== name) $(".unread", tab).hidden = false;
  const list = $(`#transcript-${name}`);
  if (list) scrollToNewest(list);
};

const markUnread = (seat) => {
  if (page.dataset.tab !== seat) $(`.tabs [data-tab="${seat}"] .unread`).hidden = false;
};

window.addEventListener("pagehide", () => stream?.close());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) connect();
});
