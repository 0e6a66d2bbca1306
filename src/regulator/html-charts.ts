import { grouped, markup, type Content, type Html } from "./html-page.ts";

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
/** Attributes and not styles: whatever turns pages into paper knows them. */
const FILLS = { before: "#aab4c0", after: "#1f5f8b" } as const;
const INK = "#1c2430";
const SOFT = "#5b6675";
const LINE = "#d5dbe3";
/** Coordinates are rounded, so that no machine's last digit shows. */
const at = (value: number): string => String(Math.round(value * 10) / 10);

/** Text that begins, ends or has its middle there. */
function words(content: Content, x: number, y: number, anchor: "start" | "middle" | "end" = "start", fill = INK): Html {
  return markup`<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" fill="${fill}">${content}</text>`;
}

function box(fill: string, x: number, y: number, width: number, height: number): Html {
  return markup`<rect fill="${fill}" x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}"/>`;
}

function legend({ before, after }: ChartNames, x: number, y: number): Html {
  const entry = (fill: string, name: string, from: number): Html =>
    markup`${box(fill, from, y - 10, 12, 12)}${words(name, from + 18, y)}`;
  return markup`${entry(FILLS.before, before, x)}${entry(FILLS.after, after, x + 160)}`;
}

/** Two lying bars for each label. */
export function barChart(names: ChartNames, pairs: readonly Pair[]): Html {
  const [left, right, row] = [150, 70, 40];
  const most = Math.max(1, ...pairs.flatMap(({ before, after }) => [before, after]));
  const long = (value: number): number => ((WIDTH - left - right) * value) / most;
  const height = 30 + row * pairs.length;
  const bar = (kind: "before" | "after", value: number, y: number): Html =>
    markup`${box(FILLS[kind], left, y, long(value), 14)}${words(grouped(value), left + long(value) + 6, y + 11)}`;
  const name = (label: string, y: number): Html => words(label, left - 8, y + 20, "end");
  return markup`<figure style="margin:1rem 0">
    <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${names.title}">
      <title>${names.title}</title>
      ${legend(names, left, 14)}
      ${pairs.map(({ label, before, after }, i) => {
        const y = 30 + i * row;
        return markup`${name(label, y)}${bar("before", before, y)}${bar("after", after, y + 16)}`;
      })}
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
  const step = (WIDTH - left - 20) / Math.max(1, columns.length);
  const base = height - bottom;
  const tall = (value: number): number => ((base - top) * value) / most;
  const column = (kind: "before" | "after", value: number, x: number): Html =>
    box(FILLS[kind], x, base - tall(value), step * 0.36, tall(value));
  // A label for each column where they fit, else for some.
  const every = Math.max(1, Math.ceil(columns.length / 9));
  return markup`<figure style="margin:1rem 0">
    <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${names.title}">
      <title>${names.title}</title>
      ${legend(names, left + 200, 14)}
      <rect x="${left}" y="4" width="12" height="12" fill="none" stroke="${SOFT}" />
      ${words(names.whole, left + 18, 14)}
      <line stroke="${LINE}" x1="${left}" x2="${WIDTH}" y1="${base}" y2="${base}" />
      ${words(grouped(most), left - 6, top + 4, "end", SOFT)} ${words(0, left - 6, base, "end", SOFT)}
      ${columns.map(({ label, whole, before, after }, i) => {
        const x = left + i * step;
        const outline = markup`<rect
          x="${at(x + step * 0.08)}"
          y="${at(base - tall(whole))}"
          width="${at(step * 0.84)}"
          height="${at(tall(whole))}"
          fill="none"
          stroke="${SOFT}"
          ><title>${label}: ${grouped(whole)}, ${grouped(before)}, ${grouped(after)}</title></rect
        >`;
        const name = i % every === 0 ? words(label, x + step / 2, base + 18, "middle", SOFT) : "";
        const bars = [column("before", before, x + step * 0.14), column("after", after, x + step * 0.5)];
        return markup`${bars}${outline}${name} `;
      })}
    </svg>
  </figure>`;
}
