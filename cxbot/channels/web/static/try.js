// The try-out page: what is done in its seats, its panel and its clock.

import { connect, openTab, scrollToNewest, showClock } from "./live.js";
import { goToNews } from "./news.js";
import { $, $$, newId, page, picked, post, quiet, says, seatAddresses, toast, wait } from "./page.js";

const act = async (seat, values, invoker) => {
  const receipt = await post("/try/act", { id: newId(), ...seatAddresses(seat), ...values });
  if (receipt.form) openForm(seat, receipt.form, values, invoker);
  if (receipt.notice) toast(receipt.notice, seat);
  return receipt;
};

// Writing, pressing, sending --------------------------------------------------------------------------------------

const grow = (words) => {
  if (CSS.supports("field-sizing", "content")) return;
  words.style.height = "auto";
  words.style.height = `${Math.min(words.scrollHeight, 132)}px`;
};

const submitWords = async (composer) => {
  const words = $("textarea", composer);
  const text = words.value.trim();
  if (!text || composer.dataset.busy) return;
  composer.dataset.busy = "1";
  composer.dataset.id ||= newId();
  try {
    await act(composer.dataset.seat, { id: composer.dataset.id, kind: "text", text }, words);
    if (words.value.trim() === text) words.value = "";
    delete composer.dataset.id;
    grow(words);
    const list = $(`#transcript-${composer.dataset.seat}`);
    list.scrollTop = list.scrollHeight;
  } catch (error) {
    toast(error.message, composer.dataset.seat);
  }
  delete composer.dataset.busy;
};

const pressed = new Map();

/** One press of a button is one act, however fast it is pressed again. */
const press = async (button) => {
  const about = button.closest("[data-about]").dataset.about;
  const mark = `${about} ${button.dataset.choice}`;
  if (pressed.has(mark)) return;
  pressed.set(mark, true);
  button.setAttribute("aria-busy", "true");
  const seat = button.closest("[data-tab-of]").dataset.tabOf;
  try {
    const values = { kind: "choice", choice: button.dataset.choice, about, label: button.textContent.trim() };
    const receipt = await act(seat, values, button);
    if (!receipt.form) await wait(400);
  } catch (error) {
    toast(error.message, seat);
  }
  button.removeAttribute("aria-busy");
  pressed.delete(mark);
};

const sendMedia = async (values) => {
  closeAttach();
  if (values.file && values.file.size > Number(page.dataset.uploadBytes)) {
    toast(says("large"), "customer");
    return;
  }
  try {
    await act("customer", { kind: "media", ...values });
  } catch (error) {
    toast(error.message, "customer");
  }
};

const attach = $("[data-attach]");
const attachMenu = $("#attach-menu");

const closeAttach = () => {
  if (attachMenu.hidden) return;
  attachMenu.hidden = true;
  attach.setAttribute("aria-expanded", "false");
  attach.focus();
};

// Forms -----------------------------------------------------------------------------------------------------------

const dialog = $("#dialog");

const openForm = (seat, html, { about = "" }, invoker) => {
  dialog.innerHTML = html;
  const form = $("form", dialog);
  dialog.returnTo = invoker?.dataset.choice ?? dialog.returnTo;
  if (!dialog.open) dialog.showModal();
  $("[data-preview]", form)?.addEventListener("click", () => preview(seat, form, about));
  ($("[aria-invalid=true]", form) ?? $("input, select, textarea", form) ?? $("h2", form)).focus();
  const id = newId();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const button = $("[type=submit]", form);
    button.setAttribute("aria-busy", "true");
    try {
      const fields = Object.fromEntries(new FormData(form));
      const receipt = await act(seat, { id, kind: "form", choice: form.dataset.key, about, ...fields });
      if (!receipt.form) dialog.close();
    } catch (error) {
      const problem = $(".problem", form);
      problem.hidden = false;
      problem.textContent = error.message;
    }
    button.removeAttribute("aria-busy");
    delete form.dataset.busy;
  });
};

/** What the customer would read, under the fields; nothing is sent by looking. */
const preview = async (seat, form, about) => {
  const shown = $(".preview", form);
  const values = { id: newId(), kind: "form", choice: `preview:${form.dataset.key}`, about };
  try {
    const receipt = await post("/try/act", { ...seatAddresses(seat), ...values, ...Object.fromEntries(new FormData(form)) });
    const drawn = new DOMParser().parseFromString(receipt.form, "text/html");
    const [note, own] = [$("[data-note]", drawn), $(".dialog-form > [data-note]", dialog)];
    if (note && own) own.replaceChildren(...note.childNodes);
    shown.replaceChildren($("h2", drawn), ...$$(".hint", drawn).filter((hint) => hint !== note || !own));
    $("h2", shown).removeAttribute("id");
  } catch (error) {
    shown.textContent = error.message;
  }
  shown.hidden = false;
};

dialog.addEventListener("close", () => {
  const back = dialog.returnTo && $(`[data-choice="${CSS.escape(dialog.returnTo)}"]`);
  (back || $("#words-team")).focus({ preventScroll: true });
  dialog.innerHTML = "";
});

// The panel and the clock -----------------------------------------------------------------------------------------

const happen = $("#happen");

const fillDetails = () => {
  const what = $("[name=what]:checked", happen);
  const number = 10000 + Math.floor(Math.random() * 90000);
  if (!happen.reference.dataset.touched) happen.reference.value = what.dataset.reference.replace("{n}", String(number));
  if (!happen.agent.dataset.touched) happen.agent.value = what.dataset.agent;
};

const fillCustomer = () => {
  const option = happen.customer.selectedOptions[0];
  happen.vip.checked = Boolean(option?.dataset.vip);
};

const submitHappening = async () => {
  const button = $("[type=submit]", happen);
  if (happen.dataset.busy) return;
  happen.dataset.busy = "1";
  happen.dataset.id ||= newId();
  button.setAttribute("aria-busy", "true");
  const outcome = $("#outcome");
  try {
    const values = Object.fromEntries(new FormData(happen));
    const answer = await post("/try/happen", { id: happen.dataset.id, ...values });
    outcome.dataset.tone = answer.tone;
    outcome.textContent = answer.outcome;
    delete happen.dataset.id;
    delete happen.reference.dataset.touched;
    fillDetails();
    await followTo(values.customer, responsibleTeam());
  } catch (error) {
    outcome.dataset.tone = "medium";
    outcome.textContent = error.message;
  }
  button.removeAttribute("aria-busy");
  delete happen.dataset.busy;
};

const windBy = async (by) => {
  const buttons = $$("[data-wind]");
  if (buttons[0].getAttribute("aria-disabled")) return;
  for (const button of buttons) button.setAttribute("aria-disabled", "true");
  $("#winding").hidden = false;
  quiet();
  try {
    toast((await post("/try/wind", { by }, 1)).notice, "clock");
  } catch (error) {
    toast(error.message, "clock");
  }
  $("#winding").hidden = true;
  for (const button of buttons) button.removeAttribute("aria-disabled");
};

/** Somebody unknown takes the place of the customer who was forgotten. */
const renew = async (button) => {
  button.setAttribute("aria-busy", "true");
  try {
    await post("/try/renew", { customer: picked("customer") });
    await wait(300);
    $("#words-customer").focus();
  } catch (error) {
    toast(error.message, "customer");
  }
  button.removeAttribute("aria-busy");
};

/** The place of the team that would be alerted about what was just made to happen. */
const responsibleTeam = () => {
  const chosen = happen.team.selectedOptions[0];
  if (chosen?.dataset.place) return chosen.dataset.place;
  const { touchpoint } = $("[name=what]:checked", happen).dataset;
  const teams = [...happen.team.options].filter((option) => option.dataset.place);
  return teams.find((option) => JSON.parse(option.dataset.touchpoints).includes(touchpoint))?.dataset.place ?? "";
};

/** The seats show whom it happened to and who is responsible. */
const followTo = async (customer, team) => {
  if (picked("customer") === customer && (!team || picked("team") === team)) return;
  $('[data-pick="customer"]').value = customer;
  if (team && picked("team") !== team) {
    $('[data-pick="team"]').value = team;
    await listMembers();
  }
  connect();
};

/** The members who can act are listed anew for another team, as the server would draw them. */
const listMembers = async () => {
  const query = new URLSearchParams({ lang: page.dataset.lang, team: picked("team") });
  const text = await (await fetch(`/try?${query}`)).text();
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector('[data-pick="member"]');
  if (fresh) $('[data-pick="member"]').innerHTML = fresh.innerHTML;
};

// Events ----------------------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const target = event.target.closest("button, a");
  if (!target?.closest("[data-attach], #attach-menu")) closeAttachQuietly(event);
  if (!target) return;
  const { choice, media, command, news, wind, tab } = target.dataset;
  if (choice !== undefined) press(target);
  else if (media !== undefined) sendMedia({ media });
  else if (command !== undefined) {
    $("#words-admin").value = command;
    submitWords($('.composer[data-seat="admin"]'));
  } else if (wind !== undefined) windBy(wind);
  else if (news !== undefined) goToNews(news);
  else if ("renew" in target.dataset) renew(target);
  else if (tab !== undefined) openTab(tab);
  else if ("close" in target.dataset) dialog.close();
  else if ("attach" in target.dataset) {
    attachMenu.hidden = !attachMenu.hidden;
    attach.setAttribute("aria-expanded", String(!attachMenu.hidden));
    if (!attachMenu.hidden) $("button", attachMenu).focus();
  }
});

const closeAttachQuietly = (event) => {
  if (attachMenu.hidden || attachMenu.contains(event.target)) return;
  attachMenu.hidden = true;
  attach.setAttribute("aria-expanded", "false");
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeAttach();
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  const composer = event.target.closest?.(".composer");
  if (!composer || event.target.tagName !== "TEXTAREA") return;
  event.preventDefault();
  submitWords(composer);
});

document.addEventListener("submit", (event) => {
  if (event.target === happen) {
    event.preventDefault();
    submitHappening();
  } else if (event.target.matches(".composer")) {
    event.preventDefault();
    submitWords(event.target);
  }
});

document.addEventListener("input", (event) => {
  if (event.target.matches(".composer textarea")) grow(event.target);
  if (event.target === happen.reference || event.target === happen.agent) event.target.dataset.touched = "1";
});

document.addEventListener("change", async (event) => {
  const { target } = event;
  if (target.matches("[data-upload]")) {
    const [file] = target.files;
    target.value = "";
    if (file) sendMedia({ file });
  } else if (target.name === "what") fillDetails();
  else if (target === happen.customer) fillCustomer();
  else if (target.matches("[data-pick]")) {
    if (target.dataset.pick === "team") await listMembers();
    if (target.dataset.pick === "customer") {
      happen.customer.value = target.value;
      fillCustomer();
    }
    connect();
  }
});

fillDetails();
fillCustomer();
showClock($("#clock").textContent);
for (const list of $$(".transcript")) scrollToNewest(list);
connect();
