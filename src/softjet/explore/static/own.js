// Someone's own logits: a line of numbers, or a CSV whose rows one can go through.

import { h } from "./dom.js";
import { sentence } from "./page.js";

const MOST_BYTES = 900000; // the library takes 1 MiB with what surrounds the text

export function own(page) {
  if (page.frozen) return { element: h("span", { hidden: true }) };
  const said = h("p", { class: "said", role: "status" });
  const text = h("textarea", { rows: 3, spellcheck: "false", "aria-label": "Logits, or a CSV", placeholder: "2, 1, 0.1, -1\nor a CSV: a row of logits per line, names first" });
  const use = h("button", { type: "button", text: "Use these", onclick: () => take(text.value) });
  const file = h("input", { type: "file", accept: ".csv,.tsv,.txt,text/csv", "aria-label": "CSV file", onchange: opened });
  const row = h("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": "Row of the table", oninput: () => choose(false), onchange: () => choose(true) });
  const which = h("output", { class: "value" });
  const rows = h("div", { class: "control", hidden: true }, h("span", { text: "Row" }), row, which);
  let table = null;

  async function opened() {
    const found = file.files[0];
    if (!found) return;
    if (found.size > MOST_BYTES) {
      said.textContent = `The file is too long: got ${found.size} bytes, want ${MOST_BYTES} or fewer.`;
      return;
    }
    text.value = await found.text();
    take(text.value);
  }

  async function take(content) {
    if (new Blob([content]).size > MOST_BYTES) {
      said.textContent = `The text is too long: want ${MOST_BYTES} bytes or fewer.`;
      return;
    }
    const reply = await page.table(content);
    if (!reply.table) {
      said.textContent = reply.refusal ? sentence(reply.refusal) : "";
      return;
    }
    table = reply.table;
    row.max = table.rows.length - 1;
    row.value = 0;
    rows.hidden = table.rows.length < 2;
    choose(true);
  }

  function choose(done) {
    const n = Number(row.value);
    which.textContent = `${n + 1} of ${table.rows.length}`;
    said.textContent = `${table.rows[n].length} classes.`;
    page.set({ logits: table.rows[n], names: table.names }, { done });
  }

  const element = h("details", { class: "note fold own" }, h("summary", { text: "Your own logits, or a CSV" }), text, h("div", { class: "choices" }, use, file), rows, said);
  return { element };
}
