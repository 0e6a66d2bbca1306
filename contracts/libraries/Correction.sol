// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Book, BookWords} from "./Book.sol";
import {FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Loans} from "./Loans.sol";
import {Pilots} from "./Pilots.sol";
import {LoanEvent, Named} from "./Scratch.sol";
import {RegistryState} from "./State.sol";

/// @title Judging a `Corrected`
/// @notice `docs/spec/protocol.md`, section 6. It changes no past decision; what it changes is flagged.
library Correction {
    function judge(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) internal returns (uint256) {
        LoanEvent memory e = c.loanEvent;
        (uint256 finding, uint256 what) = Entry.readCorrected(e, start, end);
        if (finding != 0) return Decision.refusal(finding);
        Named memory n = c.named;
        BookWords storage book;
        (book, n.head) = Ledger.load(state, c.predecessor, e.borrower);
        bool ordered = e.flags & Entry.IS_ORDERED != 0;
        if (what == Entry.CORRECT_TIME) {
            finding = Loans.notBy(c, e.flags);
            if (finding == 0 && !ordered) finding = Decision.NO_AUTHORITY;
            if (finding != 0) return Decision.refusal(finding);
            return _correctClose(c, e, n.head, book);
        }
        finding = Loans.locate(c, e, n, book);
        if (finding != 0) return Decision.refusal(finding);
        n.findings = Decision.CORRECTED;
        // A reason is on record; what it did when it was filed stays.
        if (what == Entry.CORRECT_REASON) return Loans.onFact(n, 0);

        uint256 value = e.principal;
        uint256 detail = Loans.detailOf(n, book);
        if (value < Book.owed(detail) && n.breaches & Decision.LATE != 0 && !ordered) {
            n.findings = Decision.PENDING;
            return Loans.onFact(n, 0);
        }
        Pilots.changed(n.limits, e.borrower, Book.owed(detail), value, Loans.isChargedOff(n), false);
        Loans.putDetail(n, book, Book.withAmounts(detail, value, Book.charges(detail)));
        Loans.put(c, n, book, n.word | Book.DETAILED);
        return Loans.onFact(n, 0);
    }

    /// @dev The last close was at another time: only if it is the one that the entry's time names. The loan is gone, and with it the version
    /// that would judge this.
    function _correctClose(
        FilingContext memory c,
        LoanEvent memory e,
        uint256 head,
        BookWords storage book
    ) private returns (uint256) {
        uint256 value = e.principal;
        if (Book.lastClosed(head) != e.time || value > c.time) return Decision.refusal(Decision.FORBIDDEN);
        Ledger.store(book, c.predecessor, Book.withLastClosed(head, value));
        return Decision.onFact(0, Decision.CORRECTED, 0, 0);
    }
}
