// The page: what its address says is what it shows, so that going back, forward and reloading work.

import { listItem } from "./hits.js";
import { explanation } from "./map.js";
import { count, element, visible } from "./shown.js";

const STEP = 10;
const MOST = 100;

// Before this a search is not said to take long, which would flicker
const PATIENCE_MILLIS = 400;

const form = document.getElementById("form");
const query = document.getElementById("query");
const filter = document.getElementById("filter");
const words = document.getElementById("words");
const fields = document.getElementById("fields");
const status = document.getElementById("status");
const error = document.getElementById("error");
const hits = document.getElementById("hits");
const more = document.getElementById("more");
const dialog = document.getElementById("explanation");
const map = document.getElementById("map");

/** What hits are of: the address without what is open. */
let searched = null;

/** The hits that are shown. */
let found = [];

/** Ends what the page waits for. */
let waiting = new AbortController();

async function ask(path, parameters, signal) {
  let response;
  try {
    response = await fetch(`/api/${path}?${parameters}`, { signal });
  } catch (e) {
    throw e.name === "AbortError" ? e : new Error("plaid serve has ended, or cannot be reached");
  }
  const answer = await response.json();
  if (response.ok === false) {
    throw new Error(answer.error);
  }
  return answer;
}

/** The part of the address that hits depend on. */
function search(address) {
  const parameters = new URLSearchParams();
  for (const name of ["q", "filter", "words", "k"]) {
    if (address.has(name)) {
      parameters.set(name, address.get(name));
    }
  }
  return parameters;
}

function here() {
  return new URLSearchParams(location.search);
}

function go(address) {
  const target = `/?${address}`;
  if (target === location.pathname + location.search) {
    history.replaceState(history.state, "", target);
  } else {
    history.pushState({ inside: true }, "", target);
  }
  return show();
}

/** Shows what the address says. */
async function show() {
  const address = here();
  waiting.abort();
  waiting = new AbortController();
  const signal = waiting.signal;
  try {
    await showHits(address, signal);
    await showExplanation(address, signal);
  } catch (e) {
    if (e.name !== "AbortError") {
      throw e;
    }
  }
}

async function showHits(address, signal) {
  const parameters = search(address);
  if (String(parameters) === searched) {
    return;
  }
  query.value = address.get("q") ?? "";
  filter.value = address.get("filter") ?? "";
  words.checked = address.get("words") === "1";
  document.title = address.get("q") ? `${visible(address.get("q"))} – plaid` : "plaid";
  if (address.has("q") === false) {
    tell([], "", []);
    searched = "";
    return;
  }
  const slow = setTimeout(() => status.replaceChildren("Searching …"), PATIENCE_MILLIS);
  hits.setAttribute("aria-busy", "true");
  try {
    const outcome = await ask("search", parameters, signal);
    tell(outcome.hits, count(outcome.hits.length, "hit"), outcome.notes);
    searched = String(parameters);
  } catch (e) {
    if (e.name === "AbortError") {
      throw e;
    }
    tell([], "", []);
    error.textContent = visible(e.message);
    searched = null;
  } finally {
    clearTimeout(slow);
    hits.removeAttribute("aria-busy");
  }
}

/** Shows hits, how many there are, and what else the user should know. */
function tell(list, summary, notes) {
  found = list;
  error.textContent = "";
  status.replaceChildren(
    summary, ...notes.map((note) => element("span", { class: "warning" }, visible(note))));
  hits.replaceChildren(...list.map((hit) => listItem(hit, addressOf(hit))));
  const asked = Number(here().get("k") ?? STEP);
  more.hidden = (list.length >= asked && asked < MOST) === false;
}

function addressOf(hit) {
  if (hit.document === null) {
    return null;
  }
  const address = search(here());
  address.set("hit", hit.document);
  return `/?${address}`;
}

async function showExplanation(address, signal) {
  const id = address.get("hit");
  if (id === null) {
    dialog.close();
    return;
  }
  document.getElementById("explained").textContent = visible(address.get("q") ?? "");
  try {
    const parameters = new URLSearchParams({ q: address.get("q") ?? "", doc: id });
    const rank = found.find((hit) => hit.document === id)?.rank ?? null;
    map.replaceChildren(...explanation(await ask("explain", parameters, signal), rank));
  } catch (e) {
    if (e.name === "AbortError") {
      throw e;
    }
    map.replaceChildren(element("p", { role: "alert", class: "warning" }, visible(e.message)));
  }
  if (dialog.open === false) {
    dialog.showModal();
  }
}

/** The address follows a dialog that was closed by hand. */
function closed() {
  const address = here();
  const id = address.get("hit");
  if (id === null) {
    return;
  }
  if (history.state?.inside) {
    history.back();
  } else {
    address.delete("hit");
    history.replaceState(null, "", `/?${address}`);
  }
  links().find((link) => link.dataset.document === id)?.focus();
}

function links() {
  return [...hits.querySelectorAll(".open")];
}

function submit() {
  const address = new URLSearchParams({ q: query.value });
  if (filter.value.trim() !== "") {
    address.set("filter", filter.value);
  }
  if (words.checked) {
    address.set("words", "1");
  }
  // Also if nothing else is asked: the index may have changed
  searched = null;
  showIndex();
  return go(address);
}

async function showMore() {
  const before = found.length;
  const address = search(here());
  address.set("k", Math.min(MOST, Number(address.get("k") ?? STEP) + STEP));
  await go(address);
  links()[before]?.focus();
}

function open(link) {
  const address = search(here());
  address.set("hit", link.dataset.document);
  return go(address);
}

function clicked(event) {
  const link = event.target.closest("li")?.querySelector("a.open");
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  // Who marks a text with the mouse does not want to leave it
  if (link && elsewhere === false && getSelection().isCollapsed) {
    event.preventDefault();
    open(link);
  }
}

function pressed(event) {
  if (dialog.open || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
    return;
  }
  const typing = event.target.matches("input:not([type=checkbox])");
  if (event.key === "/" && typing === false) {
    event.preventDefault();
    query.select();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    walk(event, event.key === "ArrowDown" ? 1 : -1);
  }
}

/** Goes to the next hit, or the one before, where the query is before the first. */
function walk(event, step) {
  const places = [query, ...links()];
  const at = places.indexOf(event.target.closest("#query, .open"));
  const next = places[at + step];
  if (at >= 0 && next) {
    event.preventDefault();
    next.focus();
  }
}

async function showIndex() {
  try {
    const facts = await ask("index", "");
    document.getElementById("index").replaceChildren(
      element("bdi", {}, visible(facts.index)), ` · ${count(facts.documents, "document")}`);
    fields.hidden = facts.fields.length === 0;
    document.getElementById("names").replaceChildren(...facts.fields.map(name));
  } catch (e) {
    error.textContent = visible(e.message);
  }
}

/** A field, to put into the filter. */
function name(field) {
  const button = element(
    "button",
    { type: "button" },
    element("bdi", {}, visible(field.name)),
    " ",
    element("small", {}, field.kind));
  button.addEventListener("click", () => {
    const escaped = field.name.replace(/[+\-&|!(){}[\]^"~*?:\\/\s]/g, "\\$&");
    const space = /(^|[\s([{])$/.test(filter.value.slice(0, filter.selectionStart)) ? "" : " ";
    filter.setRangeText(`${space}${escaped}:`, filter.selectionStart, filter.selectionEnd, "end");
    filter.focus();
  });
  return element("li", {}, button);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
words.addEventListener("change", () => {
  if (here().has("q")) {
    submit();
  }
});
more.addEventListener("click", showMore);
hits.addEventListener("click", clicked);
dialog.addEventListener("close", closed);
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) {
    dialog.close();
  }
});
document.getElementById("close").addEventListener("click", () => dialog.close());
document.addEventListener("keydown", pressed);
addEventListener("popstate", show);
showIndex();
show();
