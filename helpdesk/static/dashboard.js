// The top of the dashboard keeps itself fresh; the form shows only the fields that its period needs.
"use strict";

(() => {
  const live = document.getElementById("live");
  const offline = document.getElementById("offline");
  const asOf = document.getElementById("as-of-time");

  function show(fresh) {
    if (fresh.innerHTML === live.firstElementChild.innerHTML) return;
    const href = live.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const opened = live.querySelector("details[open]");
    live.replaceChildren(fresh);
    if (opened) live.querySelector("details").open = true;
    if (href) [...live.querySelectorAll("a")].find((link) => link.getAttribute("href") === href)?.focus();
  }

  async function refresh() {
    if (document.hidden) return;
    try {
      const answer = await fetch(live.dataset.live, { credentials: "same-origin" });
      if (answer.redirected || answer.status === 401 || answer.status === 403) {
        location.reload();
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("now");
      show(fresh);
      asOf.textContent = fresh.dataset.asOf;
      offline.hidden = true;
    } catch {
      offline.hidden = false;
    }
  }

  setInterval(refresh, Number(live.dataset.seconds) * 1000);
  document.addEventListener("visibilitychange", refresh);

  const period = document.getElementById("period");
  const parts = document.querySelectorAll("[data-for]");
  const fit = () => parts.forEach((part) => { part.hidden = part.dataset.for !== period.value; });
  period.addEventListener("change", fit);
  fit();
})();
