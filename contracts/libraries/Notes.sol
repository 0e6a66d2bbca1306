// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "../interfaces/IRegistry.sol";
import {RegistryState} from "./State.sol";

/// @title What waits for an answer or for another side
/// @notice One word each, by borrower, reference and tag (`docs/design/state.md`). One that is over is not zero, so that it is not
/// taken over from a predecessor again.
library Notes {
    uint256 internal constant COMPLAINT = 1;
    uint256 internal constant ASSIGNMENT = 2;

    uint256 internal constant OVER = 1 << 255;

    /// @param ref The wire's 64 bits, of a loan or an entry.
    function keyOf(bytes32 borrower, uint256 ref, uint256 tag) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(borrower, uint64(ref), uint8(tag)));
    }

    function load(
        RegistryState storage state,
        IRegistry predecessor,
        bytes32 borrower,
        uint256 ref,
        uint256 tag
    ) internal view returns (uint256 note) {
        note = state.notes[keyOf(borrower, ref, tag)];
        if (note == 0 && address(predecessor) != address(0)) {
            return predecessor.noteOf(borrower, uint64(ref), uint8(tag));
        }
    }

    function store(RegistryState storage state, bytes32 borrower, uint256 ref, uint256 tag, uint256 note) internal {
        state.notes[keyOf(borrower, ref, tag)] = note;
    }
}
