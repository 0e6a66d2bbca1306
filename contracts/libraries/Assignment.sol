// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Standing} from "../interfaces/ILicences.sol";
import {Book, BookWords} from "./Book.sol";
import {FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Loans} from "./Loans.sol";
import {Notes} from "./Notes.sol";
import {LoanEvent, Named} from "./Scratch.sol";
import {RegistryState} from "./State.sol";

/// @title Judging an `Assigned`
/// @notice `docs/spec/protocol.md`, section 6. Both sides file; the loan goes to its new holder when what they say is the same.
library Assignment {
    /// @dev Of a note: filed by the assignee. Below it, to whom.
    uint256 private constant BY_ASSIGNEE = 1 << 18;

    function judge(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) internal returns (uint256) {
        LoanEvent memory e = c.loanEvent;
        (uint256 finding, uint256 to, bool assignee) = Entry.readAssigned(e, start, end);
        if (finding != 0) return Decision.refusal(finding);
        Named memory n = c.named;
        BookWords storage book;
        (book, n.head) = Ledger.load(state, c.predecessor, e.borrower);
        n.byAnyone = assignee && to == c.platform;
        finding = Loans.locate(c, e, n, book);
        n.byAnyone = false;
        if (finding != 0) return Decision.refusal(finding);
        if (to == Loans.holderOf(n) || !_isActive(c, to)) return Decision.refusal(Decision.FORBIDDEN);
        if (e.flags & Entry.IS_ORDERED == 0) {
            bool waits;
            (finding, waits) = _compare(state, c, e, to, assignee);
            if (finding != 0) return Decision.refusal(finding);
            if (waits) {
                n.findings = Decision.PENDING;
                return Loans.onFact(n, 0);
            }
        }
        if (n.place == Loans.HEAD && Book.count(n.head) == Book.SLOTS) return Decision.refusal(Decision.FULL);
        if (_isWaiting(_note(state, c, e))) _keep(state, e, Notes.OVER);
        _hand(c, n, book, to);
        return Loans.onFact(n, 0);
    }

    /// @dev Compares with what the other side said, and keeps what this one says if that isn't the same. The holder's word goes on, the
    /// assignee's doesn't stand against it.
    function _compare(
        RegistryState storage state,
        FilingContext memory c,
        LoanEvent memory e,
        uint256 to,
        bool assignee
    ) private returns (uint256 finding, bool waits) {
        if (assignee != (to == c.platform)) return (Decision.FORBIDDEN, false);
        uint256 note = _note(state, c, e);
        if (_isWaiting(note) && (note & BY_ASSIGNEE != 0) != assignee) {
            if (note & (BY_ASSIGNEE - 1) == to) return (0, false);
            if (assignee) return (Decision.FORBIDDEN, false);
        }
        _keep(state, e, assignee ? to | BY_ASSIGNEE : to);
        return (0, true);
    }

    function _note(
        RegistryState storage state,
        FilingContext memory c,
        LoanEvent memory e
    ) private view returns (uint256) {
        return Notes.load(state, c.predecessor, e.borrower, Entry.refOf(e.name), Notes.ASSIGNMENT);
    }

    function _keep(RegistryState storage state, LoanEvent memory e, uint256 note) private {
        Notes.store(state, e.borrower, Entry.refOf(e.name), Notes.ASSIGNMENT, note);
    }

    function _isWaiting(uint256 note) private pure returns (bool) {
        return note != 0 && note != Notes.OVER;
    }

    /// @dev Gives the loan to its new holder. One in the head moves to a slot: the head has no place for a holder.
    function _hand(FilingContext memory c, Named memory n, BookWords storage book, uint256 to) private {
        if (n.place != Loans.HEAD) {
            book.slots[n.place] = Book.withHolder(n.word, to);
            return;
        }
        uint256 head = Ledger.moveHead(book, n.head, 0);
        uint256 slot = Book.count(n.head);
        book.slots[slot] = Book.withHolder(book.slots[slot], to);
        Ledger.store(book, c.predecessor, head);
    }

    function _isActive(FilingContext memory c, uint256 platform) private view returns (bool) {
        return c.licences.licenceOf(uint24(platform)).standing == Standing.Active;
    }
}
