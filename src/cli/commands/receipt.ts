/** `tally receipt`: fetches a receipt from the gateway, whole or with some groups of its record. */
import { writeFile } from "node:fs/promises";

import { type Command } from "commander";

import { submissionSchema } from "../../client/answers.ts";
import { findingBit, ruleBit, type RuleName } from "../../core/decision.ts";
import { decisionInWords } from "../../core/decision-words.ts";
import { RECEIPT_LIMITS, receiptSchema, redactReceipt, type Receipt } from "../../core/receipt.ts";
import { RECORD_GROUPS, type RecordGroup } from "../../core/record.ts";
import { cliError } from "../errors.ts";
import { written } from "../files.ts";
import { note, print } from "../output.ts";

interface Options {
  readonly out?: string;
  readonly disclose?: string;
  readonly gateway?: string;
  readonly data?: string;
}

const HELP = `
ID is the submission's id: the record's leaf hash. A platform has it from the gateway's answer to its record; \`tally import\` prints it
for the first loans that were refused or flagged, and writes it for all of them with --results FILE.

What was decided, and the articles behind it where the gateway has the rule packs, is told on stderr; the receipt itself holds nothing
that can't be proved.

A receipt shows the whole record and all entries of its filing: keep it as you keep the loan's file. For somebody else, say what
they are to see: --disclose with groups among ${RECORD_GROUPS.join(", ")}, or none.
Then the entries are withheld too, and what is left still verifies.

The API key is taken from TALLY_API_KEY, else from the data directory.

Example:
  tally receipt 0x8f… --disclose terms,time --out for-the-court.json
`;

export function register(program: Command): void {
  program
    .command("receipt")
    .summary("fetch the receipt of a submission")
    .description("Fetches the file that proves what was recorded, decided and anchored.")
    .argument("<id>", "the submission's id")
    .option("--out <file>", "write it there instead of to stdout")
    .option("--disclose <groups>", "show only these groups of the record, separated by commas; none for no group")
    .option("--gateway <url>", "the gateway, instead of the data directory's")
    .option("--data <directory>", "the data directory, instead of ./tally-data or TALLY_DATA")
    .addHelpText("after", HELP)
    .action(run);
}

async function run(id: string, options: Options): Promise<void> {
  if (!/^0x[0-9a-f]{64}$/iu.test(id))
    throw cliError("option-invalid", `${JSON.stringify(id.slice(0, 80))} is no submission's id`, {
      fix: "Give 0x and 64 hexadecimal digits, as `tally import` prints it for loans that were refused or flagged, and writes it with --results.",
    });
  const groups = options.disclose === undefined ? undefined : groupsIn(options.disclose);
  const whole = await fetchReceipt(id.toLowerCase(), options);
  for (const line of await decided(id.toLowerCase(), options)) note(line);
  const receipt = groups === undefined ? whole : redactReceipt(whole, groups);
  const text = JSON.stringify(receipt, null, 2);
  if (options.out === undefined) {
    print(text);
    return;
  }
  const { out } = options;
  // It tells of a person: for its owner's eyes.
  await written(out, () => writeFile(out, `${text}\n`, { mode: 0o600 }));
  note(`Wrote ${out}; check it with \`tally verify ${out}\`.`);
}

function groupsIn(text: string): RecordGroup[] {
  const names = text === "none" ? [] : text.split(",").map((name) => name.trim());
  const known: readonly string[] = RECORD_GROUPS;
  const strange = names.find((name) => !known.includes(name));
  if (strange === undefined) return names as RecordGroup[];
  throw cliError("option-invalid", `--disclose: there is no group ${JSON.stringify(strange)}`, {
    fix: `Give some of ${RECORD_GROUPS.join(", ")}, separated by commas, or none.`,
  });
}

/** What the gateway says of the decision. The receipt is what counts, so that nothing here makes the command fail. */
async function decided(id: string, options: Options): Promise<string[]> {
  const { url, key } = await access(options);
  try {
    const response = await fetch(new URL(`/v1/submissions/${id}`, url), {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(30_000),
    });
    const { decision } = submissionSchema.parse(await response.json());
    if (decision === undefined) return [];
    const { outcome, law = [] } = decision;
    const bits = (names: readonly RuleName[]): number => names.reduce((sum, name) => (sum | ruleBit(name)) >>> 0, 0);
    const findings = decision.findings.reduce((sum, name) => sum | findingBit(name), 0);
    const said = { outcome, findings, breaches: bits(decision.breaches), undetermined: bits(decision.undetermined) };
    return decisionInWords(said, "en", (rule) =>
      law
        .filter((one) => one.rule === rule)
        .map(({ article, mark, source, bounds }) =>
          [`    ${article} [${mark}]`, source, bounds.join("; ")].filter((part) => part).join(": "),
        ),
    );
  } catch {
    return [];
  }
}

async function fetchReceipt(id: string, options: Options): Promise<Receipt> {
  const { url, key } = await access(options);
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(new URL(`/v1/receipts/${id}`, url), {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    body = text.length > 2 * RECEIPT_LIMITS.file ? undefined : (JSON.parse(text) as unknown);
  } catch (cause) {
    throw cliError("not-running", "The gateway does not answer", {
      cause,
      fix: "Start it, or give its URL with --gateway.",
    });
  }
  const parsed = receiptSchema.safeParse(body);
  if (response.ok && parsed.success) return parsed.data;
  throw refusal(response.status, body);
}

/** What the gateway said instead, in its own words. */
function refusal(status: number, body: unknown) {
  const { detail, fix } = (body ?? {}) as { detail?: unknown; fix?: unknown };
  return cliError(
    "gateway-refused",
    typeof detail === "string" ? detail : `The gateway answers with status ${status}`,
    {
      ...(typeof fix === "string" && { fix }),
    },
  );
}

async function access(options: Options): Promise<{ url: string; key: string }> {
  const { homeAt, homePath, needConnections } = await import("../home.ts");
  const home = homeAt(homePath(options.data));
  const url = options.gateway ?? (await needConnections(home)).gatewayUrl;
  const given = process.env["TALLY_API_KEY"];
  const key = given !== undefined && given !== "" ? given : (await home.secrets())?.apiKeys["operator"];
  if (key !== undefined) return { url, key };
  throw cliError("api-key-needed", "There is no API key to ask the gateway with");
}
