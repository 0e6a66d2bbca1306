/** The first start of a data directory: contracts, rulebook, platforms. Every step can be cut short and is taken up again. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

import { Regulator } from "../../chain/administration.ts";
import { checkDeployment, deploy, type Deployment, writeDeployment } from "../../chain/deployment.ts";
import { JsonRpc } from "../../chain/rpc.ts";
import { chainIdOf, Transactor } from "../../chain/transactor.ts";
import { parseJson, readIfThere, writeDurably } from "../../engine/files.ts";
import { createApiKey } from "../../gateway/api-keys.ts";
import { openDatabase } from "../../store/database.ts";
import { migrate } from "../../store/migrate.ts";
import { type Home, SAMPLE_PACK } from "../home.ts";
import { addPlatform } from "../operator/platforms.ts";
import { publishPack, readPack } from "../operator/rule-packs.ts";
import { refreshDeployment } from "../operator/succession.ts";
import { ensureKeys } from "./keys.ts";
import { openSamplePilot, publishPilotLaw } from "./sample-pilot.ts";

export const SAMPLE_PLATFORMS = ["Amber Loans", "Birch Credit", "Cedar Finance"] as const;
/** How long the sample platforms may load history: long enough to try it. */
const FOUNDING_SECONDS = 366 * 86_400;

const setupSchema = z.object({
  format: z.literal(1),
  /** Whether the first start was to set up the sample. */
  sample: z.boolean(),
  /** Whether rulebook, platforms and pilot of the sample are there. */
  done: z.boolean(),
  /** Numbers of the sample's platforms. */
  platforms: z.array(z.int()),
});
export type Setup = z.infer<typeof setupSchema>;

export interface SetupOptions {
  readonly home: Home;
  readonly rpcUrl: string;
  readonly databaseUrl: string;
  /** Without the sample. Decided once, by the first start. */
  readonly empty: boolean;
  /** Told what is being done. */
  readonly onStep: (what: string) => void;
}

/** Brings a directory to where a gateway can run on it. */
export async function setUp(
  options: SetupOptions,
): Promise<{ readonly deployment: Deployment; readonly setup: Setup }> {
  const { home, databaseUrl, onStep } = options;
  let setup = await ensureSetup(home, options.empty);
  onStep("keys");
  await ensureKeys(home, ["administrator", "relayer"]);
  const rpc = new JsonRpc(options.rpcUrl);
  const transactor = new Transactor(rpc, await chainIdOf(rpc), await home.key("administrator"));
  const recorded = (await home.deployment()) ?? (await deployInto(home, transactor, onStep));
  await checkDeployment(rpc, recorded);
  const deployment = await refreshDeployment(join(home.path, "deployment.json"), rpc, recorded);
  await ensureOperatorKey(home, databaseUrl);
  if (setup.sample && !setup.done) {
    const regulator = new Regulator(transactor, deployment);
    const pack = await readPack(SAMPLE_PACK, await regulator.now());
    onStep("sample rulebook");
    await publishPack(home, regulator, pack);
    onStep("sample pilot's rules");
    const pilotLaw = await publishPilotLaw(home, regulator);
    const products = [pack, pilotLaw].flatMap(({ compiled }) => compiled.products.map(({ product }) => product));
    const foundingUntil = Math.floor(Date.now() / 1_000) + FOUNDING_SECONDS;
    const platforms: number[] = [];
    for (const name of SAMPLE_PLATFORMS) {
      onStep(`platform ${name}`);
      const context = { home, regulator, deployment, databaseUrl };
      const { platform } = await addPlatform(context, { name, products, foundingUntil, group: 0 });
      platforms.push(platform);
    }
    onStep("sample pilot");
    await openSamplePilot(transactor, deployment, pilotLaw);
    setup = { ...setup, done: true, platforms };
    await saveSetup(home, setup);
  }
  return { deployment, setup };
}

async function deployInto(home: Home, transactor: Transactor, onStep: (what: string) => void): Promise<Deployment> {
  const unfinished = join(home.path, "deployment.unfinished.json");
  const deployment = await deploy(transactor, {
    // Whoever tries rules out wants to see them bind; a real deployment is made with the notice that its law asks for.
    notice: 0,
    successionNotice: 0,
    onStep: (step, begun, total) => onStep(`contracts, step ${begun} of ${total}: ${step}`),
    progress: {
      load: async () => parseJson(await readIfThere(unfinished)),
      save: async (progress) => writeDurably(unfinished, JSON.stringify(progress, null, 2)),
    },
  });
  await writeDeployment(join(home.path, "deployment.json"), deployment);
  await rm(unfinished, { force: true });
  return deployment;
}

/** The operator's own API key, by which this machine's commands ask the gateway. */
export async function ensureOperatorKey(home: Home, databaseUrl: string): Promise<void> {
  const secrets = await home.secrets();
  if (secrets === undefined || secrets.apiKeys["operator"] !== undefined) return;
  const db = openDatabase(databaseUrl, { connections: 1 });
  try {
    await migrate(db);
    const operator = await createApiKey(db, { role: "operator", label: "this machine" });
    await home.saveSecrets({ ...secrets, apiKeys: { ...secrets.apiKeys, operator } });
  } finally {
    await db.destroy();
  }
}

const setupPath = (home: Home): string => join(home.path, "setup.json");

async function ensureSetup(home: Home, empty: boolean): Promise<Setup> {
  const text = await readFile(setupPath(home), "utf8").catch(() => undefined);
  const known = setupSchema.safeParse(parseJson(text)).data;
  if (known !== undefined) return known;
  const fresh: Setup = { format: 1, sample: !empty, done: false, platforms: [] };
  await saveSetup(home, fresh);
  return fresh;
}

const saveSetup = async (home: Home, setup: Setup): Promise<void> =>
  writeDurably(setupPath(home), JSON.stringify(setup, null, 2));
