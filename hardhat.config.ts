import { fileURLToPath } from "node:url";

import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";

const compiler = (viaIR: boolean, runs = 1_000) => ({
  version: "0.8.37",
  // The compiler comes from npm with everything else; none is downloaded.
  path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
  settings: {
    // No PUSH0: the networks of a consortium are often older than Shanghai.
    evmVersion: "paris",
    optimizer: { enabled: true, runs },
    viaIR,
  },
});

export default defineConfig({
  plugins: [toolbox],
  solidity: {
    compilers: [compiler(false)],
    overrides: {
      // By the intermediate representation an entry costs 2,500 gas less, and the code is a tenth smaller; compiling takes four
      // times as long, so that all else is spared it.
      "contracts/Registry.sol": compiler(true),
      "contracts/libraries/Judge.sol": compiler(true),
      "contracts/libraries/RateJudge.sol": compiler(true),
      "contracts/libraries/Chains.sol": compiler(true),
      "contracts/libraries/Handover.sol": compiler(true),
      "contracts/libraries/Staleness.sol": compiler(true),
      // It has the room for more runs, which make arrears cheaper.
      "contracts/libraries/Lifecycle.sol": compiler(true, 20_000),
      "contracts/libraries/Openings.sol": compiler(true),
      "contracts/libraries/Outside.sol": compiler(true),
      "contracts/libraries/Seldom.sol": compiler(true),
      // What it measures is part of those.
      "contracts/test/RateHarness.sol": compiler(true),
    },
    // Deployed as it comes, so it is compiled with the same settings as our own.
    npmFilesToBuild: ["@openzeppelin/contracts/access/manager/AccessManager.sol"],
    splitTestsCompilation: true,
  },
  paths: { tests: { mocha: "./test/contracts", solidity: "./contracts" } },
  typechain: { outDir: "./types", tsNocheck: true },
  test: {
    mocha: { timeout: 60_000 },
    solidity: { fuzz: { runs: 256, seed: "0x7a11" }, invariant: { runs: 32, depth: 64, failOnRevert: false } },
  },
});
