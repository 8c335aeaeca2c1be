// Elements in one call: h for HTML, s for SVG.  Text is always text, never markup.

const SVG = "http://www.w3.org/2000/svg";

function made(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function h(tag, attributes, ...children) {
  return made(document.createElement(tag), attributes, children);
}

export function s(tag, attributes, ...children) {
  return made(document.createElementNS(SVG, tag), attributes, children);
}

// Markup made by softjet itself (formulas, texts); never anything a person typed.
export function markup(tag, html, attributes) {
  const element = h(tag, attributes);
  element.innerHTML = html;
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

// A panel of a scene: a heading, one sentence, and what it holds.
export function panel(title, caption, ...children) {
  const words = caption ? h("p", { class: "caption", text: caption }) : null;
  return h("section", { class: "panel" }, h("h2", { text: title }), words, ...children);
}
