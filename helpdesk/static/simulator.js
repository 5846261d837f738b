"use strict";

// Keeps the live parts of the page fresh and sends its forms without leaving it. Without this file the page
// works by reloading.

const shown = new Map();
const offline = document.getElementById("offline");

function scrollDown(element) {
  for (const box of element.querySelectorAll("[data-scroll]")) box.scrollTop = box.scrollHeight;
}

function replace(element, html) {
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const open = [...element.querySelectorAll("details[open]")].map((details) => details.dataset.key);
  element.innerHTML = html;
  for (const kept of element.querySelectorAll("[data-key]")) {
    if (kept.tagName === "DETAILS") kept.open = open.includes(kept.dataset.key);
    if (focused && kept.dataset.key === focused) kept.focus({ preventScroll: true });
  }
  scrollDown(element);
}

async function refresh() {
  const answer = await fetch(document.body.dataset.live);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  for (const [id, html] of Object.entries(await answer.json())) {
    const element = document.getElementById(id);
    if (element && shown.get(id) !== html) {
      shown.set(id, html);
      replace(element, html);
    }
  }
}

async function look() {
  try {
    if (!document.hidden) await refresh();
    offline.hidden = true;
  } catch {
    offline.hidden = false;
  }
}

async function watch() {
  await look();
  setTimeout(watch, 1000);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-quiet]")) return;
  event.preventDefault();
  const sent = new URLSearchParams(new FormData(form, event.submitter));
  form.reset();
  try {
    await fetch(form.action, { method: "POST", body: sent, redirect: "manual" });
  } catch {
    offline.hidden = false;
  }
  await look();
});

document.addEventListener("visibilitychange", look);
scrollDown(document);
watch();
