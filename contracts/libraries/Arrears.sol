// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DefaultCharge} from "../rules/DefaultCharge.sol";
import {LifetimeCost} from "../rules/LifetimeCost.sol";
import {Book, BookWords} from "./Book.sol";
import {Conducts} from "./Conducts.sol";
import {FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Terms} from "./Limits.sol";
import {Loans} from "./Loans.sol";
import {Payments} from "./Payments.sol";
import {LoanEvent, Named} from "./Scratch.sol";
import {RegistryState} from "./State.sol";

/// @title Judging an `Overdue`
/// @notice `docs/spec/protocol.md`, section 6; the states and their edges are drawn in `docs/design/loan-states.md`.
library Arrears {
    /// @dev Days past due from which a borrower is in default.
    uint256 private constant DEFAULT_DAYS = 90;

    /// @notice Judges the `Overdue` of these flags in [start, end) of calldata: default charges add up in the detail; from 90 days past due on the borrower is
    /// in default.
    function judge(
        RegistryState storage state,
        FilingContext memory c,
        uint256 flags,
        uint256 start,
        uint256 end
    ) internal returns (uint256) {
        LoanEvent memory e = c.loanEvent;
        (uint256 finding, uint256 overdueDays, uint256 contractRate) = Entry.readOverdue(e, flags, start, end);
        if (finding != 0) return Decision.refusal(finding);
        Named memory n = c.named;
        BookWords storage book;
        (book, n.head) = Ledger.load(state, c.predecessor, e.borrower);
        finding = Loans.locate(c, e, n, book);
        if (finding != 0) return Decision.refusal(finding);
        return _apply(state, c, n, book, overdueDays, contractRate);
    }

    /// @dev An `Overdue` of a loan that was found.
    function _apply(
        RegistryState storage state,
        FilingContext memory c,
        Named memory n,
        BookWords storage book,
        uint256 overdueDays,
        uint256 contractRate
    ) private returns (uint256) {
        LoanEvent memory e = c.loanEvent;
        uint256 detail = Loans.detailOf(n, book);
        uint256 total;
        // Unchecked: both below 2^38.
        unchecked {
            total = Book.defaultCharges(detail) + e.charges;
        }
        if (total > Book.U38) return Decision.refusal(Decision.WIDTH);
        uint256 undetermined = _chargeRules(n, e, detail, total, overdueDays, contractRate);

        uint256 after_ = Book.withDefaultCharges(detail, total);
        if (overdueDays >= DEFAULT_DAYS) after_ = _default(state, c, e, n, book, after_);
        uint256 word = n.word & ~Book.UNCONFIRMED;
        if (after_ != detail) {
            Loans.putDetail(n, book, after_);
            word |= Book.DETAILED;
        }
        if (word != n.word) Loans.put(c, n, book, word);
        return Loans.onFact(n, undetermined);
    }

    /// @dev The rules on default charges: their breaches are added to `n`.
    /// @param total The loan's default charges, this entry's included.
    function _chargeRules(
        Named memory n,
        LoanEvent memory e,
        uint256 detail,
        uint256 total,
        uint256 overdueDays,
        uint256 contractRate
    ) private view returns (uint256 undetermined) {
        Terms limits = n.limits;
        if (!limits.exists()) return 0;
        uint256 principal = Book.principal(n.word);
        (bool breach, bool unknown) = DefaultCharge.judge(limits, e.charges, e.principal, overdueDays, contractRate);
        uint256 breaches = Decision.mark(breach, Decision.DEFAULT_CHARGE_BIT);
        breach = DefaultCharge.exceedsTotal(limits, total, principal);
        breaches |= Decision.mark(breach, Decision.DEFAULT_CHARGE_BIT);
        // Unchecked: 38 bits each.
        unchecked {
            total += Book.charges(detail);
        }
        if (detail & Book.LINKED != 0) (total, principal) = Payments.withChain(e, total, principal);
        breach = LifetimeCost.breaches(limits, total, principal);
        n.breaches |= breaches | Decision.mark(breach, Decision.LIFETIME_COST_BIT);
        return Decision.mark(unknown, Decision.DEFAULT_CHARGE_BIT);
    }

    /// @dev The borrower was in default at the event's time.
    /// @return The loan's detail, which says so.
    function _default(
        RegistryState storage state,
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 detail
    ) private returns (uint256) {
        uint256 before = Conducts.load(state, e.borrower, n.head);
        uint256 conduct = Conducts.withDefault(before, n.time);
        if (conduct != before) Loans.putConduct(state, c, e, n, book, conduct);
        return Loans.isChargedOff(n) ? detail : detail | Book.IN_DEFAULT;
    }
}
