// The board asks for itself again and again; when it cannot, it says so in a way that nobody overlooks.
"use strict";

(() => {
  const stale = document.getElementById("stale");
  const seconds = Number(stale.dataset.seconds);

  function tell(isStale) {
    stale.firstElementChild.hidden = !isStale;
    document.body.classList.toggle("is-stale", isStale);
  }

  async function refresh() {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", signal: AbortSignal.timeout(seconds * 500) });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.getElementById("board").replaceWith(page.getElementById("board"));
      tell(false);
    } catch {
      tell(true);
    }
  }

  setInterval(refresh, seconds * 1000);
})();
