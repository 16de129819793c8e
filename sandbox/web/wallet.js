// Keeps the changing part of a page fresh: told by server-sent events, by asking every
// two seconds where they do not come through. Without JavaScript the page reloads itself.
"use strict";
const screenPart = document.getElementById("screen");
const flash = document.getElementById("flash");
const title = document.title;
let loadedAt = performance.now();
let loading = false;
let again = false;

async function load() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    const response = await fetch(screenPart.dataset.screen, { headers: { Accept: "text/html" } });
    if (response.ok) {
      const fresh = document.createElement("div");
      fresh.innerHTML = await response.text();
      const inside = screenPart.contains(document.activeElement);
      become(screenPart, fresh);
      if (inside && !screenPart.contains(document.activeElement)) screenPart.focus();
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

// become turns what an element holds into what a fresh one holds, and keeps every node that is
// the same thing, known by its id: so what is typed, chosen, opened or focused stays.
function become(to, from) {
  const kept = new Map();
  for (const child of to.children) if (key(child)) kept.set(key(child), child);
  const stays = new Set([...from.children].map(key));
  let at = to.firstChild;
  for (const wanted of [...from.childNodes]) {
    while (at && key(at) && !stays.has(key(at))) { const next = at.nextSibling; at.remove(); at = next; } // a moved node would lose the focus
    let node = kept.get(key(wanted));
    if (!key(wanted)) for (node = at; node && (key(node) || node.nodeName !== wanted.nodeName);) node = node.nextSibling;
    if (!node || node.nodeName !== wanted.nodeName) {
      to.insertBefore(wanted, at);
      continue;
    }
    if (node === at) at = at.nextSibling;
    else to.insertBefore(node, at);
    if (node.nodeType !== Node.ELEMENT_NODE) {
      if (node.data !== wanted.data) node.data = wanted.data;
      continue;
    }
    dress(node, wanted);
    become(node, wanted);
  }
  while (at) { const next = at.nextSibling; at.remove(); at = next; }
}

// key is a node's id. It is asked for by name, since a form's fields hide its properties.
function key(node) { return node.nodeType === Node.ELEMENT_NODE ? node.getAttribute("id") || "" : ""; }

// dress gives an element the attributes of a fresh one. What a person has changed, the browser
// keeps apart from the attributes; only whether details are open is one of them.
function dress(node, wanted) {
  for (const { name } of [...node.attributes]) {
    if (!wanted.hasAttribute(name) && !(name === "open" && node.nodeName === "DETAILS")) node.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (node.getAttribute(name) !== value && !(name === "open" && node.nodeName === "DETAILS")) node.setAttribute(name, value);
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
  for (const clock of screenPart.querySelectorAll("time[data-clock]")) {
    const [year, month, rest] = new Date(Number(clock.dataset.clock) + passed + 7 * 3600e3).toISOString().split("-");
    clock.textContent = `${rest.slice(0, 2)}/${month}/${year} ${rest.slice(3, 11)} WIB`;
  }
  const waiting = document.body.classList.contains("on-phone") ? screenPart.querySelectorAll("[data-push]").length : 0;
  const called = waiting ? `(${waiting}) ${title}` : title;
  if (document.title !== called) document.title = called;
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

// send posts a form and says what it was refused for; true: it was taken.
async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  let problem = screenPart.dataset.problem;
  try {
    const response = await fetch(form.getAttribute("action"), { method: "POST", body, redirect: "manual" });
    problem = "";
    if (response.type !== "opaqueredirect" && !response.ok) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      problem = (page.getElementById("flash") || page.body).textContent.trim();
    }
  } catch { /* the sandbox is away */ }
  if (flash) { flash.textContent = problem || ""; flash.hidden = !problem; }
  return !problem;
}

// Buttons on the screen answer in place, and so do forms that stay; elsewhere forms behave as forms do.
screenPart.addEventListener("submit", async (event) => {
  event.preventDefault();
  const buttons = [...event.target.querySelectorAll("button:enabled")];
  const sent = send(event.target, event.submitter);
  for (const button of buttons) button.disabled = true;
  await sent;
  for (const button of buttons) button.disabled = false;
  for (const secret of event.target.querySelectorAll("input[type=password]")) secret.value = "";
  load();
});
for (const form of document.querySelectorAll("form[data-stay]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await send(form, event.submitter)) form.reset();
    load();
  });
}
