// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Asking} from "./Asking.sol";
import {Book, BookWords} from "./Book.sol";
import {FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Terms} from "./Limits.sol";
import {Loans} from "./Loans.sol";
import {Payments} from "./Payments.sol";
import {LoanEvent, Named} from "./Scratch.sol";
import {RegistryState} from "./State.sol";

/// @title Judging what happens to a loan in state: `Disbursed`, `Repaid`, and `Closed` as repaid
/// @notice `docs/spec/protocol.md`, section 6; the states and their edges are drawn in `docs/design/loan-states.md`.
library Servicing {
    uint256 private constant HEAD = Loans.HEAD;

    /// @notice Judges the event in [start, end) of calldata and, unless it is refused, applies it.
    function judge(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) internal returns (uint256) {
        LoanEvent memory e = c.loanEvent;
        uint256 finding = Entry.readEvent(e, start, end);
        if (finding != 0) return Decision.refusal(finding);
        Named memory n = c.named;
        BookWords storage book;
        (book, n.head) = Ledger.load(state, c.predecessor, e.borrower);
        finding = Loans.locate(c, e, n, book);
        if (finding != 0) return Decision.refusal(finding);
        finding = _apply(c, e, n, book);
        if (finding != 0) return Decision.refusal(finding);
        return decide(c, n, start, end);
    }

    /// @notice The decision on a payment in [start, end) of calldata that has been applied.
    function decide(FilingContext memory c, Named memory n, uint256 start, uint256 end) internal returns (uint256) {
        Terms limits = n.limits;
        if (!limits.exists()) return Decision.onFact(0, n.findings | Decision.NO_VERSION, 0, 0);
        uint256 masks = limits.masks();
        if (Asking.isNeeded(masks)) return Asking.ask(c, n, 0, 0, start, end);
        return Decision.onFact(masks, n.findings, n.breaches, n.undetermined);
    }

    /// @return finding That refuses the event, or zero.
    function _apply(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book
    ) private returns (uint256 finding) {
        uint256 kind = e.kind;
        if (kind == Entry.DISBURSED) {
            if (n.word & Book.UNCONFIRMED != 0) Loans.put(c, n, book, n.word ^ Book.UNCONFIRMED);
        } else {
            uint256 detail = Loans.detailOf(n, book);
            uint256 left = paidDown(n, detail, e.principal);
            if (kind == Entry.REPAID) finding = keep(c, e, n, book, detail, left);
            else _close(c, e, n, book, detail, left);
        }
    }

    /// @dev A close, which always leaves.
    function _close(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 detail,
        uint256 left
    ) private {
        Payments.judge(c, e, n, detail, true);
        if (left != 0) n.findings |= Decision.SHORT;
        uint256 head = n.head;
        if (n.place == HEAD) {
            // As {takeOut} does, because most loans are there.
            Ledger.store(book, c.predecessor, Book.withoutLoan(Book.withClosed(head, n.time)));
        } else {
            if (n.word & Book.CHARGED_OFF == 0) head = Book.withClosed(head, n.time);
            takeOut(c, n, book, head);
        }
    }

    /// @notice What is outstanding after a payment of principal; EXCESS is added to `n`, and what was outstanding before.
    function paidDown(Named memory n, uint256 detail, uint256 paid) internal pure returns (uint256 left) {
        left = Book.owed(detail);
        n.owed = left;
        // Unchecked: just compared.
        unchecked {
            if (paid <= left) {
                left -= paid;
            } else {
                n.findings = Decision.EXCESS;
                left = 0;
            }
        }
    }

    /// @notice A payment on a loan that stays. Most write its detail alone.
    /// @param left What is outstanding then.
    function keep(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 detail,
        uint256 left
    ) internal returns (uint256 finding) {
        (finding, detail) = withPayment(c, e, n, detail, left);
        if (finding == 0) {
            Loans.putDetail(n, book, detail);
            uint256 word = n.word;
            uint256 paid = (word & ~Book.UNCONFIRMED) | Book.DETAILED;
            if (paid != word) Loans.put(c, n, book, paid);
        }
    }

    /// @notice The detail after a payment.
    /// @return finding That refuses it, or zero.
    function withPayment(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        uint256 detail,
        uint256 left
    ) internal view returns (uint256 finding, uint256 after_) {
        // Unchecked: both below 2^38.
        unchecked {
            uint256 charges = Book.charges(detail) + e.charges;
            if (charges > Book.U38) finding = Decision.WIDTH;
            else after_ = Book.withAmounts(Payments.judge(c, e, n, detail, false), left, charges);
        }
    }

    /// @notice Takes the loan out of the state.
    /// @param head The borrower's, with it.
    function takeOut(FilingContext memory c, Named memory n, BookWords storage book, uint256 head) internal {
        if (n.place == HEAD) head = Book.withoutLoan(head);
        else head = Ledger.remove(book, head, n.place);
        Ledger.store(book, c.predecessor, head);
    }
}
