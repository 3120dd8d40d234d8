// The list of hits.

import { element, marked, visible } from "./shown.js";

/**
 * A hit of the list.
 *
 * @param hit as /api/search tells it
 * @param address where its explanation is; null if there is none
 */
export function listItem(hit, address) {
  const title = hit.heading.length > 0
    ? marked(hit.heading)
    : [visible(hit.title ?? hit.id ?? "without an id")];
  const name = address === null
    ? element("span", { tabindex: "0", class: "open", dir: "auto" }, ...title)
    : element("a", { href: address, class: "open", dir: "auto" }, ...title);
  name.dataset.document = hit.document ?? "";
  const item = element(
    "li",
    {},
    element("span", { class: "rank" }, `${hit.rank}.`),
    element("h2", {}, name),
    element("p", { class: "about" }, ...about(hit)));
  if (hit.snippet.length > 0) {
    item.append(element("p", { class: "snippet", dir: "auto" }, ...marked(hit.snippet)));
  }
  const fields = Object.entries(hit.fields);
  if (fields.length > 0) {
    item.append(element("dl", {}, ...fields.map(field)));
  }
  return item;
}

function about(hit) {
  // Fused scores are small
  const score = hit.score.toFixed(hit.ranks ? 4 : 3);
  const parts = [element("span", { class: "score" }, `score ${score}`)];
  if (hit.ranks) {
    const ranks = `MaxSim ${rank(hit.ranks.maxSim)}, words ${rank(hit.ranks.words)}`;
    parts.push(element("span", {}, ranks));
  }
  if (hit.id !== null) {
    parts.push(element("bdi", { class: "id" }, visible(hit.id)));
  }
  return parts;
}

function rank(place) {
  return place === null ? "–" : String(place.rank);
}

function field([name, values]) {
  return element(
    "div",
    {},
    element("dt", { dir: "auto" }, visible(name)),
    element("dd", { dir: "auto" }, visible(values.join(", "))));
}
