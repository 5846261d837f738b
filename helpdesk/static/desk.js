// The duty page keeps itself fresh. Without this file it is refreshed by the browser or by hand.
"use strict";

(() => {
  const live = document.getElementById("live");
  if (!live) return;
  const offline = document.getElementById("offline");
  const news = document.getElementById("news");

  // What somebody is typing is never taken away.
  const isBusy = () => [...live.querySelectorAll("textarea")].some((area) => area.value || area === document.activeElement)
    || live.querySelector("form[data-sent]");

  // But a new alert never waits for the end of the typing: it is put above it.
  const waiting = (alerts) => [...alerts.querySelectorAll("article")]
    .map((alert) => alert.getAttribute("aria-labelledby") + alert.className).join();

  function showAlerts(fresh) {
    const shown = document.getElementById("alerts");
    const alerts = fresh.querySelector("#alerts");
    if (waiting(alerts) === waiting(shown) || live.querySelector("form[data-sent]")) return;
    shown.replaceWith(alerts);
    document.title = fresh.dataset.title;
    news.textContent = news.dataset.text;
  }

  function show(fresh) {
    if (fresh.dataset.version === live.firstElementChild.dataset.version) return;
    if (isBusy()) {
      showAlerts(fresh);
      return;
    }
    // A part that has words for it (data-news) is spoken of only when they change.
    const said = live.firstElementChild.dataset.news;
    const focused = document.activeElement && live.contains(document.activeElement);
    live.replaceChildren(fresh);
    document.title = fresh.dataset.title;
    if (!said || said !== fresh.dataset.news) news.textContent = fresh.dataset.news || news.dataset.text;
    if (focused) document.getElementById("content").focus();
  }

  async function refresh() {
    try {
      const answer = await fetch(live.dataset.live, { credentials: "same-origin" });
      if (answer.redirected || answer.status === 401 || answer.status === 403) {
        location.reload();
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      show(page.getElementById("now"));
      offline.hidden = true;
    } catch {
      offline.hidden = false;
    }
  }

  setInterval(refresh, Number(live.dataset.seconds) * 1000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });
})();
