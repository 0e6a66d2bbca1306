#!/usr/bin/env node
/**
 * The compiler's command line as far as slither uses it (`--version`, and `FILE --combined-json WHAT`), by the compiler that comes
 * from npm: so that what is analysed is compiled by the very version that is deployed, and none has to be installed.
 */
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc");
const args = process.argv.slice(2);

if (args.includes("--version")) {
  const [version] = solc.version().split("+");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}+commit.npm\n`);
  process.exit(0);
}

const root = process.cwd();
const file = args.find((arg) => arg.endsWith(".sol"));
if (file === undefined) {
  process.stderr.write("Name a .sol file.\n");
  process.exit(2);
}

/** Where an import is: a package's under node_modules, ours where it says. */
const pathOf = (name) => (name.startsWith("@") ? resolve(root, "node_modules", name) : resolve(root, name));
const read = (name) => {
  try {
    return { contents: readFileSync(pathOf(name), "utf8") };
  } catch (error) {
    return { error: String(error) };
  }
};

const entry = relative(root, resolve(file));
const input = {
  language: "Solidity",
  sources: { [entry]: { content: readFileSync(resolve(file), "utf8") } },
  settings: {
    evmVersion: "paris",
    optimizer: { enabled: true, runs: 1_000 },
    outputSelection: {
      "*": {
        "": ["ast"],
        "*": [
          "abi",
          "evm.bytecode.object",
          "evm.bytecode.sourceMap",
          "evm.deployedBytecode.object",
          "evm.deployedBytecode.sourceMap",
          "evm.methodIdentifiers",
          "userdoc",
          "devdoc",
        ],
      },
    },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }));
const fatal = (output.errors ?? []).filter(({ severity }) => severity === "error");
if (fatal.length > 0) {
  process.stderr.write(fatal.map(({ formattedMessage }) => formattedMessage).join("\n"));
  process.exit(1);
}

const contracts = {};
for (const [source, named] of Object.entries(output.contracts))
  for (const [name, { abi, evm, userdoc, devdoc }] of Object.entries(named))
    contracts[`${source}:${name}`] = {
      abi,
      bin: evm.bytecode.object,
      "bin-runtime": evm.deployedBytecode.object,
      srcmap: evm.bytecode.sourceMap,
      "srcmap-runtime": evm.deployedBytecode.sourceMap,
      hashes: evm.methodIdentifiers,
      userdoc,
      devdoc,
    };
const sources = Object.entries(output.sources).sort(([, a], [, b]) => a.id - b.id);
process.stdout.write(
  JSON.stringify({
    contracts,
    sourceList: sources.map(([name]) => name),
    sources: Object.fromEntries(sources.map(([name, { ast, id }]) => [name, { AST: ast, id }])),
    version: solc.version(),
  }),
);
