// How texts are shown, which somebody else wrote: as text, never as markup.

// Control characters, line breaks of other kinds, and what changes the direction of all that follows
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** A text in a line, with symbols for characters that cannot be seen, as terminals get it. */
export function visible(text) {
  return text.replace(UNSEEN, symbol);
}

/** A text whose lines stay. */
export function visibleLines(text) {
  return text.replace(UNSEEN, (c) => (c === "\n" || c === "\t" ? c : symbol(c)));
}

function symbol(c) {
  const code = c.charCodeAt(0);
  if (code < 0x20) {
    return String.fromCharCode(0x2400 + code);
  } else if (code === 0x7f) {
    return "\u2421";
  }
  return code === 0x85 || code === 0x2028 || code === 0x2029 ? "\u2424" : "\ufffd";
}

/**
 * An element.
 *
 * @param name its tag
 * @param attributes by name
 * @param children elements, and strings, which become text
 */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Parts of a text, of which some are marked. */
export function marked(parts) {
  return parts.map((part) =>
    part.marked ? element("mark", {}, visible(part.text)) : visible(part.text));
}

/** A number and what is counted. */
export function count(number, unit) {
  const shown = number === 0 ? "no" : number.toLocaleString("en");
  return `${shown} ${unit}${number === 1 ? "" : "s"}`;
}
