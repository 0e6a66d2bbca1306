// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Complaint} from "../rules/Complaint.sol";
import {Book, BookWords} from "./Book.sol";
import {Context, FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Loans} from "./Loans.sol";
import {Notes} from "./Notes.sol";
import {Pilots} from "./Pilots.sol";
import {LoanEvent, Named} from "./Scratch.sol";
import {RegistryState} from "./State.sol";

/// @title Judging a `Complained` and an `Answered`
/// @notice `docs/spec/protocol.md`, section 6. A note keeps all that the answer is judged by: the loan may be gone by then.
library Complaints {
    uint256 private constant U32 = 2 ** 32 - 1;
    uint256 private constant U18 = 2 ** 18 - 1;
    uint256 private constant U11 = 2 ** 11 - 1;
    uint256 private constant NAME = 2 ** 54 - 1;

    uint256 private constant OPENED_AT = 32;
    uint256 private constant PRODUCT_AT = 64;
    uint256 private constant PLATFORM_AT = 75;
    uint256 private constant NAME_AT = 93;
    uint256 private constant ANSWERED_AT = 147;

    /// @notice Judges the `Complained` in [start, end) of calldata and, unless it is refused, keeps a note of it.
    function complain(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) internal returns (uint256) {
        LoanEvent memory e = c.loanEvent;
        uint256 finding = Entry.readComplained(e, start, end);
        if (finding != 0) return Decision.refusal(finding);
        Named memory n = c.named;
        BookWords storage book;
        (book, n.head) = Ledger.load(state, c.predecessor, e.borrower);
        finding = Loans.locate(c, e, n, book);
        if (finding != 0) return Decision.refusal(finding);
        // As stated, however late it is filed: who files late shouldn't gain time to answer.
        uint256 note =
            (e.time < c.time ? e.time : c.time) |
                (n.opened << OPENED_AT) |
                (Book.product(n.word) << PRODUCT_AT) |
                (Loans.holderOf(n) << PLATFORM_AT) |
                (e.name << NAME_AT);
        uint256 ref = (c.platform << 40) | (c.number << 8) | c.index;
        Notes.store(state, e.borrower, ref, Notes.COMPLAINT, note);
        Pilots.complained(n.limits, e.borrower);
        return Loans.onFact(n, 0);
    }

    /// @notice Judges the `Answered` in [start, end) of calldata and, unless it is refused, closes the complaint.
    function answer(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) internal returns (uint256) {
        LoanEvent memory e = c.loanEvent;
        (uint256 finding, uint256 complaint) = Entry.readAnswered(e, start, end);
        if (finding == 0) finding = Loans.notBy(c, e.flags);
        if (finding != 0) return Decision.refusal(finding);
        uint256 note = Notes.load(state, c.predecessor, e.borrower, complaint, Notes.COMPLAINT);
        // No complaint is zero, and no platform's number is.
        if ((note >> PLATFORM_AT) & U18 != c.platform || (note >> NAME_AT) & NAME != e.name) {
            return Decision.refusal(Decision.NO_LOAN);
        }
        if (note & Notes.OVER != 0) return Decision.refusal(Decision.FORBIDDEN);
        Named memory n = c.named;
        Loans.place(c, e, n, (note >> OPENED_AT) & U32, Context.keyOf((note >> PRODUCT_AT) & U11, e.borrower));
        if (n.limits.exists()) {
            n.breaches |= Decision.mark(Complaint.breaches(n.limits, note & U32, n.time), Decision.COMPLAINT_BIT);
        }
        Notes.store(state, e.borrower, complaint, Notes.COMPLAINT, note | Notes.OVER | (n.time << ANSWERED_AT));
        return Loans.onFact(n, 0);
    }
}
