/** Postgres refuses to run as root. Where we are root it runs as somebody else, who can still reach a cluster in root's home. */
import { execFileSync, spawnSync } from "node:child_process";
import { statSync } from "node:fs";

import { dyingWithUs, hasSetpriv } from "./child.ts";
import { engineError } from "./errors.ts";
import type { PostgresPrograms } from "./programs.ts";

export interface PostgresUser {
  /** Who owns the cluster; undefined for ourselves. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** How its processes are started: either words before the program, or the user for the system call. */
  readonly prefix: readonly string[];
  readonly user?: { readonly uid: number; readonly gid: number };
  /** It has no right to pass through directories closed to it: ours has to be opened for passing. */
  readonly needsPassage: boolean;
}

/**
 * @param cluster where the cluster is or will be: an existing one is run by its owner
 * @throws `engine-missing` where the programs can't be run as that user
 */
export function postgresUser(programs: PostgresPrograms, cluster: string): PostgresUser {
  if (process.getuid?.() !== 0) {
    const user = { owner: undefined, prefix: dyingWithUs("INT"), needsPassage: false };
    return runs(programs, user) ? user : refuse(programs);
  }
  const owner = ownerOf(cluster) ?? nobody();
  const candidates: PostgresUser[] = hasSetpriv()
    ? ["+dac_read_search", "+dac_override"].map((right) => ({
        owner,
        // A change of user clears the signal at the parent's death, so it is asked for afterwards, by a second launcher.
        prefix: [
          ...["setpriv", `--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups"],
          ...["--inh-caps", right, "--ambient-caps", right, "--", ...dyingWithUs("INT")],
        ],
        needsPassage: false,
      }))
    : [];
  candidates.push({ owner, prefix: [], user: owner, needsPassage: true });
  return candidates.find((user) => runs(programs, user)) ?? refuse(programs);
}

function runs(programs: PostgresPrograms, user: PostgresUser): boolean {
  const [command = programs.postgres, ...args] = [...user.prefix, programs.postgres, "--version"];
  return spawnSync(command, args, { stdio: "ignore", ...(user.user ?? {}) }).status === 0;
}

function refuse(programs: PostgresPrograms): never {
  throw engineError("engine-missing", `the database's program can't be run: ${programs.postgres}`, {
    fix:
      process.getuid?.() === 0
        ? "Postgres never runs as root: run as an ordinary user, or where other users can read the installation."
        : "Install again with `npm ci`, allowing install scripts, or give a Postgres of your own with --database.",
  });
}

function ownerOf(cluster: string): { uid: number; gid: number } | undefined {
  const found = statSync(cluster, { throwIfNoEntry: false });
  return found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid };
}

/** The system's user without rights: it exists everywhere, so none has to be made. */
function nobody(): { uid: number; gid: number } {
  const id = (what: string): number => Number(execFileSync("id", [what, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
