// What the score of a hit is made of: the words that answer each other, the text in the colours of
// what it answers, and the similarities of all tokens.

import { element, visible, visibleLines } from "./shown.js";

/**
 * The content of the dialog.
 *
 * @param hit as /api/explain tells it
 * @param rank of the hit; null if it is not known
 */
export function explanation(hit, rank) {
  const content = [element("p", { class: "hit", dir: "auto" }, heading(hit, rank))];
  if (hit.words.length > 0) {
    content.push(answers(hit));
  }
  if (hit.text !== null) {
    content.push(element("p", { class: "text", dir: "auto" }, ...coloured(hit)));
  }
  content.push(table(hit), element("p", { class: "note" }, "Similarity: 0 ", scale(), " 1"), legend());
  if (hit.documentTokens.some((token) => token.pooled)) {
    content.push(element(
      "p",
      { class: "note" },
      "Tokens were pooled before they were indexed: a column stands for all pieces of the text that"
        + " became one token."));
  }
  return content;
}

function heading(hit, rank) {
  const place = rank === null ? "" : `${rank}. `;
  const title = hit.title === null ? "" : `${visible(hit.title)} `;
  return `${place}${title}(${visible(hit.id ?? "without an id")}), score ${hit.score.toFixed(3)}`;
}

/** Which word of the text answers each word of the query. */
function answers(hit) {
  const items = hit.words.map((word) => {
    const spans = [word, ...(word.pooled ?? [])];
    const found = spans.map((span) => visible(hit.text.slice(span.start, span.end)));
    return element(
      "li",
      {},
      element("bdi", {}, visible(word.queryWord)),
      " → ",
      heated(element("bdi", { class: "heat" }, found.join(", ")), word.similarity),
      ` ${word.similarity.toFixed(2)}`);
  });
  return element("ul", { class: "answers", "aria-label": "Words and their answers" }, ...items);
}

/** The text, each token in the colour of what it answers best. */
function coloured(hit) {
  const parts = [];
  let from = 0;
  for (const { start, end, token } of places(hit)) {
    if (start >= from) {
      const best = bestRow(hit, token);
      const span = element("span", { class: "heat" }, visibleLines(hit.text.slice(start, end)));
      parts.push(visibleLines(hit.text.slice(from, start)), cell(span, hit, best, token));
      from = end;
    }
  }
  return [...parts, visibleLines(hit.text.slice(from))];
}

/** Where tokens, and the parts of pooled ones, lie, in the order of the text. */
function places(hit) {
  return hit.documentTokens
    .flatMap((label, token) =>
      [label, ...(label.pooled ?? [])].map(({ start, end }) => ({ start, end, token })))
    .filter((place) => place.start >= 0)
    .sort((a, b) => a.start - b.start);
}

/** The token of the query that a token of the document answers best. */
function bestRow(hit, token) {
  let best = 0;
  hit.similarities.forEach((row, number) => {
    best = row[token] > hit.similarities[best][token] ? number : best;
  });
  return best;
}

function table(hit) {
  const best = new Map(hit.matches.map((match) => [match.queryToken, match.documentToken]));
  const columns = hit.documentTokens.map((label) =>
    element("th", { scope: "col" }, visible(label.text)));
  const rows = hit.similarities.map((row, number) => {
    const name = element("th", { scope: "row" }, visible(hit.queryTokens[number].text));
    if (best.has(number)) {
      name.append(element("small", {}, figure(row[best.get(number)], 2)));
    }
    const cells = row.map((similarity, token) => {
      const attributes = token === best.get(number) ? { class: "heat best" } : { class: "heat" };
      return cell(element("td", attributes), hit, number, token);
    });
    return element("tr", {}, name, ...cells);
  });
  return element(
    "div",
    { class: "squares", tabindex: "0", role: "group", "aria-label": "Similarities of all tokens" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, element("td", {}), ...columns)),
      element("tbody", {}, ...rows)));
}

/** Gives an element the colour and the tip of a pair of tokens. */
function cell(made, hit, queryToken, documentToken) {
  const similarity = hit.similarities[queryToken][documentToken];
  const asked = visible(hit.queryTokens[queryToken].text);
  const found = visible(hit.documentTokens[documentToken].text);
  made.title = `${asked} → ${found}: ${figure(similarity, 3)}`;
  return heated(made, similarity);
}

function heated(made, similarity) {
  const colour = Number.isFinite(similarity) ? Math.min(1, Math.max(0, similarity)) : 0;
  // Squared, so that chance similarities fade
  made.style.setProperty("--s", (colour * colour).toFixed(3));
  return made;
}

/** JSON has what is no number as a word. */
function figure(similarity, digits) {
  return Number.isFinite(similarity) ? similarity.toFixed(digits) : String(similarity);
}

function scale() {
  return element("span", { class: "scale", "aria-hidden": "true" });
}

function legend() {
  return element(
    "p",
    { class: "note" },
    "Rows are tokens of the query, columns tokens of the document. A frame marks the best token of"
      + " each row; its similarity, which stands beside the token of the query, makes the score. In"
      + " the text a token has the colour of what it answers best. Point at a token or a square to"
      + " see both words and the number.");
}
