// Keeps the changing part of a page fresh: told by server-sent events, by asking every
// two seconds where they do not come through. Without JavaScript the page reloads itself.
"use strict";
const screenPart = document.getElementById("screen");
let loadedAt = performance.now();
let loading = false;
let again = false;

async function load() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    const response = await fetch(screenPart.dataset.screen, { headers: { Accept: "text/html" } });
    if (response.ok) {
      const text = await response.text();
      const open = [...screenPart.querySelectorAll("details")].map((d) => d.open);
      const chosen = [...screenPart.querySelectorAll("input:checked")].map((i) => i.id);
      screenPart.innerHTML = text;
      screenPart.querySelectorAll("details").forEach((d, i) => { d.open = Boolean(open[i]); });
      screenPart.querySelectorAll("input").forEach((i) => { if (chosen.includes(i.id)) i.checked = true; });
      loadedAt = performance.now();
      tick();
      leave();
    }
  } catch {
    // The sandbox is away; the next event or question tries again.
  } finally {
    loading = false;
    if (again) { again = false; load(); }
  }
}

// tick counts down what is left of each push, in the sandbox's own seconds.
function tick() {
  const passed = (performance.now() - loadedAt) * Number(screenPart.dataset.speed);
  for (const bar of screenPart.querySelectorAll("progress[data-left]")) {
    const left = Math.max(0, Number(bar.dataset.left) - passed) / 1000;
    bar.value = left;
    bar.classList.toggle("hurry", left < 15);
    const text = bar.parentElement.querySelector("b");
    if (text) text.textContent = String(Math.ceil(left));
  }
}
setInterval(tick, 200);

// leave follows the way back to the merchant, after a moment in which to read the outcome.
let leaving = 0;
function leave() {
  const back = screenPart.querySelector("a[data-leave]");
  if (back && !leaving) leaving = setTimeout(() => location.assign(back.href), 3000);
}
leave();

let asking = 0;
function ask() { if (!asking) asking = setInterval(load, 2000); }
if (window.EventSource) {
  const events = new EventSource(screenPart.dataset.events);
  let first = true;
  events.addEventListener("change", () => {
    if (asking) { clearInterval(asking); asking = 0; }
    if (first) { first = false; if (performance.now() - loadedAt < 1000) return load(); }
    load();
  });
  events.onerror = ask;
} else {
  ask();
}

// Buttons on the screen answer in place; elsewhere forms behave as forms do.
screenPart.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try { await fetch(form.action, { method: "POST", body, redirect: "manual" }); } catch { /* load shows what is */ }
  load();
});
