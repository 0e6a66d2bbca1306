// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Income} from "../rules/Income.sol";
import {Book, BookWords} from "./Book.sol";
import {Context, FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Terms} from "./Limits.sol";
import {MonthlyPayment} from "./MonthlyPayment.sol";
import {Exposure, Opening} from "./Scratch.sol";

/// @title Adding up what a borrower owes
/// @notice `docs/spec/protocol.md`, section 6: sums and counts are over loans of one market; loans that were never confirmed in
/// time are taken out first, of whatever market.
library Exposures {
    using Context for FilingContext;
    // Of loans that count no more.
    uint256 private constant STALE_SLOT = 1 << 32;
    uint256 private constant STALE_HEAD = 1 << 63;
    uint256 private constant ANY_STALE = 1 << 64;
    uint256 private constant SLOTS = 2 ** 31 - 1;

    /// @notice Adds up the borrower's loans in the market of the loan being opened.
    /// @param head The borrower's.
    /// @return The head without lapsed loans, but for its count of slots; `x.apart` has those that lapsed in slots, and what is stale.
    function addUp(
        FilingContext memory c,
        Opening memory o,
        Exposure memory x,
        BookWords storage book,
        uint256 head,
        Terms limits
    ) internal view returns (uint256) {
        _empty(x);
        uint256 market = Entry.market(o.facts);
        // Groups of other platforms are a call each: only if a rule asks for them.
        bool groups = limits.exists() && limits.on() & (Decision.PLATFORM_CAP | Decision.OPEN_LOANS) != 0;
        // And so is each detail a word.
        x.addsPayments =
            limits.exists() &&
            limits.on() & Decision.INCOME != 0 &&
            limits.incomeMode() == Income.ALL_PAYMENTS;
        if (head & Book.PRESENT != 0) {
            if (head & Book.UNCONFIRMED != 0 && isLapsed(c, head, Book.newest(head))) {
                head = Book.withoutLoan(c.withoutOpening(head, Book.newest(head)));
            } else if (Book.isOverTerm(head, Book.newest(head), o.opened) && _isStale(c, o, head, Book.newest(head))) {
                x.apart = ANY_STALE | STALE_HEAD;
            } else {
                x.anyOpen = true;
                if (Book.market(head) == market) {
                    x.openLoans = 1;
                    uint256 owed = Book.principal(head);
                    if (head & Book.DETAILED != 0 || x.addsPayments) owed = _owed(x, head, book.detail, true);
                    x.outstanding = owed;
                    if (groups) _addGroup(c, x, Book.platform(head), owed, true);
                }
            }
        }
        // Unchecked: counted down from a number of slots; 32 loans of less than 2^38.
        unchecked {
            for (uint256 k = Book.count(head); k != 0;) {
                uint256 slot = book.slots[--k];
                if (slot & Book.UNCONFIRMED != 0) {
                    if (isLapsed(c, slot, Book.opened(slot))) {
                        x.apart |= 1 << k;
                        if (slot & Book.IN_RING != 0) head = c.withoutOpening(head, Book.opened(slot));
                        continue;
                    }
                }
                // Charged off is still owed, but no open loan.
                bool open = slot & Book.CHARGED_OFF == 0;
                if (open) {
                    if (Book.isOverTerm(slot, Book.opened(slot), o.opened)) {
                        if (_isStale(c, o, slot, Book.opened(slot))) {
                            x.apart |= slot & Book.STALE == 0 ? ANY_STALE | (STALE_SLOT << k) : ANY_STALE;
                            continue;
                        }
                    }
                    x.anyOpen = true;
                }
                if (Book.market(slot) != market) continue;
                uint256 owed = Book.principal(slot);
                if (slot & Book.DETAILED != 0 || x.addsPayments) owed = _owed(x, slot, book.details[k], open);
                x.outstanding += owed;
                if (groups) _addGroup(c, x, Book.holder(slot), owed, open);
                if (!open) continue;
                if (slot & Book.DRAW == 0) x.openLoans++;
                else _addDraw(o, x, Book.lineName(slot));
            }
        }
        return head;
    }

    /// @notice The slots whose loan lapsed, a bit each.
    function lapsed(Exposure memory x) internal pure returns (uint256) {
        return x.apart & SLOTS;
    }

    /// @notice The slots whose loan was found stale for the first time, a bit each; bit 31 is the head.
    function newlyStale(Exposure memory x) internal pure returns (uint256) {
        return (x.apart >> 32) & (2 ** 32 - 1);
    }

    function anyStale(Exposure memory x) internal pure returns (bool) {
        return x.apart & ANY_STALE != 0;
    }

    /// @dev Plain equivalent: the first eleven fields, each zero.
    function _empty(Exposure memory x) private pure {
        assembly ("memory-safe") {
            calldatacopy(x, calldatasize(), 0x160)
        }
    }

    /// @notice Whether an unconfirmed loan was not confirmed in time.
    function isLapsed(FilingContext memory c, uint256 word, uint256 opened) internal view returns (bool) {
        // Unchecked: 32 bits each.
        unchecked {
            return c.time > opened + c.confirmationWindow(Book.market(word));
        }
    }

    /// @dev Whether a loan past its term is stale when the one in `o` is opened: only of these the settings are asked.
    function _isStale(
        FilingContext memory c,
        Opening memory o,
        uint256 word,
        uint256 opened
    ) private view returns (bool) {
        return Book.isStale(word, opened, c.graceDays(Book.market(word)), o.opened);
    }

    /// @dev Adds to what is owed to the platform's group, or another's group to those with an open loan.
    function _addGroup(
        FilingContext memory c,
        Exposure memory x,
        uint256 holder,
        uint256 outstanding,
        bool open
    ) private view {
        // Unchecked: 32 loans of less than 2^38.
        unchecked {
            uint256 group = c.groupOf(holder);
            if (group == c.group) x.groupOutstanding += outstanding;
            else if (open) x.lenders = _include(x.groups, x.lenders, group);
        }
    }

    /// @dev What is outstanding of a loan; and adds the largest monthly payment of an open one, if INCOME asks for it.
    /// @param detail Counts only if the loan's word says so.
    function _owed(Exposure memory x, uint256 word, uint256 detail, bool open) private pure returns (uint256) {
        if (word & Book.DETAILED == 0) detail = Book.detail(Book.principal(word), 0);
        if (open && x.addsPayments) {
            uint256 packed = Book.monthlyPayment(detail);
            if (packed == 0) x.paymentsUnknown = true;
            // Unchecked: 32 of 50 bits.
            unchecked {
                x.payments += MonthlyPayment.unpack(packed);
            }
        }
        return Book.owed(detail);
    }

    /// @dev Adds an open draw: the first of its line is an open loan.
    function _addDraw(Opening memory o, Exposure memory x, uint256 line) private pure {
        // Unchecked: at most 32.
        unchecked {
            if (o.flags & Entry.LATER_DRAW != 0 && line == Entry.nameOf(o.line)) x.lineOpen = true;
            uint256 lines = _include(x.lines, x.lineCount, line);
            x.openLoans += lines - x.lineCount;
            x.lineCount = lines;
        }
    }

    /// @dev Puts a value in a set of `length` values, which has room for one more.
    function _include(uint256[] memory set, uint256 length, uint256 value) private pure returns (uint256) {
        // Unchecked: at most 32.
        unchecked {
            for (uint256 i = 0; i < length; i++) if (set[i] == value) return length;
            set[length] = value;
            return length + 1;
        }
    }
}
