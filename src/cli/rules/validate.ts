/** `tally rules validate`: all that is wrong with a rule pack, without a chain. */
import { AppError } from "../../core/errors.ts";
import { MARKS } from "../../regulator/law.ts";
import { marksOf } from "../../regulator/marks.ts";
import type { Problem } from "../../regulator/pack-document.ts";
import { findingsIn, type PackFindings } from "../../regulator/read-pack.ts";
import { plural } from "../../regulator/value-words.ts";
import { type PackFile, readPack } from "../operator/rule-packs.ts";
import { EXIT, note, print, printJson } from "../output.ts";
import type { LawOptions } from "./law.ts";
import { inWords } from "./publish.ts";

export async function validate(file: string, options: LawOptions): Promise<void> {
  const read = await readPack(file, Math.floor(Date.now() / 1_000)).catch((error: unknown) => findingsOf(file, error));
  if ("errors" in read) {
    process.exitCode = EXIT.failed;
    if (options.json === true) printJson({ valid: false, ...read });
    else {
      note(`${file} is no valid rule pack: ${plural(read.errors.length, "error")}.`);
      for (const problem of read.errors) note(paragraph("error", problem));
      for (const problem of read.warnings) note(paragraph("warning", problem));
    }
    return;
  }
  const { pack, warnings } = read;
  const [marks, notExpressed] = [marksOf(pack), pack.notExpressed.length];
  if (options.json === true) {
    printJson({ valid: true, ...summaryOf(read), marks, notExpressed, warnings });
    return;
  }
  print(`${file} is a valid rule pack: ${inWords(read.compiled)}.`);
  print(`  provisions by mark: ${MARKS.map((mark) => `${mark} ${marks[mark]}`).join(", ")}`);
  print(`  not expressed: ${plural(notExpressed, "provision")}`);
  print(`  SHA-256 of its text: ${read.hash}`);
  for (const problem of warnings) print(paragraph("warning", problem));
}

/** What keeps a file from being a pack; one that can't be read at all has no line. Anything else is thrown on. */
function findingsOf(file: string, error: unknown): PackFindings {
  if (!(error instanceof AppError)) throw error;
  const findings = findingsIn(error);
  if (findings !== undefined) return findings;
  const { message: what, fix } = error;
  return {
    errors: [{ where: file, line: null, column: null, what, why: "Nothing could be read.", fix }],
    warnings: [],
  };
}

function paragraph(kind: "error" | "warning", { where, line, column, what, why, fix }: Problem): string {
  const place = line === null ? "" : `line ${line}, column ${column ?? 1}, `;
  return [`  ${kind}: ${place}${where}`, `      ${what}. ${why}`, `      to do: ${fix}`].join("\n");
}

function summaryOf({ hash, compiled: { pack, title, currency, zone, products, versions, series } }: PackFile) {
  return {
    ...{ pack, title, hash, currency: currency.code, zone },
    products: products.map(({ product, name }) => ({ product, name })),
    versions: versions.length,
    series: series.map(({ number, points }) => ({ series: number, points: points.length })),
  };
}
