/** What changes of a licence after it was granted: its terms, its end, and who signs for the platform. */
import { z } from "zod";

import type { Platform } from "../../chain/administration.ts";
import { equal, fromHex, toHex } from "../../core/bytes.ts";
import { AUTHORITY } from "../../core/licences.ts";
import { cliError } from "../errors.ts";
import { needConnections } from "../home.ts";
import { openRegulator, type RegulatorContext, type RegulatorOptions } from "../operator/regulator.ts";
import { knownProducts, productNumber } from "../operator/rule-packs.ts";
import { print, printJson } from "../output.ts";
import { confirm } from "../rules/confirm.ts";
import { foundingUntil, iso, wholeNumber } from "./values.ts";

export interface ActOptions extends RegulatorOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
}

export interface AmendOptions extends ActOptions {
  readonly group?: string;
  readonly foundingUntil?: string;
  readonly recovery?: string;
  readonly products?: string;
  readonly authority?: boolean;
}

export interface SignerOptions extends ActOptions {
  readonly url: string;
  readonly address: string;
  readonly license?: boolean;
}

const ADDRESS = /^0x[0-9a-fA-F]{40}$/u;

/** Changes group, founding window, recovery key, products or the authority's flag, and nothing that isn't said. */
export async function amend(given: string, options: AmendOptions): Promise<void> {
  const context = await openRegulator(options, true);
  const platform = await licensed(context, given);
  const { regulator, home } = context;
  const recovery = await regulator.recoveryOf(platform.platform);
  const known = options.products === undefined ? [] : await knownProducts(home);
  const products = options.products?.split(",").map((one) => productNumber(one.trim(), known)) ?? platform.products;
  const authority = options.authority ?? (platform.flags & AUTHORITY) !== 0;
  const terms = {
    group: options.group === undefined ? platform.group : wholeNumber("--group", options.group, 262_143),
    foundingUntil:
      options.foundingUntil === undefined
        ? platform.foundingUntil
        : foundingUntil(options.foundingUntil, await regulator.now()),
    flags: (platform.flags & ~AUTHORITY) | (authority ? AUTHORITY : 0),
    recovery: options.recovery === undefined ? recovery : addressOf("--recovery", options.recovery),
  };
  const same =
    terms.group === platform.group &&
    terms.foundingUntil === platform.foundingUntil &&
    terms.flags === platform.flags &&
    equal(terms.recovery, recovery);
  if (!same) await regulator.amend(platform.platform, terms);
  await regulator.setProducts(platform.platform, [...new Set(products)]);
  if (options.json === true) {
    printJson({ ...terms, platform: platform.platform, recovery: toHex(terms.recovery), authority, products });
    return;
  }
  print(`Platform ${platform.platform}, ${platform.name}, is licensed so from now on:`);
  print(`  group         ${terms.group}`);
  print(
    `  founding      ${terms.foundingUntil === 0 ? "no history may be loaded" : `until ${iso(terms.foundingUntil)}`}`,
  );
  print(`  recovery key  ${toHex(terms.recovery)}`);
  print(`  products      ${products.join(", ") || "none"}`);
  if (authority) print("  It is the authority: it may act on any platform's loans, in public and with an order.");
}

/** Ends a licence for good. */
export async function withdraw(given: string, options: ActOptions): Promise<void> {
  const context = await openRegulator(options, true);
  const { platform, name, standing } = await licensed(context, given);
  const changed = standing !== "withdrawn";
  if (changed && options.json !== true) {
    print(
      `This ends the licence of platform ${platform}, ${name}, for good. It opens no loan any more; what happens to its open`,
    );
    print("loans can still be filed, and they can be assigned to another platform. It can't be undone.");
  }
  if (changed) {
    await confirm(name, "withdraw it", options);
    await context.regulator.withdrawLicence(platform);
  }
  if (options.json === true) printJson({ platform, standing: "withdrawn", changed });
  else print(`Platform ${platform}, ${name}, is withdrawn${changed ? "" : " already"}.`);
}

/** Has the gateway ask a signer of the platform's own for its signatures. */
export async function signer(given: string, options: SignerOptions): Promise<void> {
  const context = await openRegulator(options, options.license === true);
  const platform = await licensed(context, given);
  const address = addressOf("--address", options.address);
  const licence = equal(address, platform.key);
  if (!licence && options.license !== true)
    throw cliError(
      "option-invalid",
      `Platform ${given} is licensed with ${toHex(platform.key)}, not with that address`,
      {
        fix: "Add --license to license the signer's address as its filing key: from then on nothing else can sign for it.",
      },
    );
  if (!licence) {
    if (options.json !== true)
      print(
        `This licenses ${toHex(address)} as filing key of platform ${given}: filings signed by the one before are rejected.`,
      );
    await confirm(platform.name, "license it", options);
    await context.regulator.setKey(platform.platform, address);
  }
  await register(context, platform, { kind: "remote", url: options.url, address: toHex(address) });
  if (options.json === true)
    printJson({ platform: platform.platform, signer: options.url, address: toHex(address), licensed: !licence });
  else {
    print(
      `Platform ${platform.platform}, ${platform.name}, signs for itself: ${options.url} is asked (eth_signTypedData).`,
    );
    print(
      "Its record key has to be certified by this key: POST /v1/operator/platforms/N/record-keys (docs/spec/api.md).",
    );
  }
}

/** Over the operator's interface, so that the running gateway knows it at once and checks that the signer holds the key. */
async function register({ home }: RegulatorContext, platform: Platform, reference: object): Promise<void> {
  const [{ gatewayUrl }, secrets] = await Promise.all([needConnections(home), home.secrets()]);
  const apiKey = secrets?.apiKeys["operator"];
  if (apiKey === undefined)
    throw cliError("api-key-needed", `${home.path} holds no operator's API key`, {
      fix: "Register the signer over the gateway's operator interface (PUT /v1/operator/platforms/N in docs/spec/api.md).",
    });
  // The gateway follows the chain a moment behind; it is asked again while it still knows the former key.
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(`${gatewayUrl}/v1/operator/platforms/${platform.platform}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ name: platform.name, signer: reference }),
    });
    if (response.ok) return;
    const problem = problemSchema.safeParse(await response.json().catch(() => undefined)).data;
    if (problem?.code !== "signer-foreign" || attempt === PATIENCE)
      throw cliError("gateway-refused", `The signer is not registered: ${problem?.detail ?? response.status}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const PATIENCE = 10;
const problemSchema = z.object({ code: z.string(), detail: z.string().optional() });

async function licensed({ regulator }: RegulatorContext, given: string): Promise<Platform> {
  const number = wholeNumber("The platform", given, 262_143);
  const found = (await regulator.platforms()).find(({ platform }) => platform === number);
  if (found !== undefined) return found;
  throw cliError("option-invalid", `There is no platform ${number}`, { fix: "See `tally platform list`." });
}

function addressOf(option: string, text: string): Uint8Array {
  if (ADDRESS.test(text)) return fromHex(text.toLowerCase(), 20);
  throw cliError("option-invalid", `${option}: ${text.slice(0, 60)} is no address of 0x and 40 hexadecimal digits`);
}
