import { readFileSync } from "node:fs";
import { Interface } from "ethers";
import { z } from "zod";
import { fromHex } from "../core/bytes.ts";
import { chainError } from "./errors.ts";

/** The contracts that a deployment consists of. */
export type ContractName = "Administration" | "Licences" | "Rulebook" | "Registry" | "Sandbox";

/** A library's place in bytecode that uses it: `start` and `length` in bytes. */
const linkReferences = z.record(
  z.string(),
  z.record(z.string(), z.array(z.object({ start: z.number(), length: z.number() }))),
);

const artifactSchema = z.object({
  contractName: z.string(),
  abi: z.array(z.record(z.string(), z.unknown())),
  bytecode: z.string(),
  linkReferences,
});

export interface Artifact {
  readonly name: string;
  readonly interface: Interface;
  /** Creation code without constructor arguments; libraries are still to be linked. */
  readonly bytecode: string;
  readonly linkReferences: z.infer<typeof linkReferences>;
}

const loaded = new Map<string, Artifact>();

/** A compiled contract. Throws `artifact-missing` before the first `npm run compile`. */
export function artifact(name: string): Artifact {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  let text: string;
  try {
    text = readFileSync(new URL(`./artifacts/${name}.json`, import.meta.url), "utf8");
  } catch (cause) {
    throw chainError("artifact-missing", `The compiled contract ${name} is not there`, { cause });
  }
  const parsed = artifactSchema.parse(JSON.parse(text));
  const made: Artifact = {
    name,
    interface: new Interface(parsed.abi),
    bytecode: parsed.bytecode,
    linkReferences: parsed.linkReferences,
  };
  loaded.set(name, made);
  return made;
}

/** Creation code with the addresses of its libraries put in, as bytes. */
export function linkedBytecode(of: Artifact, libraries: Readonly<Record<string, string>>): Uint8Array {
  let code = of.bytecode.slice(2);
  for (const byName of Object.values(of.linkReferences))
    for (const [library, places] of Object.entries(byName)) {
      const address = libraries[library];
      if (address === undefined) throw chainError("artifact-missing", `${of.name} needs the library ${library}`);
      for (const { start, length } of places)
        code = code.slice(0, 2 * start) + address.slice(2) + code.slice(2 * (start + length));
    }
  return fromHex(code);
}

/** The libraries that a contract is linked with. */
export function librariesOf(of: Artifact): string[] {
  return [...new Set(Object.values(of.linkReferences).flatMap((byName) => Object.keys(byName)))];
}
