/** What the benchmark prints and writes. */
import { writeFileSync } from "node:fs";

import type { BenchRow } from "./rows.ts";

/** Rows as a table for people: name, value, unit, bound, and how it did. */
export function tableOf(rows: readonly BenchRow[]): string {
  const cells = [
    ["", "value", "", "bound", ""],
    ...rows.map((row) => [row.name, shown(row.value), row.unit, boundOf(row), verdictOf(row)]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells
    .map(([name, value, unit, bound, verdict]) =>
      [
        name!.padEnd(widths[0]!),
        value!.padStart(widths[1]!),
        unit!.padEnd(widths[2]!),
        bound!.padStart(widths[3]!),
        verdict!,
      ]
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function boundOf({ bound, better }: BenchRow): string {
  if (bound === null) return "";
  return `${better === "lower" ? "≤" : "≥"} ${shown(bound)}`;
}

function verdictOf({ bound, pass }: BenchRow): string {
  if (bound === null) return "";
  return pass ? "ok" : "FAILS";
}

/** Thousands apart; as many decimals as the value has. */
function shown(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 3 });
}

/** Writes the rows, and nothing else, as a JSON list. */
export function writeResults(path: string, rows: readonly BenchRow[]): void {
  const list = rows.map(({ name, value, unit, bound, better, pass }) => ({ name, value, unit, bound, better, pass }));
  writeFileSync(path, `${JSON.stringify(list, null, 2)}\n`);
}

/** A row; `pass` follows from value and bound. */
export function row(
  name: string,
  value: number,
  unit: string,
  { bound = null, better = "lower" }: { readonly bound?: number | null; readonly better?: "lower" | "higher" } = {},
): BenchRow {
  const pass = bound === null || (better === "lower" ? value <= bound : value >= bound);
  return { name, value, unit, bound, better, pass };
}
