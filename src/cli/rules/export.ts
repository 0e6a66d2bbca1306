/** `tally rules export`: from the chain back to a file. */
import { writeFile } from "node:fs/promises";

import { exportPack } from "../../regulator/export-pack.ts";
import { exportFromTexts } from "../../regulator/export-texts.ts";
import { exists } from "../../engine/data-directory.ts";
import { cliError } from "../errors.ts";
import { written } from "../files.ts";
import { EXIT, note, print, printJson } from "../output.ts";
import { zoneName } from "../../regulator/units.ts";
import { type LawOptions, openLaw } from "./law.ts";

export interface ExportRulesOptions extends LawOptions {
  readonly out?: string;
  readonly zone?: string;
}

export async function exportRules(options: ExportRulesOptions): Promise<void> {
  if (options.zone !== undefined && !zoneName.safeParse(options.zone).success)
    throw cliError("option-invalid", `--zone: ${options.zone.slice(0, 60)} is no time zone such as Asia/Shanghai`);
  if (options.out !== undefined && (await exists(options.out)))
    throw cliError("option-invalid", `${options.out} exists already`, { fix: "Give another file with --out." });
  const law = await openLaw(options);
  const [given] = options.pack === undefined ? [] : law.packs;
  const noted = given !== undefined && law.isNoted(given);
  const at = { now: law.now, ...(options.zone !== undefined && { zone: options.zone }) };
  // A text that was not noted gives names; its wording is not that of the law.
  const { yaml, remarks, exact } =
    given !== undefined && !noted
      ? exportPack(law.chain, { ...at, names: { ...given, law: false } })
      : exportFromTexts(law.chain, law.packs, at, given !== undefined);
  const all = [...remarks];
  if (given !== undefined && !noted)
    all.push(
      `${options.pack ?? ""} is not a text that was noted when it was published: names are taken from it, law is not.`,
    );
  for (const remark of all) note(remark);
  if (!exact) process.exitCode = EXIT.no;
  const { out } = options;
  if (out !== undefined) await written(out, () => writeFile(out, yaml));
  if (options.json === true)
    printJson({ exact, remarks: all, ...(options.out === undefined ? { yaml } : { out: options.out }) });
  else if (options.out === undefined) process.stdout.write(yaml);
  else print(`Written to ${options.out}.`);
}
