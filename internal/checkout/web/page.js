// Keeps the screen true: told by server-sent events, by asking every three seconds where they do not come through.
// Without JavaScript the page reloads itself. Time is the server's: what is left is counted from when the screen came.
"use strict";
const part = document.getElementById("screen");
const offline = document.getElementById("offline");
const path = part.dataset.path;
const query = part.dataset.query;
const speed = Number(part.dataset.speed) || 1;
let came = performance.now();
let loading = false;
let again = false;
let overdue = false;

const shown = () => part.firstElementChild;
const revision = () => shown().dataset.revision;

async function load() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    const asked = performance.now();
    const response = await fetch(path + "/screen" + query, { cache: "no-store" });
    if (!response.ok) throw new Error(response.statusText);
    const template = document.createElement("template");
    template.innerHTML = (await response.text()).trim();
    const fresh = template.content.firstElementChild;
    if (fresh.dataset.revision === revision()) {
      for (const name of ["left", "whole"]) if (name in fresh.dataset) shown().dataset[name] = fresh.dataset[name];
    } else {
      part.replaceChildren(fresh);
      document.getElementById("said").textContent = fresh.querySelector("h1").textContent;
      goBack();
      recall();
    }
    came = asked;
    overdue = false;
    offline.hidden = true;
    tick();
  } catch {
    offline.hidden = false;
    ask();
  } finally {
    loading = false;
    if (again) { again = false; load(); }
  }
}

function tick() {
  const card = shown();
  if (!("left" in card.dataset)) return;
  const left = Math.max(0, Number(card.dataset.left) - (performance.now() - came) * speed);
  const seconds = Math.ceil(left / 1000);
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  card.querySelector(".clock").textContent = (hours ? hours + ":" + two(seconds / 60 % 60) : Math.floor(seconds / 60)) + ":" + two(seconds % 60);
  const gone = 100 - 100 * left / Number(card.dataset.whole);
  for (const line of card.querySelectorAll("svg .left")) line.setAttribute("stroke-dashoffset", gone.toFixed(1));
  card.classList.toggle("hurry", left < 10000);
  if (left === 0 && !overdue) { overdue = true; load(); }
}
setInterval(tick, 250);
tick();

let asking = 0;
let turn = 0;
function ask() { if (!asking) asking = setInterval(() => { if (!("rests" in shown().dataset) || ++turn % 20 === 0) load(); }, 3000); }
function heard() { if (asking) { clearInterval(asking); asking = 0; } }

if (window.EventSource) {
  const events = new EventSource(path + "/events" + query);
  events.addEventListener("open", heard);
  events.addEventListener("turn", (event) => { heard(); if (event.data !== revision()) load(); });
  events.addEventListener("error", ask);
} else {
  ask();
}
// A page that was put aside may be old when it is looked at again.
document.addEventListener("visibilitychange", () => { if (!document.hidden) load(); });
// Pressed twice is asked once; the server takes it once anyway.
document.addEventListener("submit", (event) => {
  const phone = event.target.elements.phone;
  if (phone) try { sessionStorage.setItem(typed, phone.value); } catch { /* then it is typed again */ }
  for (const button of event.target.querySelectorAll("button")) {
    button.disabled = true;
    if (button.dataset.busy) button.textContent = button.dataset.busy;
  }
});

// The number that was typed stays in this window alone, to be corrected there: no page of ours holds it.
const typed = "phone:" + path;
function recall() {
  const phone = document.getElementById("phone");
  try {
    const was = sessionStorage.getItem(typed);
    if (phone && was && !phone.value) {
      phone.value = was;
      for (const masked of shown().querySelectorAll(".tried")) masked.hidden = true;
    }
    if ("rests" in shown().dataset) sessionStorage.removeItem(typed);
  } catch { /* a window without storage */ }
}
recall();
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// What was just paid leads back to the shop by itself, once: who comes back to this page stays.
function goBack() {
  const seconds = Number(shown().dataset.return);
  const soon = shown().querySelector(".soon");
  if (!seconds || !soon) return;
  const been = "returned:" + path;
  try { if (sessionStorage.getItem(been)) return; sessionStorage.setItem(been, "1"); } catch { return; }
  let left = seconds;
  soon.hidden = false;
  const count = setInterval(() => {
    if (!soon.isConnected) { clearInterval(count); return; }
    soon.querySelector("b").textContent = --left;
    if (left <= 0) { clearInterval(count); location.assign(path + "/back"); }
  }, 1000);
}
goBack();
