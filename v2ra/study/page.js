"use strict";
// One step at a time: what is played, what is asked. The server knows where the listener is; the page only shows it.

const token = new URLSearchParams(location.search).get("token") || "";
const part = (id) => document.getElementById(id);
let shown = null;  // state of the step on the page
let busy = false;  // an answer is on its way

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function say(text, wrong) {
  part("message").textContent = text;
  part("message").classList.toggle("wrong", Boolean(wrong));
}

async function ask(path, body) {
  const options = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  const response = await fetch(`${path}?token=${encodeURIComponent(token)}`, options);
  const told = await response.json();
  if (!response.ok) throw Object.assign(new Error(told.error), { status: response.status });
  return told;
}

function trouble(error) {
  say(error.status ? error.message : "The server does not answer. Nothing is lost: try again in a moment.", true);
}

function addMedium(medium) {
  const player = make(medium.kind, { preload: "auto", src: `media/${medium.id}?token=${encodeURIComponent(token)}` });
  if (medium.kind === "video") Object.assign(player, { playsInline: true, disablePictureInPicture: true });
  player.setAttribute("aria-label", medium.label ? `Clip ${medium.label}` : "Clip");
  const name = medium.label ? ` ${medium.label}` : "";
  const button = make("button", { type: "button", textContent: (medium.played ? "Play again" : "Play") + name });
  button.classList.toggle("wanted", !medium.played);
  button.addEventListener("click", () => play(player, button, name));
  player.addEventListener("ended", () => ended(medium, player, button, name));
  player.addEventListener("error", () => {
    say("The clip cannot be played. Reload the page; if that does not help, tell who runs the study.", true);
  });
  const heading = medium.label ? [make("h2", { textContent: medium.label })] : [];
  part("media").append(make("div", { className: "medium" }, ...heading, player, button));
}

function play(player, button, name) {
  const buttons = part("media").querySelectorAll("button");
  buttons.forEach((other) => { other.disabled = true; });  // one at a time, and to its end
  button.textContent = "Playing";
  say("");
  player.currentTime = 0;
  player.play().catch(() => {
    buttons.forEach((other) => { other.disabled = false; });
    button.textContent = `Play${name}`;
    say("The browser did not start the clip: press Play again.", true);
  });
}

async function ended(medium, player, button, name) {
  part("media").querySelectorAll("button").forEach((other) => { other.disabled = false; });
  button.textContent = `Play again${name}`;
  button.classList.remove("wanted");
  button.focus();
  const step = shown.step;
  try {
    const told = await ask("played", { step, stimulus: medium.id, seconds: player.duration || 0 });
    if (told.step !== step) return show(told);
    medium.played = true;
    if (shown.step === step) allow();
  } catch (error) {
    trouble(error);
    if (error.status === 409) load();
  }
}

function addQuestion(question) {
  const choices = make("div", { className: question.choices.length > 3 ? "choices grades" : "choices" });
  for (const [value, label] of question.choices) {
    const input = make("input", { type: "radio", name: question.key, value, required: true });
    choices.append(make("label", {}, input, document.createTextNode(label)));
  }
  part("questions").append(make("fieldset", {}, make("legend", { textContent: question.text }), choices));
}

function allow() {
  const open = shown.media.every((medium) => medium.played);
  part("questions").querySelectorAll("fieldset").forEach((group) => { group.disabled = !open; });
  part("next").disabled = !open || busy;
  const wanted = shown.media.length > 1 ? "Play both to the end first." : "Play it to the end first.";
  if (shown.media.length) say(open ? "" : wanted);
}

function show(state) {
  shown = state;
  document.title = `${state.heading} – ${state.title}`;
  part("title").textContent = state.title;
  Object.assign(part("progress"), { max: state.n_steps, value: state.step });
  part("heading").textContent = state.heading;
  part("text").replaceChildren(...state.text.split("\n").filter(Boolean).map((line) => make("p", { textContent: line })));
  part("media").replaceChildren();
  part("questions").replaceChildren();
  state.media.forEach(addMedium);
  const single = state.questions.length === 1 && state.questions[0].choices.length === 1;
  if (!single) state.questions.forEach(addQuestion);
  part("next").textContent = single ? state.questions[0].choices[0][1] : "Next";
  part("next").hidden = state.done;
  say("");
  allow();
  scrollTo(0, 0);
  part("heading").focus();
}

function answers() {
  const found = {};
  for (const { key, choices } of shown.questions) {
    const chosen = choices.length === 1 ? choices[0][0] : new FormData(part("form")).get(key);
    if (chosen === null) return null;
    found[key] = Number(chosen);
  }
  return found;
}

part("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy || !shown || shown.done) return;
  const found = answers();
  if (!found) {
    say(shown.questions.length > 1 ? "Answer each question first." : "Choose one first.", true);
    return;
  }
  busy = true;
  part("next").disabled = true;
  try {
    show(await ask("answer", { step: shown.step, answers: found }));
  } catch (error) {
    trouble(error);
    if (error.status === 409) await load();
  } finally {
    busy = false;
    if (shown) part("next").disabled = !shown.media.every((medium) => medium.played);
  }
});

async function load() {
  try {
    show(await ask("state"));
  } catch (error) {
    part("heading").textContent = error.status ? "This does not work" : "No connection";
    trouble(error);
  }
}

load();
