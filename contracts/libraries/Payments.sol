// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DailyCost} from "../rules/DailyCost.sol";
import {LifetimeCost} from "../rules/LifetimeCost.sol";
import {Settlement} from "../rules/Settlement.sol";
import {Rate} from "../rules/Rate.sol";
import {Book} from "./Book.sol";
import {Chains} from "./Chains.sol";
import {FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Terms} from "./Limits.sol";
import {RateCap} from "./RateCap.sol";
import {LoanEvent, Named} from "./Scratch.sol";

/// @title What was really paid
/// @notice Rules on payments (`docs/spec/protocol.md`, section 6). What they need of those before is in the loan's detail.
library Payments {
    uint256 private constant DAY = 86_400;
    uint256 private constant SIMPLE = 2;
    uint256 private constant RULES = Decision.SETTLEMENT | Decision.DAILY_COST | Decision.LIFETIME_COST;

    /// @notice Judges a payment: breaches and what is undetermined are added to `n`.
    /// @param detail Before it.
    /// @param leaves The loan leaves the state with it.
    /// @return The detail with what the rules on the next payment need.
    function judge(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        uint256 detail,
        bool leaves
    ) internal view returns (uint256) {
        Terms limits = n.limits;
        // Unchecked: times of 32 bits, none before the opening; amounts of 38 bits.
        unchecked {
            if (!limits.exists()) return Book.withEvent(detail, n.time, Settlement.UNKNOWN, DailyCost.UNKNOWN);
            uint256 on = limits.on();
            if (on & RULES == 0) return detail;
            uint256 charges = Book.charges(detail) + e.charges;
            uint256 days_ = daysSince(n.opened, n.time);
            uint256 breaches = n.breaches;
            if (on & Decision.LIFETIME_COST != 0) {
                uint256 all = charges + Book.defaultCharges(detail);
                uint256 principal = Book.principal(n.word);
                if (detail & Book.LINKED != 0) (all, principal) = withChain(e, all, principal);
                bool over = LifetimeCost.breaches(limits, all, principal);
                breaches |= Decision.mark(over, Decision.LIFETIME_COST_BIT);
            }
            uint256 last = Book.lastEvent(detail);
            if (last != 0) {
                uint256 before = daysSince(n.opened, last);
                days_ = days_ > before ? days_ - before : 0;
            }
            // Charges of before may be a deduction, which comes before what it pays for.
            bool counts = leaves || e.charges != 0;
            uint256 balance = 0;
            if (on & Decision.SETTLEMENT != 0) {
                bool over;
                (balance, over) = _settle(c, e, n, detail, days_, counts);
                breaches |= Decision.mark(over, Decision.SETTLEMENT_BIT);
            }
            uint256 allowance = 0;
            if (on & Decision.DAILY_COST != 0) {
                // Zero before the first payment.
                allowance = Book.allowance(detail);
                if (allowance == DailyCost.UNKNOWN) {
                    n.undetermined |= Decision.DAILY_COST;
                } else {
                    allowance = DailyCost.accrued(allowance, Book.owed(detail), limits.dailyShare(), days_);
                    if (charges > allowance) breaches |= Decision.mark(counts, Decision.DAILY_COST_BIT);
                }
            }
            n.breaches = breaches;
            if (leaves || on & (Decision.SETTLEMENT | Decision.DAILY_COST) == 0) return detail;
            return Book.withEvent(detail, n.time > last ? n.time : last, balance, allowance);
        }
    }

    /// @dev SETTLEMENT. Returns the balance after the payment; of simple interest, what all charges may have come to.
    /// @param counts All charges so far count now.
    function _settle(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        uint256 detail,
        uint256 days_,
        bool counts
    ) private view returns (uint256 balance, bool breach) {
        Terms limits = n.limits;
        // Unchecked: as above.
        unchecked {
            if (Book.lastEvent(detail) != 0) {
                balance = Book.settlement(detail);
                if (balance == Settlement.UNKNOWN) return _unsettled(n);
            } else {
                // What the borrower received: so far, a deduction is all that was charged.
                balance = Book.principal(n.word);
                uint256 borne = Book.charges(detail);
                balance = balance > borne ? balance - borne : 0;
            }
            // Most loans of a filing have one version, and are paid after as many days.
            uint256 growth = (Terms.unwrap(limits) << 16) | days_;
            if (growth != c.growth) {
                if (limits.rate() >> 248 == SIMPLE) return _settleSimple(c, e, n, detail, days_, counts);
                if (!_lookUpGrowth(c, n, growth, days_)) return _unsettled(n);
            }
            balance = Settlement.grown(balance, c.growthDiscount, c.growthMore, c.growthYear);
            uint256 paid = e.principal + e.charges;
            breach = paid > balance;
            balance = breach ? 0 : balance - paid;
        }
    }

    /// @dev The balance isn't known, and won't be any more.
    function _unsettled(Named memory n) private pure returns (uint256, bool) {
        n.undetermined |= Decision.SETTLEMENT;
        return (Settlement.UNKNOWN, false);
    }

    /// @dev Works out how balances of the version grow in so many days. False: the reference rate of the loan's opening is missing.
    function _lookUpGrowth(
        FilingContext memory c,
        Named memory n,
        uint256 growth,
        uint256 days_
    ) private view returns (bool) {
        Terms limits = n.limits;
        uint256 rate = limits.rate();
        (uint256 point, bool missing) = RateCap.pointAt(c, rate, n.opened);
        if (missing) return false;
        uint256 cap = Rate.capDown(rate, point);
        (c.growthDiscount, c.growthMore) = Settlement.growth(rate, limits.discounts(), cap, days_);
        c.growthYear = Settlement.yearOf(rate);
        // A reference rate is another for another opening.
        c.growth = Rate.series(rate) == 0 ? growth : 0;
        return true;
    }

    /// @dev The same where interest is simple.
    function _settleSimple(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        uint256 detail,
        uint256 days_,
        bool counts
    ) private view returns (uint256 balance, bool breach) {
        uint256 rate = n.limits.rate();
        (uint256 point, bool missing) = RateCap.pointAt(c, rate, n.opened);
        if (missing) return _unsettled(n);
        uint256 cap = Rate.capDown(rate, point);
        balance = Book.lastEvent(detail) == 0 ? 0 : Book.settlement(detail);
        balance = Settlement.accrued(balance, Book.owed(detail), cap, days_, (rate >> 232) & 0xffff);
        // Unchecked: as above.
        unchecked {
            breach = counts && Book.charges(detail) + e.charges > balance;
        }
    }

    /// @notice What LIFETIME-COST compares of a linked loan: all charges of its chain, and the largest principal.
    /// @param charges Its own, default charges included.
    /// @param principal Its own.
    function withChain(
        LoanEvent memory e,
        uint256 charges,
        uint256 principal
    ) internal view returns (uint256, uint256) {
        return Chains.total(e.borrower, e.name, charges, principal);
    }

    /// @notice Days since the opening, each begun one counted.
    function daysSince(uint256 opened, uint256 time) internal pure returns (uint256) {
        // Unchecked: times of 32 bits, none before the opening.
        unchecked {
            return (time - opened + DAY - 1) / DAY;
        }
    }
}
