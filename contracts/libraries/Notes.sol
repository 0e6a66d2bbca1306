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

    // Where the fields of a complaint are.
    uint256 private constant OPENED_AT = 32;
    uint256 private constant PRODUCT_AT = 64;
    uint256 private constant PLATFORM_AT = 75;
    uint256 private constant NAME_AT = 93;
    uint256 private constant ANSWERED_AT = 147;

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

    // A complaint. A note that is none is zero, and so is every field of it.

    /// @param time When the borrower complained, UTC seconds.
    /// @param opened When the loan was opened, UTC seconds.
    /// @param platform That is to answer.
    /// @param name The loan's, in 54 bits.
    function complaint(
        uint256 time,
        uint256 opened,
        uint256 product,
        uint256 platform,
        uint256 name
    ) internal pure returns (uint256) {
        return time | (opened << OPENED_AT) | (product << PRODUCT_AT) | (platform << PLATFORM_AT) | (name << NAME_AT);
    }

    function complainedAt(uint256 note) internal pure returns (uint256) {
        return note & (2 ** 32 - 1);
    }

    function openedAt(uint256 note) internal pure returns (uint256) {
        return (note >> OPENED_AT) & (2 ** 32 - 1);
    }

    function productOf(uint256 note) internal pure returns (uint256) {
        return (note >> PRODUCT_AT) & (2 ** 11 - 1);
    }

    function platformOf(uint256 note) internal pure returns (uint256) {
        return (note >> PLATFORM_AT) & (2 ** 18 - 1);
    }

    function loanOf(uint256 note) internal pure returns (uint256) {
        return (note >> NAME_AT) & (2 ** 54 - 1);
    }

    /// @notice Zero: not yet.
    function answeredAt(uint256 note) internal pure returns (uint256) {
        return (note >> ANSWERED_AT) & (2 ** 32 - 1);
    }

    /// @notice The complaint, answered.
    function answered(uint256 note, uint256 time) internal pure returns (uint256) {
        return note | OVER | (time << ANSWERED_AT);
    }
}
