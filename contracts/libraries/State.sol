// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BookWords} from "./Book.sol";

/// @notice What a platform's filings have come to.
/// @param head Of its last filing.
/// @param last Bits 0 to 31: the number of its last filing; zero: it has filed nothing. Bit 32: a request of its has been mined. Then what is
/// counted against it ({Counts}).
/// One word, because two fields of one slot are written one after the other.
struct PlatformState {
    bytes32 head;
    uint256 last;
}

/// @notice All that a registry keeps. The order is fixed: slots are proved to people who have only this page.
struct RegistryState {
    /// Slot 0: seals, by `platform · 2^32 + number`.
    mapping(uint256 id => bytes32) seals;
    /// Slot 1.
    mapping(uint256 platform => PlatformState) platforms;
    /// Slot 2.
    mapping(bytes32 borrower => BookWords) books;
    /// Slot 3: when the first draw of a line was opened, by `keccak256(borrower ‖ uint64(its reference))`.
    mapping(bytes32 line => uint256) lines;
    /// Slot 4: totals of a chain of linked loans ({Chain}), by the same key of the loan that is linked or was refinanced.
    mapping(bytes32 loan => uint256) chains;
    /// Slot 5: a borrower's conduct ({Conducts}); a bit of the head says that there is one.
    mapping(bytes32 borrower => uint256) conducts;
    /// Slot 6: what waits for an answer or for another side ({Notes}), by `keccak256(borrower ‖ uint64(reference) ‖ tag)`.
    mapping(bytes32 note => uint256) notes;
}
