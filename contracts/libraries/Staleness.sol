// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Book, BookWords} from "./Book.sol";
import {Counts} from "./Counts.sol";
import {RegistryState} from "./State.sol";

/// @title Loans that nobody closed in time
/// @notice Linked into {Judge}, which calls it when it has found some that were not known to be stale.
library Staleness {
    /// @notice Counts them against the platforms that they are owed to, each once, because its slot is marked. A head loan has no place for the
    /// mark, and waits until it moves to a slot.
    /// @param head The borrower's.
    /// @param stale Bit k: the loan in slot k; bit 31: the head loan.
    /// @param headMoves The head loan is about to move.
    function count(
        RegistryState storage state,
        BookWords storage book,
        uint256 head,
        uint256 stale,
        bool headMoves
    ) external {
        for (uint256 k = 0; k < Book.SLOTS; k++) {
            if ((stale >> k) & 1 == 0) continue;
            uint256 slot = book.slots[k];
            book.slots[k] = slot | Book.STALE;
            Counts.add(state, Book.holder(slot), Counts.STALE_AT);
        }
        if (headMoves && stale >> Book.SLOTS != 0) Counts.add(state, Book.platform(head), Counts.STALE_AT);
    }
}
