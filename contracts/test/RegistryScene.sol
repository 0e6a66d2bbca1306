// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Administration} from "../Administration.sol";
import {Licences} from "../Licences.sol";
import {Registry} from "../Registry.sol";
import {Rulebook} from "../Rulebook.sol";
import {Sandbox} from "../Sandbox.sol";
import {Filing, IRegistry} from "../interfaces/IRegistry.sol";
import {Decision} from "../libraries/Decision.sol";

/// @notice The test runner's own powers.
interface ICheats {
    function addr(uint256 secret) external pure returns (address);
    function sign(uint256 secret, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256 time) external;
}

/// @notice A deployment for tests in Solidity: one platform, one product for natural persons, all served rules on.
contract RegistryScene {
    ICheats internal constant CHEATS = ICheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    uint256 private constant SECRET = 0x5eed;
    uint256 internal constant NOW = 1_767_571_200;
    /// @dev All rules but those that other contracts have a say in.
    uint256 internal constant WIDE = Decision.SERVED & ~(Decision.PILOT | Decision.CUSTOM);

    Registry public immutable registry;
    Licences public immutable licences;
    Rulebook public immutable rulebook;
    Sandbox public immutable sandbox;
    uint24 public immutable platform;

    uint32 public number;
    bytes32 public head;

    constructor() {
        CHEATS.warp(NOW);
        Administration administration = new Administration(address(this));
        licences = new Licences(address(administration), 0);
        rulebook = new Rulebook(address(administration), licences, 0, 0);
        sandbox = new Sandbox(address(administration), licences);
        registry = new Registry(licences, rulebook, IRegistry(address(0)), sandbox);
        licences.announceRegistry(address(registry), address(registry).codehash, 0);
        licences.installRegistry(address(registry));
        rulebook.publish(1, 1, 0, _limits(WIDE, 0));
        platform = licences.grant(CHEATS.addr(SECRET), 0, uint40(NOW + 36_500 days), 0, address(0), "Scene");
        licences.setProducts(platform, 0, type(uint256).max);
    }

    /// @notice Files entries, signed, and returns their decisions and the gas of the call.
    function file(bytes memory entries) public returns (bytes memory decisions, uint256 gasUsed) {
        Filing memory filing = Filing(platform, number + 1, head, keccak256(entries), entries);
        bytes32 digest = registry.headOf(filing);
        (uint8 v, bytes32 r, bytes32 s) = CHEATS.sign(SECRET, digest);
        bytes memory signature = abi.encodePacked(r, s, v);
        gasUsed = gasleft();
        decisions = registry.file(filing, signature);
        gasUsed -= gasleft();
        (number, head) = (number + 1, digest);
    }

    /// @notice Wide limits of a pilot's product: only its bounds refuse.
    function pilotLimits(uint32 pilot) public pure returns (bytes memory) {
        return _limits(Decision.LICENCE | Decision.PILOT, pilot);
    }

    /// @dev Wide limits: nothing is refused for what it is worth.
    function _limits(uint256 on, uint32 pilot) internal pure returns (bytes memory) {
        bytes memory first = abi.encodePacked(
            uint8(1),
            uint8(pilot == 0 ? 1 : 0),
            uint32(on),
            uint32(on & (Decision.LICENCE | Decision.PILOT)),
            uint32(0),
            uint32(365 days),
            uint32(30 days),
            uint16(300),
            uint32(14 days),
            uint32(0)
        );
        bytes memory second = abi.encodePacked(
            uint40(0),
            uint40(0),
            uint32(0),
            type(uint40).max,
            type(uint40).max,
            uint16(0),
            uint32(1 days),
            uint8(0),
            uint8(8)
        );
        bytes memory third = abi.encodePacked(
            uint16(365),
            uint8(0),
            uint8(0),
            uint16(365),
            uint8(2),
            uint8(1),
            uint64(360_000_000),
            uint64(0),
            uint64(0)
        );
        return abi.encodePacked(first, second, third, new bytes(177), pilot, new bytes(43));
    }
}
