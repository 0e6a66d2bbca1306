// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "../interfaces/IRegistry.sol";
import {Book, BookWords} from "./Book.sol";
import {RegistryState} from "./State.sol";

/// @title What a registry takes over from its predecessor
/// @notice Linked into {Judge} and {Lifecycle}, which call it once for a borrower who is new here.
library Handover {
    /// @notice Takes a borrower's book over, with its conduct.
    /// @param book Empty so far; the borrower's.
    /// @return head Zero if there is none.
    function adopt(
        RegistryState storage state,
        BookWords storage book,
        IRegistry predecessor,
        bytes32 borrower
    ) external returns (uint256 head) {
        uint256 detail;
        uint256[] memory slots;
        uint256[] memory details;
        (head, detail, slots, details) = predecessor.bookOf(borrower);
        if (head == 0) return 0;
        book.head = head;
        if (head & Book.DETAILED != 0) book.detail = detail;
        if (head & Book.CONDUCT != 0) state.conducts[borrower] = predecessor.conductOf(borrower);
        for (uint256 k = 0; k < slots.length; k++) {
            book.slots[k] = slots[k];
            if (slots[k] & Book.DETAILED != 0) book.details[k] = details[k];
        }
    }

    /// @notice Whether the first draw of a line entered the predecessor's state.
    /// @param ref The wire's 64 bits.
    function hasLine(address predecessor, bytes32 borrower, uint256 ref) external view returns (bool) {
        return IRegistry(predecessor).lineOf(borrower, uint64(ref)) != 0;
    }
}
