// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Future} from "../rules/Future.sol";
import {Late} from "../rules/Late.sol";
import {Book, BookWords} from "./Book.sol";
import {Context, FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Terms} from "./Limits.sol";
import {LoanEvent, Named} from "./Scratch.sol";
import {RegistryState} from "./State.sol";

/// @title Judging what happens to a loan in state: `Disbursed`, `Repaid`, `Closed`
/// @notice `docs/spec/protocol.md`, section 6; the states and their edges are drawn in `docs/design/loan-states.md`.
library Servicing {
    using Context for FilingContext;
    /// @dev Not a slot: the loan is in the head.
    uint256 private constant HEAD = Book.SLOTS;

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
        if (e.founded && !c.founding) return Decision.refusal(Decision.NOT_FOUNDING);

        Named memory n = c.named;
        n.findings = 0;
        n.breaches = 0;
        BookWords storage book;
        (book, n.head) = Ledger.load(state, c.predecessor, e.borrower);
        if (!_find(c, e, n, book)) return Decision.refusal(Decision.NO_LOAN);
        if (n.word & Book.UNCONFIRMED != 0) {
            // Unchecked: 32 bits each.
            unchecked {
                if (c.time > n.opened + c.confirmationWindow(Book.market(n.word))) {
                    return Decision.refusal(Decision.LAPSED);
                }
            }
        }
        _place(c, e, n);

        finding = _apply(c, e, n, book);
        if (finding != 0) return Decision.refusal(finding);
        if (!n.limits.exists()) return Decision.onFact(0, n.findings | Decision.NO_VERSION, 0, 0);
        return Decision.onFact(n.limits.masks(), n.findings, n.breaches, 0);
    }

    /// @dev Looks for the loan among those that the platform holds.
    function _find(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book
    ) private view returns (bool) {
        uint256 head = n.head;
        uint256 name = e.name;
        if (Book.headIs(head, name)) {
            n.place = HEAD;
            n.word = head;
            n.opened = Book.newest(head);
            return Book.platform(head) == c.platform;
        }
        uint256 slots = Book.count(head);
        for (uint256 k = 0; k < slots; k++) {
            uint256 slot = book.slots[k];
            if (Book.name(slot) != name) continue;
            n.place = k;
            n.word = slot;
            n.opened = Book.opened(slot);
            return Book.holder(slot) == c.platform;
        }
        return false;
    }

    /// @dev The event's time and the limits that judge it, those of the loan's opening; whether it is late or ahead.
    function _place(FilingContext memory c, LoanEvent memory e, Named memory n) private view {
        // Unchecked: 40 bits at most, and subtracted only where the difference is positive.
        unchecked {
            uint256 stated = e.time;
            uint256 time = stated < c.time ? stated : c.time;
            uint256 key = Context.keyOf(Book.product(n.word), e.borrower);
            Terms limits = c.limitsAt(key, c.time);
            if (limits.exists()) {
                uint256 window = limits.reportingWindow();
                if (Future.breaches(stated, limits.clockSkew(), c.time)) n.breaches = Decision.FUTURE;
                if (!e.founded && Late.breaches(stated, window, c.time)) {
                    n.breaches |= Decision.LATE;
                    time = c.time - window;
                }
            }
            n.time = time > n.opened ? time : n.opened;
            n.limits = c.limitsAt(key, n.opened);
        }
    }

    /// @return finding That refuses the event, or zero.
    function _apply(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book
    ) private returns (uint256 finding) {
        if (e.kind == Entry.DISBURSED) {
            if (n.word & Book.UNCONFIRMED != 0) _put(c, n, book, n.word ^ Book.UNCONFIRMED);
            return 0;
        }
        uint256 left = Book.outstanding(n.word);
        if (e.principal > left) {
            n.findings = Decision.EXCESS;
            left = 0;
        } else {
            // Unchecked: just compared.
            unchecked {
                left -= e.principal;
            }
        }
        if (e.kind == Entry.REPAID) return _keep(c, e, n, book, left);
        if (e.reason != Entry.WRITTEN_OFF) return _close(c, e, n, book, left);
        if (left == 0) {
            _leave(c, n, book, n.head);
            return 0;
        }
        if (n.place != HEAD) {
            n.word |= Book.CHARGED_OFF;
            if (e.principal | e.charges != 0) return _keep(c, e, n, book, left);
            _put(c, n, book, n.word & ~Book.UNCONFIRMED);
            return 0;
        }
        return _chargeOffHead(c, e, n, book, left);
    }

    /// @dev A payment on a loan that stays.
    function _keep(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 left
    ) private returns (uint256 finding) {
        uint256 detail = _detailOf(n, book);
        // Unchecked: both below 2^38.
        unchecked {
            uint256 charges = Book.charges(detail) + e.charges;
            if (charges > Book.U38) return Decision.WIDTH;
            detail = Book.withCharges(detail, charges);
        }
        if (n.place == HEAD) book.detail = detail;
        else book.details[n.place] = detail;
        _put(c, n, book, (n.word & ~(Book.UNCONFIRMED | Book.U38)) | Book.DETAILED | left);
        return 0;
    }

    /// @dev A loan in the head that is charged off moves to a slot: the head has no place for its date.
    function _chargeOffHead(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 left
    ) private returns (uint256 finding) {
        if (Book.count(n.head) == Book.SLOTS) return Decision.FULL;
        uint256 detail = _detailOf(n, book);
        uint256 word = (n.head & ~(Book.UNCONFIRMED | Book.U38)) | left;
        if (e.principal | e.charges != 0) {
            // Unchecked: both below 2^38.
            unchecked {
                uint256 charges = Book.charges(detail) + e.charges;
                if (charges > Book.U38) return Decision.WIDTH;
                detail = Book.withCharges(detail, charges);
            }
            word |= Book.DETAILED;
        }
        uint256 slot = Book.slotOfHead(word, Book.detailPrincipal(detail)) | Book.CHARGED_OFF;
        Ledger.store(book, c.predecessor, Ledger.append(book, Book.withoutLoan(n.head), slot, detail));
        return 0;
    }

    /// @dev Every other close: the loan leaves the state.
    function _close(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 left
    ) private returns (uint256) {
        bool clean = false;
        uint256 reason = e.reason;
        if (reason == Entry.VOIDED || reason == Entry.WITHDRAWN) {
            uint256 detail = _detailOf(n, book);
            bool charged = Book.charges(detail) | e.charges != 0;
            // Unchecked: 32 bits each.
            unchecked {
                if (reason == Entry.VOIDED) {
                    bool paid = e.principal != 0 || Book.outstanding(n.word) != Book.detailPrincipal(detail);
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
        return 0;
    }

    /// @dev Takes the loan out of the state.
    function _leave(FilingContext memory c, Named memory n, BookWords storage book, uint256 head) private {
        if (n.place == HEAD) head = Book.withoutLoan(head);
        else head = Ledger.remove(book, head, n.place);
        Ledger.store(book, c.predecessor, head);
    }

    /// @dev Stores the loan's word where it came from.
    function _put(FilingContext memory c, Named memory n, BookWords storage book, uint256 word) private {
        if (n.place == HEAD) Ledger.store(book, c.predecessor, word);
        else book.slots[n.place] = word;
    }

    /// @dev The loan's detail: the stored one if it counts, otherwise one that says what is known without it.
    function _detailOf(Named memory n, BookWords storage book) private view returns (uint256) {
        if (n.word & Book.DETAILED != 0) return n.place == HEAD ? book.detail : book.details[n.place];
        return Book.detail(n.place == HEAD ? Book.outstanding(n.word) : Book.slotPrincipal(n.word), 0);
    }
}
