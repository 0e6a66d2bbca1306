/** `tally platform`: who may file. */
import type { Command } from "commander";

import type { Platform } from "../../chain/administration.ts";
import { toHex } from "../../core/bytes.ts";
import { AUTHORITY } from "../../core/licences.ts";
import { cliError } from "../errors.ts";
import { DEFAULT_DATA } from "../home.ts";
import { print, printJson } from "../output.ts";
import type { RegulatorOptions } from "../operator/regulator.ts";
import type { ActOptions, AmendOptions, SignerOptions } from "../platform/acts.ts";
import { foundingUntil, iso, wholeNumber } from "../platform/values.ts";

interface Options extends RegulatorOptions {
  readonly json?: boolean;
}

interface AddOptions extends Options {
  readonly products?: string;
  readonly foundingUntil?: string;
  readonly group?: string;
  readonly authority?: boolean;
}

export function register(program: Command): void {
  const platform = program
    .command("platform")
    .summary("license platforms: add, list, amend, rotate, suspend, restore, withdraw, signer")
    .description("Licenses platforms on the chain, and registers them with the gateway of the data directory.");

  common(platform.command("add").argument("<name>", "name of the platform, for people"))
    .summary("grant a licence, make the platform's keys and register it with the gateway")
    .description(
      "Grants a licence, makes a filing key (keystore) and a record key, registers both with the gateway, and prints the platform's API key.",
    )
    .option("--products <list>", "products by name (of a published pack) or number, separated by commas", "")
    .option("--founding-until <when>", "day or instant until which it may load its history (default: never)")
    .option("--authority", "it is the authority: its orders close, correct and assign any platform's loans")
    .option("--group <number>", "licence group of its affiliates (default: one of its own)")
    .addHelpText(
      "after",
      `
Example:
  tally platform add "My Lender" --products payday,instalment --founding-until 2030-01-01

The keys are in the data directory: keys/platform-N.json and keys/record-N.jwk. A platform that signs for itself takes them away
from there, or is registered over the gateway's operator interface with a signer of its own (docs/operating.md). Asked again for
the same name, it goes on where it was cut short, and sets the products that are given.`,
    )
    .action(add);

  common(platform.command("list"))
    .summary("all licences, with standing, key and products")
    .description(
      "Lists all licences as the chain has them, and what counts against each: loans paid out in an outage, loans that nobody closed in time.",
    )
    .action(list);

  common(platform.command("rotate").argument("<number>", "number of the platform"))
    .summary("give a platform another filing key")
    .description(
      "Makes another filing key, sets it in the licence, and puts its keystore where the gateway looks for it. What the former key signed and no block holds is signed again.",
    )
    .addHelpText(
      "after",
      `
Cut short, run it again. The former keystore stays in keys/ under its address. Receipts from before stay valid. A stolen key is revoked at
once by the platform's recovery key (Licences.revokeKey); this gives it a new one. A platform that signs for itself: \`signer\`.`,
    )
    .action(rotate);

  for (const act of ["suspend", "restore"] as const)
    common(platform.command(act).argument("<number>", "number of the platform"))
      .summary(act === "suspend" ? "stop new loans; facts still get in" : "end a suspension")
      .description(
        act === "suspend"
          ? "Suspends a licence: requests are refused from the next block on, while what has happened can still be filed."
          : "Ends a suspension.",
      )
      .action(async (number: string, options: Options) => change(act, number, options));

  common(platform.command("amend").argument("<number>", "number of the platform"))
    .summary("change a licence's group, founding window, recovery key, products or authority")
    .description("Changes what is given of a licence, and leaves alone what isn't.")
    .option("--group <number>", "licence group of its affiliates")
    .option("--founding-until <when>", "day or instant until which it may load its history, or never")
    .option("--recovery <address>", "address of the cold key that can revoke its filing key")
    .option("--products <list>", "its products by name or number, separated by commas, and no others")
    .option("--authority", "make it the authority: it may act on any platform's loans, with an order")
    .option("--no-authority", "take that from it")
    .addHelpText(
      "after",
      `
A founding window that a request has closed stays closed, whatever its date.

Example:
  tally platform amend 4 --products payday --group 2`,
    )
    .action(async (number: string, options: AmendOptions) =>
      (await import("../platform/acts.ts")).amend(number, options),
    );

  common(platform.command("withdraw").argument("<number>", "number of the platform"))
    .summary("end a licence for good; what happens to its open loans still gets in")
    .description(
      "Withdraws a licence: it opens no loan any more, and its open loans run off or are assigned. It can't be undone.",
    )
    .option("--yes", "confirm, instead of being asked")
    .action(async (number: string, options: ActOptions) =>
      (await import("../platform/acts.ts")).withdraw(number, options),
    );

  common(platform.command("signer").argument("<number>", "number of the platform"))
    .summary("have a platform sign for itself: register its remote signer")
    .description(
      "Has the running gateway ask a signer of the platform's own, by JSON-RPC, for its signatures over filings.",
    )
    .requiredOption("--url <url>", "where the signer listens (eth_signTypedData, as Web3Signer serves it)")
    .requiredOption("--address <address>", "address of the key that it signs with")
    .option("--license", "license that address as the platform's filing key, if another one is")
    .option("--yes", "confirm, instead of being asked")
    .addHelpText(
      "after",
      `
The signer sees the filing that it signs, and the gateway holds no key of the platform any more. docs/design/trust.md says what that
changes.

Example:
  tally platform signer 4 --url https://signer.lender.example --address 0x… --license`,
    )
    .action(async (number: string, options: SignerOptions) =>
      (await import("../platform/acts.ts")).signer(number, options),
    );
}

function common(command: Command): Command {
  return command
    .option("--data <dir>", `data directory (default: TALLY_DATA, or ./${DEFAULT_DATA})`)
    .option("--rpc <url>", "chain to act on, instead of the data directory's own")
    .option("--deployment <file>", "deployment.json of the contracts there")
    .option(
      "--key <key>",
      "the regulator's key: keystore file, or env:NAME (default: the data directory's administrator)",
    )
    .option("--json", "print JSON");
}

async function add(name: string, options: AddOptions): Promise<void> {
  const [{ openRegulator }, { addPlatform }, { knownProducts, productNumber }, { needConnections }] = await Promise.all(
    [
      import("../operator/regulator.ts"),
      import("../operator/platforms.ts"),
      import("../operator/rule-packs.ts"),
      import("../home.ts"),
    ],
  );
  if (name.trim() === "" || name.length > 100)
    throw cliError("option-invalid", "A platform's name has 1 to 100 characters");
  const context = await openRegulator(options, true);
  const { databaseUrl } = await needConnections(context.home);
  const known = await knownProducts(context.home);
  const given = (options.products ?? "").split(",").map((one) => one.trim());
  const products = given.filter((one) => one !== "").map((one) => productNumber(one, known));
  const added = await addPlatform(
    { ...context, databaseUrl },
    {
      name: name.trim(),
      products: [...new Set(products)],
      foundingUntil: foundingUntil(options.foundingUntil, await context.regulator.now()),
      authority: options.authority === true,
      group: options.group === undefined ? 0 : wholeNumber("--group", options.group, 262_143),
    },
  );
  if (options.json === true) {
    printJson(added);
    return;
  }
  print(`Platform ${added.platform}, ${added.name}, is licensed.`);
  const names = added.products.map((product) => known.find((one) => one.product === product)?.name ?? product);
  print(`  products      ${names.join(", ") || "none yet"}`);
  print(
    `  founding      ${added.foundingUntil === 0 ? "no history may be loaded" : `until ${iso(added.foundingUntil)}`}`,
  );
  print(`  filing key    ${added.address}, in ${added.keystore}`);
  print(`  record key    ${added.recordKey}`);
  print(`  API key       ${added.apiKey}`);
  print("Whoever has the API key files in the platform's name. This machine's commands find it in secrets.json.");
}

async function list(options: Options): Promise<void> {
  const { openRegulator } = await import("../operator/regulator.ts");
  const { knownProducts } = await import("../operator/rule-packs.ts");
  const { regulator, home } = await openRegulator(options, false);
  const names = new Map((await knownProducts(home)).map(({ product, name }) => [product, name]));
  const platforms = (await regulator.platforms()).map((platform) => view(platform, names));
  if (options.json === true) {
    printJson(platforms);
    return;
  }
  const { countsInWords } = await import("../../regulator/platform-counts.ts");
  if (platforms.length === 0) print("No platform is licensed. Add one with `tally platform add`.");
  for (const one of platforms) {
    const founding = one.foundingOpen ? `, may load history until ${iso(one.foundingUntil)}` : "";
    print(`${one.platform}  ${one.name}: ${one.standing}${founding}`);
    print(`   key ${one.key ?? "revoked"}, group ${one.group}, products ${one.products.join(", ") || "none"}`);
    const against = countsInWords(one);
    if (against !== undefined) print(`   ${against}`);
  }
}

function view(one: Platform, names: Map<number, string>) {
  const { platform, name, standing, key, group, foundingUntil, foundingClosed, products, flags, outages, stale } = one;
  const revoked = key.every((byte) => byte === 0);
  return {
    platform,
    name,
    standing,
    key: revoked ? undefined : toHex(key),
    group,
    foundingUntil,
    foundingOpen: !foundingClosed && foundingUntil >= Date.now() / 1_000,
    authority: (flags & AUTHORITY) !== 0,
    products: products.map((product) => names.get(product) ?? String(product)),
    outages,
    stale,
  };
}

async function change(act: "suspend" | "restore", given: string, options: Options): Promise<void> {
  const { openRegulator } = await import("../operator/regulator.ts");
  const number = wholeNumber("The platform", given, 262_143);
  const { regulator } = await openRegulator(options, true);
  const found = (await regulator.platforms()).find(({ platform }) => platform === number);
  if (found === undefined)
    throw cliError("option-invalid", `There is no platform ${number}`, { fix: "See `tally platform list`." });
  const wanted = act === "suspend" ? "suspended" : "active";
  const changed = found.standing !== wanted;
  if (changed) await regulator[act](number);
  if (options.json === true) printJson({ platform: number, standing: wanted, changed });
  else print(`Platform ${number}, ${found.name}, is ${wanted}${changed ? "" : " already"}.`);
}

async function rotate(given: string, options: Options): Promise<void> {
  const [{ openRegulator }, { rotateKey }] = await Promise.all([
    import("../operator/regulator.ts"),
    import("../operator/rotation.ts"),
  ]);
  const number = wholeNumber("The platform", given, 262_143);
  const rotated = await rotateKey(await openRegulator(options, true), number);
  if (options.json === true) {
    printJson(rotated);
    return;
  }
  print(`Platform ${number} files with ${rotated.address} from now on.`);
  print(`  filing key    in ${rotated.keystore}`);
  print(`  former key    in ${rotated.former}`);
}
