// Shows the questions of the way an answer leads, one after the other. The server decides again by itself.
"use strict";

const form = document.querySelector("form[data-bands]");

if (form) {
  const bands = JSON.parse(form.dataset.bands);
  const questions = [...form.querySelectorAll("[data-question]")];
  const byId = new Map(questions.map((question) => [question.dataset.question, question]));

  const given = (question) => {
    if (question.dataset.kind === "text") return question.querySelector("textarea").value.trim() ? ["*"] : [];
    return [...question.querySelectorAll("input:checked")].map((input) => input.value);
  };

  const matches = (question, when, values) => {
    if (!when) return true;
    if (values.includes(when)) return true;
    if (question.dataset.kind !== "scale" || !values.length) return false;
    const value = Number(values[0]);
    const band = "scored" in question.dataset ? bands[when] : undefined;
    if (band) return band[0] <= value && value <= band[1];
    const range = /^(\d+)(?:-(\d+))?$/.exec(when);
    return Boolean(range) && Number(range[1]) <= value && value <= Number(range[2] ?? range[1]);
  };

  const following = (question) => {
    const values = given(question);
    const rule = JSON.parse(question.dataset.next).find(([when]) => matches(question, when, values));
    if (rule) return rule[1] === "end" ? undefined : byId.get(rule[1]);
    return questions[questions.indexOf(question) + 1];
  };

  const update = (animate) => {
    const shown = new Set();
    for (let question = questions[0]; question && !shown.has(question); question = following(question)) {
      shown.add(question);
      const waits = !given(question).length && !("optional" in question.dataset);
      if (waits && !question.classList.contains("wrong")) break;
    }
    for (const question of questions) {
      const visible = shown.has(question);
      if (visible && question.hidden && animate) question.classList.add("appear");
      question.hidden = !visible;
      for (const input of question.querySelectorAll("input, textarea")) input.disabled = !visible;
    }
  };

  form.addEventListener("input", (event) => {
    const question = event.target.closest(".wrong");
    if (question) {
      question.classList.remove("wrong");
      for (const input of question.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
      question.querySelector(".mistake")?.remove();
    }
    update(true);
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    const button = form.querySelector("button[type=submit]");
    button.setAttribute("aria-busy", "true");
    button.textContent = form.dataset.saysSending;
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
  update(false);
}
