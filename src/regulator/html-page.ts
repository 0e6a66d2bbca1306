/** Pages for people who decide: one self-contained HTML file, no script, nothing loaded, readable on paper and in black and white. */

/** HTML that is safe to put into a page. */
export interface Html {
  readonly html: string;
}

/** Text, or HTML made here. */
export type Content = string | number | bigint | Html;

const raw = (text: string): Html => ({ html: text });

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => ESCAPES[character]!);
}

const textOf = (content: Content): string => (typeof content === "object" ? content.html : escaped(String(content)));

/** `markup\`<p>${text}</p>\`` with everything put in escaped, but for HTML made here. */
export function markup(parts: TemplateStringsArray, ...values: (Content | readonly Content[])[]): Html {
  const texts = values.map((value) => (Array.isArray(value) ? value.map(textOf).join("") : textOf(value as Content)));
  return raw(parts.map((part, i) => part + (texts[i] ?? "")).join(""));
}

const STYLE = `
:root { --ink: #1c2430; --soft: #5b6675; --line: #d5dbe3; --paper: #fff; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem; max-width: 60rem; color: var(--ink); background: var(--paper);
  font: 15px/1.5 "Segoe UI", "Helvetica Neue", Arial, "Noto Sans CJK SC", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { margin: .4rem 0; } .soft, small { color: var(--soft); } code { font-size: .85em; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .25rem; }
th, td { padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
th { font-weight: 600; } th:first-child, td:first-child { text-align: left; }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; padding: 0; list-style: none; }
.figures li { flex: 1 1 10rem; border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem; }
.figures b { display: block; font-size: 1.35rem; line-height: 1.3; white-space: nowrap; }
dt { font-weight: 600; margin-top: .5rem; } dd { margin: 0; }
svg { width: 100%; height: auto; display: block; } svg text { font: 12px "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
@page { size: A4; margin: 16mm; }
@media print { body { padding: 0; max-width: none; font-size: 11px; } h2 { break-after: avoid; }
  table, figure, .figures, dl > div, svg { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;

/** A whole document. */
export function page(title: string, body: readonly Html[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body.map((part) => part.html).join("\n")}
</body>
</html>
`;
}

/** A table; all columns but the first hold numbers. */
export function table(head: readonly Content[], rows: readonly (readonly Content[])[], caption?: string): Html {
  const cells = (row: readonly Content[], tag: "th" | "td"): Html[] =>
    row.map((cell) => raw(`<${tag}>${textOf(cell)}</${tag}>`));
  return markup`<table>
    ${
      caption === undefined
        ? ""
        : markup`<caption>
            ${caption}
          </caption>`
    }
    <thead>
      <tr>
        ${cells(head, "th")}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          markup`<tr>
            ${cells(row, "td")}
          </tr> `,
      )}
    </tbody>
  </table>`;
}

/** Figures that matter most, large. */
export function keyFigures(figures: readonly (readonly [value: Content, label: string])[]): Html {
  return markup`<ul class="figures">
    ${figures.map(([value, label]) => markup`<li><b>${value}</b>${label}</li>`)}
  </ul>`;
}

/** Terms and what they mean. */
export function glossary(entries: readonly (readonly [term: string, meaning: string])[]): Html {
  return markup`<dl>
    ${entries.map(
      ([term, meaning]) =>
        markup`<div>
          <dt>${term}</dt>
          <dd>${meaning}</dd>
        </div> `,
    )}
  </dl>`;
}

/** A number with thousands apart by a space that does not break, the same in every locale. */
export function grouped(value: number | bigint): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/gu, "\u202f");
}
