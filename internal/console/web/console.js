// The pages work without this. With it, a payment's page stays true while it is looked at, and an export says how far it is.
"use strict";

// On a phone the menu is a strip: what is open now stands in it where it can be seen.
const here = document.querySelector(".menu [aria-current]");
if (here) here.closest("ul").scrollLeft = here.offsetLeft - here.closest("ul").offsetLeft - 48;

const live = document.getElementById("live");
if (live && live.dataset.live && window.EventSource) {
  let loading = false;
  let again = false;
  const load = async () => {
    if (loading) { again = true; return; }
    loading = true;
    try {
      const response = await fetch(location.href, { cache: "no-store" });
      if (!response.ok || response.redirected) throw new Error(response.statusText);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById("live");
      // What somebody has opened stays open: lines are only added at the end.
      const open = [...live.querySelectorAll("details")].map((d) => d.open);
      live.replaceChildren(...fresh.childNodes);
      live.querySelectorAll("details").forEach((d, i) => { d.open = open[i] || false; });
      const said = document.getElementById("turned");
      const state = live.querySelector(".badge");
      said.textContent = said.dataset.say + (state ? " " + state.textContent : "");
    } catch {
      events.close();
    } finally {
      loading = false;
      if (again) { again = false; load(); }
    }
  };
  const events = new EventSource(live.dataset.live);
  events.addEventListener("turn", load);
  addEventListener("pagehide", () => events.close());
}

for (const link of document.querySelectorAll("[data-export]")) {
  link.addEventListener("click", async (event) => {
    if (!window.TextDecoderStream || link.dataset.busy) return;
    event.preventDefault();
    link.dataset.busy = "1";
    const said = document.getElementById("exported");
    try {
      const response = await fetch(link.href);
      if (!response.ok || response.redirected) throw new Error(response.statusText);
      const parts = [];
      let rows = -1; // the first line names the columns
      const reader = response.body.getReader();
      let told = 0;
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        for (const byte of value) if (byte === 10) rows++;
        if (performance.now() - told > 500) { told = performance.now(); said.textContent = rows.toLocaleString() + " " + link.dataset.rows; }
      }
      const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") || "");
      const file = document.createElement("a");
      file.href = URL.createObjectURL(new Blob(parts, { type: "text/csv" }));
      file.download = name ? name[1] : "payments.csv";
      file.click();
      setTimeout(() => URL.revokeObjectURL(file.href), 10000);
      said.textContent = link.dataset.done + " " + Math.max(rows, 0).toLocaleString();
    } catch {
      said.textContent = link.dataset.broke;
    } finally {
      delete link.dataset.busy;
    }
  });
}
