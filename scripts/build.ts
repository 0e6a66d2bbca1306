/** `npm run build`: the program as JavaScript in dist/, with the contracts' artifacts where the source has them. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

rmSync(dist, { recursive: true, force: true });
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "--project", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (status !== 0) process.exit(1);

// What the source reads beside itself and tsc doesn't copy.
const beside = [join("chain", "artifacts")];
for (const path of beside) {
  const from = join(root, "src", path);
  if (existsSync(from)) cpSync(from, join(dist, path), { recursive: true, filter: (file) => !file.endsWith(".stamp") });
}
process.stdout.write("Built dist/. `npm pack` makes an archive that installs anywhere.\n");
