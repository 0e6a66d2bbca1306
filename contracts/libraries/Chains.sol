// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "../interfaces/IRegistry.sol";
import {Book, BookWords} from "./Book.sol";
import {Chain} from "./Chain.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {RegistryState} from "./State.sol";

/// @title Loans that refinance or renew one before
/// @notice Linked into {Judge} and {Lifecycle}, which call it for such loans alone, and for one that is closed as refinanced
/// (`docs/spec/protocol.md`, section 6). It runs as the registry, and so asks that for what it needs beside.
library Chains {
    /// @notice What a loan about to be opened has before it.
    /// @param ref Of the loan that it names as its predecessor, the wire's 64 bits.
    /// @param platform That opens it.
    /// @return The word of the new loan; or, if that one isn't there, the finding that refuses it.
    function join(
        RegistryState storage state,
        bytes32 borrower,
        uint256 ref,
        uint256 platform
    ) external returns (uint256) {
        IRegistry predecessor = IRegistry(address(this)).predecessor();
        uint256 word = load(state, predecessor, borrower, ref);
        if (word & Chain.FINAL == 0) {
            word = _inBook(state, predecessor, borrower, ref);
            if (word & Chain.EXISTS == 0) return word;
        }
        uint256 renewals = Chain.renewals(word);
        uint256 marks = Chain.EXISTS;
        if (Chain.holder(word) == platform) {
            // Unchecked: eight bits.
            unchecked {
                renewals++;
            }
            marks |= Chain.RENEWAL;
        }
        word = Chain.totals(Chain.charges(word), Chain.largest(word), renewals);
        return Chain.withPredecessor(word, ref) | marks;
    }

    /// @notice A loan is closed as refinanced: what its chain came to with it is kept.
    /// @param loan Its word, of the head or of a slot.
    /// @param detail As it was before.
    /// @param charges Of the final payment.
    /// @param holder That it was owed to.
    function finish(
        RegistryState storage state,
        bytes32 borrower,
        uint256 loan,
        uint256 detail,
        uint256 charges,
        uint256 holder
    ) external {
        uint256 ref = Entry.refOf(Book.name(loan));
        IRegistry predecessor = IRegistry(address(this)).predecessor();
        uint256 word = _including(state, predecessor, borrower, ref, loan, detail, charges);
        state.chains[Ledger.lineKey(borrower, ref)] = Chain.withHolder(word, holder) | Chain.FINAL;
    }

    /// @notice Adds what was before a linked loan.
    /// @param name The loan's, in 54 bits.
    /// @param charges Its own, default charges included.
    /// @param principal Its own.
    /// @return All charges of the chain, and the largest principal.
    function total(
        bytes32 borrower,
        uint256 name,
        uint256 charges,
        uint256 principal
    ) external view returns (uint256, uint256) {
        uint256 word = _ask(borrower, Entry.refOf(name));
        // The loan before may have been charged more since.
        uint256 before = _ask(borrower, Chain.predecessor(word));
        return _add(before & Chain.FINAL == 0 ? word : before, charges, principal);
    }

    /// @notice How often a linked loan was renewed, or those before it were extended.
    /// @param name The loan's, in 54 bits.
    function renewalsOf(bytes32 borrower, uint256 name) external view returns (uint256) {
        return Chain.renewals(_ask(borrower, Entry.refOf(name)));
    }

    /// @notice The word of a loan, here or in a predecessor; zero for none.
    function load(
        RegistryState storage state,
        IRegistry predecessor,
        bytes32 borrower,
        uint256 ref
    ) internal view returns (uint256 word) {
        word = state.chains[Ledger.lineKey(borrower, ref)];
        if (word == 0 && address(predecessor) != address(0)) return predecessor.chainOf(borrower, uint64(ref));
    }

    function _ask(bytes32 borrower, uint256 ref) private view returns (uint256) {
        return IRegistry(address(this)).chainOf(borrower, uint64(ref));
    }

    /// @dev The totals of a loan that is in the borrower's book, itself included, and its holder; or why it can't be named.
    function _inBook(
        RegistryState storage state,
        IRegistry predecessor,
        bytes32 borrower,
        uint256 ref
    ) private returns (uint256) {
        (BookWords storage book, uint256 word) = Ledger.load(state, predecessor, borrower);
        uint256 name = Entry.nameOf(ref);
        uint256 opened;
        uint256 detail;
        uint256 holder;
        if (Book.headIs(word, name)) {
            (opened, detail, holder) = (Book.newest(word), book.detail, Book.platform(word));
        } else {
            uint256 k = Book.count(word);
            do {
                if (k == 0) return Decision.NO_LOAN;
                // Unchecked: just compared.
                unchecked {
                    word = book.slots[--k];
                }
            } while (Book.name(word) != name);
            (opened, detail, holder) = (Book.opened(word), book.details[k], Book.holder(word));
        }
        if (_hasLapsed(word, opened)) return Decision.LAPSED;
        if (word & Book.DETAILED == 0) detail = 0;
        return Chain.withHolder(_including(state, predecessor, borrower, ref, word, detail, 0), holder);
    }

    /// @dev Whether a loan was never confirmed in time.
    function _hasLapsed(uint256 word, uint256 opened) private view returns (bool) {
        if (word & Book.UNCONFIRMED == 0) return false;
        uint256 market = IRegistry(address(this)).rulebook().marketAt(
            uint40(block.timestamp),
            uint8(Book.market(word))
        );
        // Unchecked: 32 bits each.
        unchecked {
            return block.timestamp > opened + (market >> 16);
        }
    }

    /// @dev The totals of a chain that ends with this loan.
    /// @param charges More than the detail says.
    function _including(
        RegistryState storage state,
        IRegistry predecessor,
        bytes32 borrower,
        uint256 ref,
        uint256 loan,
        uint256 detail,
        uint256 charges
    ) private view returns (uint256) {
        uint256 before = 0;
        // Unchecked: amounts of 38 bits, and counts of eight.
        unchecked {
            charges += Book.charges(detail) + Book.defaultCharges(detail);
            uint256 largest = Book.principal(loan);
            uint256 renewals = Book.extensions(detail);
            if (detail & Book.LINKED != 0) {
                uint256 word = load(state, predecessor, borrower, ref);
                before = Chain.predecessor(word);
                renewals += Chain.renewals(word);
                uint256 last = load(state, predecessor, borrower, before);
                (charges, largest) = _add(last & Chain.FINAL == 0 ? word : last, charges, largest);
            }
            return Chain.withPredecessor(Chain.totals(charges, largest, renewals), before) | Chain.EXISTS;
        }
    }

    function _add(uint256 word, uint256 charges, uint256 principal) private pure returns (uint256, uint256) {
        uint256 largest = Chain.largest(word);
        // Unchecked: amounts of 40 bits.
        unchecked {
            return (charges + Chain.charges(word), principal > largest ? principal : largest);
        }
    }
}
