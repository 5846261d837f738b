// Comfort for reporters: drafts that survive a lost connection, file sizes, a phone marked as needed, a live state.
// Every page works without this file.
"use strict";

const POLL_EVERY = 10_000;

// What was typed stays in this tab until the receipt is there.
function draftKey(form) {
  return `draft:${form.dataset.draft}:${form.elements.category?.value ?? ""}`;
}

function typedFields(form) {
  return [...form.elements].filter((field) => field.name && !["hidden", "file", "submit", "checkbox"].includes(field.type));
}

function saveDraft(form) {
  const typed = {};
  for (const field of typedFields(form)) {
    if (field.type !== "radio" || field.checked) typed[field.name] = field.value;
  }
  sessionStorage.setItem(draftKey(form), JSON.stringify(typed));
}

function restoreDraft(form) {
  const typed = JSON.parse(sessionStorage.getItem(draftKey(form)) ?? "{}");
  const own = [...document.querySelectorAll(".message.ours .written")].map((written) => written.textContent.trim());
  if (typed.body && own.includes(typed.body.trim())) {
    sessionStorage.removeItem(draftKey(form));
    return;
  }
  for (const field of typedFields(form)) {
    if (!(field.name in typed)) continue;
    if (field.type === "radio") field.checked = field.value === typed[field.name];
    else if (!field.value) field.value = typed[field.name];
  }
}

function forgetDrafts() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("draft:")) sessionStorage.removeItem(key);
  }
}

// An urgent ticket needs a phone number; the browser says so before anything is sent.
function markPhone(form) {
  const urgent = form.querySelector("input[name=priority][value=urgent]");
  if (urgent && form.elements.phone) form.elements.phone.required = urgent.checked;
}

// A file that is too large is told before it crawls over a slow line.
function checkFiles(input, form) {
  const limit = Number(form.dataset.limit) * 1024 * 1024;
  const large = [...input.files].find((file) => file.size > limit);
  input.setCustomValidity(large ? `${large.name}: ${form.dataset.tooLarge}` : "");
  input.reportValidity();
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  restoreDraft(form);
  markPhone(form);
  form.addEventListener("input", () => saveDraft(form));
  form.addEventListener("change", (event) => {
    markPhone(form);
    if (event.target.type === "file") checkFiles(event.target, form);
  });
}
if (document.querySelector("[data-drafts-done]")) forgetDrafts();

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = button.dataset.copied;
  });
}

// The state changes by itself. What the reader has opened stays open; a new state is read aloud.
const live = document.getElementById("live");
let shown = null;

function replaceLive(text) {
  const before = live.querySelector(".state").textContent;
  const opened = [...live.querySelectorAll("details")].map((details) => details.open);
  live.innerHTML = text;
  live.querySelectorAll("details").forEach((details, at) => { details.open = opened[at] ?? false; });
  const after = live.querySelector(".state").textContent;
  if (after !== before) document.getElementById("live-said").textContent = after;
}

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(live.dataset.live, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const text = await answer.text();
  if (shown !== null && text !== shown) replaceLive(text);
  shown = text;
}

if (live) {
  refresh();
  setInterval(refresh, POLL_EVERY);
  document.addEventListener("visibilitychange", refresh);
}
