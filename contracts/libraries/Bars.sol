// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Barred} from "../rules/Barred.sol";
import {Book, BookWords} from "./Book.sol";
import {Conducts} from "./Conducts.sol";
import {FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Loans} from "./Loans.sol";
import {LoanEvent, Named} from "./Scratch.sol";
import {RegistryState} from "./State.sol";

/// @title Judging a `Barred`, and who is barred
/// @notice `docs/spec/protocol.md`, section 6.
library Bars {
    /// @dev Why a borrower is barred: at their own wish. Every other reason is the authority's.
    uint256 private constant SELF_EXCLUSION = 1;

    /// @notice Judges the `Barred` in [start, end) of calldata and, unless it is refused, keeps the bar.
    function judge(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) internal returns (uint256) {
        LoanEvent memory e = c.loanEvent;
        (uint256 finding, uint256 until, uint256 why) = Entry.readBarred(e, start, end);
        if (finding == 0) finding = Loans.notBy(c, e.flags);
        bool ordered = e.flags & Entry.IS_ORDERED != 0;
        if (finding == 0 && !ordered && why != SELF_EXCLUSION) finding = Decision.NO_AUTHORITY;
        if (finding != 0) return Decision.refusal(finding);
        Named memory n = c.named;
        BookWords storage book;
        (book, n.head) = Ledger.load(state, c.predecessor, e.borrower);
        uint256 before = Conducts.load(state, e.borrower, n.head);
        uint256 time = e.time < c.time ? e.time : c.time;
        uint256 conduct = ordered ? Conducts.withBar(before, time, until) : _longer(before, time, until);
        if (conduct != before) Loans.putConduct(state, c, e, n, book, conduct);
        // No loan is named, and so no version that could judge it.
        return Decision.onFact(0, 0, 0, 0);
    }

    /// @notice BARRED, of a borrower who has a conduct.
    /// @return bits As in a decision: breaches in the high 32, undetermined in the low.
    function about(
        RegistryState storage state,
        bytes32 borrower,
        uint256 barredDays,
        uint256 opened,
        bool question
    ) internal view returns (uint256 bits) {
        uint256 word = state.conducts[borrower];
        uint256 defaultAt = barredDays == 0 ? 0 : Conducts.defaultAt(word);
        if (defaultAt != 0 && !_isInDefault(state.books[borrower])) defaultAt = 0;
        (bool breach, bool unknown) = Barred.judge(
            barredDays,
            opened,
            question,
            defaultAt,
            Conducts.barredFrom(word),
            Conducts.barredUntil(word)
        );
        return Decision.mark(breach, Decision.BARRED_BIT + 32) | Decision.mark(unknown, Decision.BARRED_BIT);
    }

    /// @dev Whether a loan is there that was written off, or once 90 days past due: a default is over with its loan.
    function _isInDefault(BookWords storage book) private view returns (bool) {
        uint256 head = book.head;
        if (head & Book.DETAILED != 0 && book.detail & Book.IN_DEFAULT != 0) return true;
        for (uint256 k = Book.count(head); k != 0;) {
            // Unchecked: not zero.
            unchecked {
                k--;
            }
            uint256 slot = book.slots[k];
            if (slot & Book.CHARGED_OFF != 0) return true;
            if (slot & Book.DETAILED != 0 && book.details[k] & Book.IN_DEFAULT != 0) return true;
        }
        return false;
    }

    /// @dev Whoever isn't the authority can make a bar longer, and no shorter.
    function _longer(uint256 word, uint256 from, uint256 until) private pure returns (uint256) {
        uint256 known = Conducts.barredUntil(word);
        if (until <= known || until <= from) return word;
        // One that goes on began when it began.
        if (from <= known && Conducts.barredFrom(word) < from) from = Conducts.barredFrom(word);
        return Conducts.withBar(word, from, until);
    }
}
