import { grouped, html, type Html } from "./html-page.ts";

/** Charts as inline SVG, each value written out: nothing depends on colour alone, and the numbers are the table's. */

/** One thing, before and after. */
export interface Pair {
  readonly label: string;
  readonly before: number;
  readonly after: number;
}

export interface ChartNames {
  readonly title: string;
  readonly before: string;
  readonly after: string;
}

const WIDTH = 720;
/** Coordinates are rounded, so that no machine's last digit shows. */
const at = (value: number): string => String(Math.round(value * 10) / 10);

function legend({ before, after }: ChartNames, x: number, y: number): Html {
  return html`<rect class="before" x="${x}" y="${y - 10}" width="12" height="12" /><text x="${x + 18}" y="${y}"
      >${before}</text
    >
    <rect class="after" x="${x + 160}" y="${y - 10}" width="12" height="12" /><text x="${x + 178}" y="${y}"
      >${after}</text
    >`;
}

/** Two lying bars for each label. */
export function barChart(names: ChartNames, pairs: readonly Pair[]): Html {
  const [left, right, row] = [150, 70, 40];
  const most = Math.max(1, ...pairs.flatMap(({ before, after }) => [before, after]));
  const long = (value: number): string => at(((WIDTH - left - right) * value) / most);
  const height = 30 + row * pairs.length;
  const bar = (kind: "before" | "after", value: number, y: number): Html =>
    html`<rect class="${kind}" x="${left}" y="${y}" width="${long(value)}" height="14" /><text
        x="${at(left + Number(long(value)) + 6)}"
        y="${y + 11}"
        >${grouped(value)}</text
      > `;
  return html`<figure style="margin:1rem 0">
    <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${names.title}">
      <title>${names.title}</title>
      ${legend(names, left, 14)}
      ${pairs.map(
        ({ label, before, after }, i) =>
          html`<text x="${left - 8}" y="${30 + i * row + 20}" text-anchor="end">${label}</text
            >${bar("before", before, 30 + i * row)}${bar("after", after, 30 + i * row + 16)}`,
      )}
    </svg>
  </figure>`;
}

/** Standing bars over time: the whole behind, before and after in front of it side by side. */
export function columnChart(
  names: ChartNames & { readonly whole: string },
  columns: readonly (Pair & { readonly whole: number })[],
): Html {
  const [left, bottom, top, height] = [50, 40, 34, 260];
  const most = Math.max(1, ...columns.map(({ whole }) => whole));
  const step = (WIDTH - left - 10) / Math.max(1, columns.length);
  const base = height - bottom;
  const tall = (value: number): number => ((base - top) * value) / most;
  const column = (kind: string, value: number, x: number, width: number): Html =>
    html`<rect
      ${html`class="${kind}"`}
      x="${at(x)}"
      y="${at(base - tall(value))}"
      width="${at(width)}"
      height="${at(tall(value))}"
    />`;
  // A label for each column where they fit, else for some.
  const every = Math.max(1, Math.ceil(columns.length / 12));
  return html`<figure style="margin:1rem 0">
    <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${names.title}">
      <title>${names.title}</title>
      ${legend(names, left + 200, 14)}
      <rect x="${left}" y="4" width="12" height="12" fill="none" stroke="#5b6675" />
      <text x="${left + 18}" y="14">${names.whole}</text>
      <line class="axis" x1="${left}" x2="${WIDTH}" y1="${base}" y2="${base}" />
      <text class="soft" x="${left - 6}" y="${top + 4}" text-anchor="end">${grouped(most)}</text>
      <text class="soft" x="${left - 6}" y="${base}" text-anchor="end">0</text>
      ${columns.map(({ label, whole, before, after }, i) => {
        const x = left + i * step;
        const outline = html`<rect
          x="${at(x + step * 0.08)}"
          y="${at(base - tall(whole))}"
          width="${at(step * 0.84)}"
          height="${at(tall(whole))}"
          fill="none"
          stroke="#5b6675"
          ><title>${label}: ${grouped(whole)}, ${grouped(before)}, ${grouped(after)}</title></rect
        >`;
        const name =
          i % every === 0
            ? html`<text class="soft" x="${at(x + step / 2)}" y="${base + 18}" text-anchor="middle">${label}</text>`
            : "";
        return html`${column("before", before, x + step * 0.14, step * 0.36)}${column("after", after, x + step * 0.5, step * 0.36)}${outline}${name} `;
      })}
    </svg>
  </figure>`;
}
