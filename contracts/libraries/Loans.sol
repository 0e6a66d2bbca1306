// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Future} from "../rules/Future.sol";
import {Late} from "../rules/Late.sol";
import {Book, BookWords} from "./Book.sol";
import {Conducts} from "./Conducts.sol";
import {Context, FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Terms} from "./Limits.sol";
import {LoanEvent, Named} from "./Scratch.sol";
import {RegistryState} from "./State.sol";

/// @title The loan that an event names
/// @notice What all events of a loan have in common, whoever judges them: finding the loan, placing the event in time, and putting the
/// loan's words back.
library Loans {
    using Context for FilingContext;
    /// @dev Not a slot: the loan is in the head.
    uint256 internal constant HEAD = Book.SLOTS;

    /// @notice Looks for the loan that `e` names, among those that the platform holds.
    /// @param n Its head is the borrower's.
    /// @return finding That refuses the event, or zero.
    function locate(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book
    ) internal view returns (uint256 finding) {
        if (e.flags != 0) {
            finding = notBy(c, e.flags);
            if (finding != 0) return finding;
        }
        uint256 word = n.head;
        uint256 opened;
        if (Book.headIs(word, e.name)) {
            if (Book.platform(word) != c.platform) {
                if (!_isByOther(e, n)) return Decision.NO_LOAN;
            }
            n.place = HEAD;
            opened = Book.newest(word);
        } else {
            word = _seek(n, book, e.name, Book.count(word));
            if (word == 0 || (Book.holder(word) != c.platform && !_isByOther(e, n))) return Decision.NO_LOAN;
            opened = Book.opened(word);
        }
        if (word & Book.UNCONFIRMED != 0) {
            // Unchecked: 32 bits each.
            unchecked {
                if (c.time > opened + c.confirmationWindow(Book.market(word))) return Decision.LAPSED;
            }
        }
        n.word = word;
        n.opened = opened;
        place(c, e, n, opened, Context.keyOf(Book.product(word), e.borrower));
        return 0;
    }

    /// @notice Why the platform can't file an entry with these flags, whatever loan it is about; or zero.
    function notBy(FilingContext memory c, uint256 flags) internal pure returns (uint256) {
        if (flags & Entry.IS_FOUNDED != 0 && !c.founding) return Decision.NOT_FOUNDING;
        return flags & Entry.IS_ORDERED != 0 && !c.authority ? Decision.NO_AUTHORITY : 0;
    }

    /// @dev Whether one that doesn't hold the loan may file this: the authority with an order, or a loan's assignee.
    function _isByOther(LoanEvent memory e, Named memory n) private pure returns (bool) {
        // Unchecked: one of twelve kinds.
        unchecked {
            return n.byAnyone || (e.flags & Entry.IS_ORDERED != 0 && Entry.ORDERABLE & (1 << e.kind) != 0);
        }
    }

    /// @notice The platform that the loan is owed to.
    function holderOf(Named memory n) internal pure returns (uint256) {
        return n.place == HEAD ? Book.platform(n.word) : Book.holder(n.word);
    }

    function isChargedOff(Named memory n) internal pure returns (bool) {
        return n.place != HEAD && n.word & Book.CHARGED_OFF != 0;
    }

    /// @dev The slot that has the loan; zero, which no loan has, if none does.
    function _seek(
        Named memory n,
        BookWords storage book,
        uint256 name,
        uint256 slots
    ) private view returns (uint256 slot) {
        for (uint256 k = 0; k < slots; k++) {
            slot = book.slots[k];
            if (Book.name(slot) != name) continue;
            n.place = k;
            return slot;
        }
        return 0;
    }

    /// @notice The event's time and the limits that judge it, those of the loan's opening; whether it is late or ahead.
    /// @param key {Context-keyOf} of the loan's product.
    function place(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        uint256 opened,
        uint256 key
    ) internal view {
        // Unchecked: 40 bits at most, and subtracted only where the difference is positive.
        unchecked {
            uint256 stated = e.time;
            uint256 present = c.time;
            uint256 time = stated;
            // Mostly the loan before was of the same product, and opened under what binds now.
            if (c.key != key) c.lookUp(key);
            Terms limits = c.limits;
            uint256 breaches = 0;
            if (stated > present) {
                time = present;
                bool ahead = limits.exists() && Future.breaches(stated, limits.clockSkew(), present);
                breaches = Decision.mark(ahead, Decision.FUTURE_BIT);
            } else if (limits.exists()) {
                uint256 window = limits.reportingWindow();
                if (Late.breaches(stated, window, present)) {
                    if (e.flags & Entry.IS_FOUNDED == 0) {
                        breaches = Decision.LATE;
                        time = present - window;
                    }
                }
            }
            n.findings = 0;
            n.undetermined = 0;
            n.breaches = breaches;
            if (time < opened) time = opened;
            n.time = time;
            n.limits = opened < c.from ? c.limitsBefore(key, opened) : limits;
        }
    }

    /// @notice The loan's detail: the stored one if it counts, otherwise one that says what is known without it.
    function detailOf(Named memory n, BookWords storage book) internal view returns (uint256 detail) {
        if (n.word & Book.DETAILED == 0) detail = Book.detail(Book.principal(n.word), 0);
        else if (n.place == HEAD) detail = book.detail;
        else detail = book.details[n.place];
    }

    /// @notice Stores the loan's word where it came from.
    function put(FilingContext memory c, Named memory n, BookWords storage book, uint256 word) internal {
        if (n.place == HEAD) Ledger.store(book, c.predecessor, word);
        else book.slots[n.place] = word;
    }

    /// @notice Stores the loan's detail; the loan's word is to say that it counts.
    function putDetail(Named memory n, BookWords storage book, uint256 detail) internal {
        if (n.place == HEAD) book.detail = detail;
        else book.details[n.place] = detail;
    }

    /// @notice The decision on a fact about the loan.
    function onFact(Named memory n, uint256 undetermined) internal pure returns (uint256) {
        Terms limits = n.limits;
        if (!limits.exists()) return Decision.onFact(0, n.findings | Decision.NO_VERSION, 0, 0);
        if (n.findings | n.breaches | undetermined == 0) return Decision.ACCEPTED;
        return Decision.onFact(limits.masks(), n.findings, n.breaches, undetermined);
    }

    /// @notice Stores a borrower's conduct, and in the head that there is one. The loan's word is put after this.
    function putConduct(
        RegistryState storage state,
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 conduct
    ) internal {
        state.conducts[e.borrower] = conduct;
        if (n.head & Book.CONDUCT != 0) return;
        n.head |= Book.CONDUCT;
        Ledger.store(book, c.predecessor, n.head);
        if (n.place == HEAD) n.word = n.head;
    }

    /// @notice The borrower's conduct.
    function conductOf(
        RegistryState storage state,
        LoanEvent memory e,
        Named memory n
    ) internal view returns (uint256) {
        return Conducts.load(state, e.borrower, n.head);
    }
}
