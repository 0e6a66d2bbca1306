// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @title Administration: who may do what, and after which delay
/// @notice OpenZeppelin's access manager with this system's roles named. It holds no power over the registry, which has no
/// administration. Which function belongs to which role is in `docs/design/contracts.md`.
contract Administration is AccessManager {
    /// @notice Publishes and withdraws limits and settings, sets notice periods, opens reference series.
    uint64 public constant RULEMAKER = 1;
    /// @notice Enters the points of reference series.
    uint64 public constant REFERENCE = 2;
    /// @notice Grants, amends, suspends, restores and withdraws licences; sets keys and products.
    uint64 public constant LICENSOR = 3;
    /// @notice Revokes any platform's key at once.
    uint64 public constant RECOVERY = 4;
    /// @notice Announces a successor of the registry.
    uint64 public constant ANNOUNCER = 5;
    /// @notice Installs an announced successor: another person than the announcer.
    uint64 public constant INSTALLER = 6;
    /// @notice Opens, stops and graduates pilots.
    uint64 public constant SANDBOX = 8;

    /// @notice Publishes limits without notice, loudly, for 90 days at most: another person than the rulemaker.
    uint64 public constant EMERGENCY = 7;

    constructor(address initialAdmin) AccessManager(initialAdmin) {}
}
