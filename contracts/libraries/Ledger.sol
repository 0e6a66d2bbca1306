// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "../interfaces/IRegistry.sol";
import {Book, BookWords} from "./Book.sol";
import {Handover} from "./Handover.sol";
import {RegistryState} from "./State.sol";

/// @title Reading and moving the words of a borrower's book in storage
/// @dev `head` is held by the caller and stored once, by {store}.
library Ledger {
    /// @dev A head that says: taken over from the predecessor, and empty now. No head has this bit without a head loan.
    uint256 private constant ADOPTED = Book.UNCONFIRMED;

    /// @notice A borrower's head. The first time it is asked for in a registry that has a predecessor, the book is taken over.
    function load(
        RegistryState storage state,
        IRegistry predecessor,
        bytes32 borrower
    ) internal returns (BookWords storage book, uint256 head) {
        book = state.books[borrower];
        head = book.head;
        if (address(predecessor) == address(0)) return (book, head);
        if (head == 0) head = Handover.adopt(state, book, predecessor, borrower);
        head = meant(head);
    }

    /// @notice The head that a stored one means.
    function meant(uint256 head) internal pure returns (uint256) {
        return head == ADOPTED ? 0 : head;
    }

    /// @notice Stores a borrower's head.
    function store(BookWords storage book, IRegistry predecessor, uint256 head) internal {
        if (head == 0) {
            if (address(predecessor) != address(0)) head = ADOPTED;
        }
        book.head = head;
    }

    /// @notice Whether the first draw of a line entered the state, here or in a predecessor.
    function hasLine(
        RegistryState storage state,
        IRegistry predecessor,
        bytes32 borrower,
        uint256 ref
    ) internal view returns (bool) {
        if (state.lines[lineKey(borrower, ref)] != 0) return true;
        return address(predecessor) != address(0) && Handover.hasLine(address(predecessor), borrower, ref);
    }

    function lineKey(bytes32 borrower, uint256 ref) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(borrower, uint64(ref)));
    }

    /// @notice Puts a loan in the next slot; the caller has seen that there is one.
    /// @return The head with one slot more.
    function append(BookWords storage book, uint256 head, uint256 slot, uint256 detail) internal returns (uint256) {
        uint256 n = Book.count(head);
        book.slots[n] = slot;
        if (slot & Book.DETAILED != 0) book.details[n] = detail;
        // Unchecked: five bits for at most 31.
        unchecked {
            return head + Book.ONE_SLOT;
        }
    }

    /// @notice Moves the head loan to the next slot; the caller has seen that there is one.
    /// @param mark Bits that the slot has beside.
    /// @return The head without it, and with one slot more.
    function moveHead(BookWords storage book, uint256 head, uint256 mark) internal returns (uint256) {
        uint256 detail = head & Book.DETAILED == 0 ? 0 : book.detail;
        return append(book, Book.withoutLoan(head), Book.slotOfHead(head) | mark, detail);
    }

    /// @notice Takes the loan of slot k out; the last slot's takes its place. Vacated words are left for use again.
    /// @return The head with one slot less.
    function remove(BookWords storage book, uint256 head, uint256 k) internal returns (uint256) {
        // Unchecked: k is the number of a slot in use.
        unchecked {
            uint256 last = Book.count(head) - 1;
            if (k != last) {
                uint256 slot = book.slots[last];
                book.slots[k] = slot;
                if (slot & Book.DETAILED != 0) book.details[k] = book.details[last];
            }
            return head - Book.ONE_SLOT;
        }
    }
}
