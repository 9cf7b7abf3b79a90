// What came while nobody looked: counted for every seat, marked in its place, and led to by a button.

import { $, $$, page, says } from "./page.js";

const SEATS = ["customer", "team", "admin"];
const MARKED = 4000;
const unseen = new Map(SEATS.map((seat) => [seat, new Set()]));
const waiting = new Map();
const watchers = new Map();

const listOf = (seat) => $(`#transcript-${seat}`);
const bubbles = (seat) => $$("[data-entry]", listOf(seat));

/** The messages a seat shows, before it is brought up to date. */
export const shownIn = (seat) => new Set(bubbles(seat).map((bubble) => bubble.dataset.entry));

/** Those of others that were not there before are new until they have been seen; `quiet`: none is. */
export const markNews = (seat, before, quiet) => {
  const news = unseen.get(seat);
  if (quiet) news.clear();
  const here = new Set();
  for (const bubble of bubbles(seat)) {
    const { entry } = bubble.dataset;
    here.add(entry);
    if (!quiet && !before.has(entry) && !bubble.matches(".mine")) news.add(entry);
    if (news.has(entry)) watcher(seat).observe(bubble);
  }
  for (const entry of news) if (!here.has(entry)) news.delete(entry);
  tell(seat);
};

/** To the first new message; whoever came by keyboard stands on it. */
export const goToNews = (seat) => {
  const first = bubbles(seat).find((bubble) => unseen.get(seat).has(bubble.dataset.entry));
  if (!first) return;
  const list = listOf(seat);
  const [at, view] = [first.getBoundingClientRect(), list.getBoundingClientRect()];
  list.scrollTop += at.top - view.top - Math.max(12, (view.height - at.height) / 2);
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
};

const watcher = (seat) => {
  if (!watchers.has(seat)) {
    const look = (seen) => {
      for (const { target, intersectionRect, boundingClientRect, rootBounds } of seen) {
        const most = Math.min(boundingClientRect.height, rootBounds?.height ?? Infinity);
        if (intersectionRect.height && intersectionRect.height >= most * 0.6) see(seat, target);
      }
    };
    watchers.set(seat, new IntersectionObserver(look, { root: listOf(seat), threshold: [0, 0.2, 0.4, 0.6, 0.8, 1] }));
  }
  return watchers.get(seat);
};

const see = (seat, bubble) => {
  unseen.get(seat).delete(bubble.dataset.entry);
  watcher(seat).unobserve(bubble);
  setTimeout(() => bubble.classList.remove("fresh"), MARKED);
  tell(seat);
};

/** Says how many there are a moment later: what is seen at once is no news. */
const tell = (seat) => {
  clearTimeout(waiting.get(seat));
  waiting.set(seat, setTimeout(() => draw(seat), 250));
};

const draw = (seat) => {
  const news = unseen.get(seat);
  const mark = $(`[data-news="${seat}"]`);
  const words = news.size ? says("news").replace("{n}", news.size) : "";
  if ($("b", mark).textContent !== words) $("b", mark).textContent = words;
  mark.hidden = !news.size;
  const marked = bubbles(seat).filter((bubble) => news.has(bubble.dataset.entry));
  for (const bubble of marked) bubble.classList.add("fresh");
  const [first] = marked;
  const above = first && first.getBoundingClientRect().top < listOf(seat).getBoundingClientRect().top;
  mark.dataset.way = above ? "up" : "down";
  const dot = $(`.tabs [data-tab="${seat}"] .unread`);
  $("b", dot).textContent = news.size || "";
  if (news.size) dot.hidden = page.dataset.tab === seat;
};
