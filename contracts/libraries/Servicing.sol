// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Book, BookWords} from "./Book.sol";
import {Context, FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Loans} from "./Loans.sol";
import {Payments} from "./Payments.sol";
import {LoanEvent, Named} from "./Scratch.sol";
import {RegistryState} from "./State.sol";

/// @title Judging what happens to a loan in state: `Disbursed`, `Repaid`, `Closed`
/// @notice `docs/spec/protocol.md`, section 6; the states and their edges are drawn in `docs/design/loan-states.md`.
library Servicing {
    using Context for FilingContext;
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
        return Loans.onFact(n, n.undetermined);
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
            return 0;
        }
        uint256 detail = Loans.detailOf(n, book);
        uint256 left = Book.owed(detail);
        uint256 paid = e.principal;
        if (paid > left) {
            n.findings = Decision.EXCESS;
            left = 0;
        } else {
            // Unchecked: just compared.
            unchecked {
                left -= paid;
            }
        }
        if (kind == Entry.REPAID) return _keep(c, e, n, book, detail, left);
        if (e.reason != Entry.WRITTEN_OFF) {
            _close(c, e, n, book, detail, left);
            return 0;
        }
        if (left == 0) {
            Payments.judge(c, e, n, detail, true);
            _leave(c, n, book, n.head);
            return 0;
        }
        if (n.place == HEAD) return _chargeOffHead(c, e, n, book, detail, left);
        n.word |= Book.CHARGED_OFF;
        if (e.principal | e.charges != 0) return _keep(c, e, n, book, detail, left);
        book.slots[n.place] = n.word & ~Book.UNCONFIRMED;
        return 0;
    }

    /// @dev A payment on a loan that stays. Most write its detail alone.
    /// @param left What is outstanding then.
    function _keep(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 detail,
        uint256 left
    ) private returns (uint256 finding) {
        (finding, detail) = _paid(c, e, n, detail, left);
        if (finding != 0) return finding;
        uint256 word = n.word;
        uint256 paid = (word & ~Book.UNCONFIRMED) | Book.DETAILED;
        if (n.place == HEAD) {
            book.detail = detail;
            if (paid != word) Ledger.store(book, c.predecessor, paid);
        } else {
            book.details[n.place] = detail;
            if (paid != word || e.kind == Entry.CLOSED) book.slots[n.place] = paid;
        }
    }

    /// @dev The detail after a payment.
    function _paid(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        uint256 detail,
        uint256 left
    ) private view returns (uint256 finding, uint256 after_) {
        // Unchecked: both below 2^38.
        unchecked {
            uint256 charges = Book.charges(detail) + e.charges;
            if (charges > Book.U38) return (Decision.WIDTH, 0);
            return (0, Book.withAmounts(Payments.judge(c, e, n, detail, false), left, charges));
        }
    }

    /// @dev A loan in the head that is charged off moves to a slot: the head has no place for its date.
    function _chargeOffHead(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 detail,
        uint256 left
    ) private returns (uint256 finding) {
        if (Book.count(n.head) == Book.SLOTS) return Decision.FULL;
        uint256 word = n.head & ~Book.UNCONFIRMED;
        // Without a payment there is nothing to judge.
        if (e.principal | e.charges != 0) {
            (finding, detail) = _paid(c, e, n, detail, left);
            if (finding != 0) return finding;
            word |= Book.DETAILED;
        }
        uint256 slot = Book.slotOfHead(word) | Book.CHARGED_OFF;
        Ledger.store(book, c.predecessor, Ledger.append(book, Book.withoutLoan(n.head), slot, detail));
    }

    /// @dev Every other close: the loan leaves the state.
    function _close(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 detail,
        uint256 left
    ) private {
        Payments.judge(c, e, n, detail, true);
        bool clean = false;
        uint256 reason = e.reason;
        if (reason == Entry.VOIDED || reason == Entry.WITHDRAWN) {
            bool charged = Book.charges(detail) | Book.defaultCharges(detail) | e.charges != 0;
            // Unchecked: 32 bits each.
            unchecked {
                if (reason == Entry.VOIDED) {
                    bool paid = e.principal != 0 || Book.owed(detail) != Book.principal(n.word);
                    clean = !charged && !paid && n.time <= n.opened + c.confirmationWindow(Book.market(n.word));
                    if (!clean) n.findings |= Decision.WINDOW;
                } else if (n.time > n.opened + (n.limits.exists() ? n.limits.withdrawalWindow() : 0)) {
                    // Without a version the window is zero; the fields of no version are whatever is in memory.
                    n.findings |= Decision.WINDOW;
                } else {
                    clean = !charged;
                }
            }
        }
        if (left != 0 && reason <= Entry.WITHDRAWN) n.findings |= Decision.SHORT;

        uint256 head = n.head;
        bool isHead = n.place == HEAD;
        if (clean) {
            if (isHead || n.word & Book.IN_RING != 0) head = c.withoutOpening(head, n.opened);
        } else if (isHead || n.word & Book.CHARGED_OFF == 0) {
            head = Book.withClosed(head, n.time);
        }
        _leave(c, n, book, head);
    }

    /// @dev Takes the loan out of the state.
    function _leave(FilingContext memory c, Named memory n, BookWords storage book, uint256 head) private {
        if (n.place == HEAD) head = Book.withoutLoan(head);
        else head = Ledger.remove(book, head, n.place);
        Ledger.store(book, c.predecessor, head);
    }
}
