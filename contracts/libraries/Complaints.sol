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
        uint256 note = Notes.complaint(
            e.time < c.time ? e.time : c.time,
            n.opened,
            Book.product(n.word),
            Loans.holderOf(n),
            e.name
        );
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
        if (Notes.platformOf(note) != c.platform || Notes.loanOf(note) != e.name) {
            return Decision.refusal(Decision.NO_LOAN);
        }
        if (note & Notes.OVER != 0) return Decision.refusal(Decision.FORBIDDEN);
        Named memory n = c.named;
        Loans.place(c, e, n, Notes.openedAt(note), Context.keyOf(Notes.productOf(note), e.borrower));
        if (n.limits.exists()) {
            n.breaches |= Decision.mark(
                Complaint.breaches(n.limits, Notes.complainedAt(note), n.time),
                Decision.COMPLAINT_BIT
            );
        }
        Notes.store(state, e.borrower, complaint, Notes.COMPLAINT, Notes.answered(note, n.time));
        return Loans.onFact(n, 0);
    }
}
