// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Discount} from "../libraries/Discount.sol";
import {Nominal} from "./rate/Nominal.sol";

/// @title SETTLEMENT
/// @notice RULE-SETTLEMENT-1: What is really paid MUST NOT cost more than RATE's cap: growing at the cap from one payment to the next, what the
/// borrower received must never be less than what is taken off it.
library Settlement {
    /// @notice A balance that isn't known, because the reference rate wasn't, or because something was paid when no version judged it.
    uint256 internal constant UNKNOWN = 2 ** 40 - 1;
    uint256 private constant MOST = UNKNOWN - 1;
    uint256 private constant EFFECTIVE = 1;

    /// @notice How a balance grows in so many days: by whole unit periods, and then simply.
    /// @param rate, discounts see {Rate}
    /// @return discount of the unit periods, 2⁻¹¹²
    /// @return more numerator of the rest's growth, over {yearOf}; zero: there is none
    function growth(
        uint256 rate,
        uint256 discounts,
        uint256 cap,
        uint256 days_
    ) internal pure returns (uint256 discount, uint256 more) {
        // Unchecked: cap < 2⁹⁹, ticks < 2²⁰.
        unchecked {
            if (rate >> 248 == EFFECTIVE) return (Discount.powerDown(discounts >> 128, days_), 0);
            uint256 basis = (rate >> 232) & 0xffff;
            uint256 year = 12e9 * basis;
            // The most frequent gap is that of a schedule; here it is a month.
            uint256 unit = Nominal.unitPeriod(12 | (84 << 16) | (basis << 32), rate, basis);
            uint256 ticks = 12 * days_;
            discount = Discount.ONE;
            if (ticks >= unit) discount = Discount.powerDown((year << 112) / (year + cap * unit), ticks / unit);
            ticks %= unit;
            if (ticks != 0) more = year + cap * ticks;
        }
    }

    /// @notice 10⁹ × ticks of a year.
    function yearOf(uint256 rate) internal pure returns (uint256) {
        unchecked {
            return 12e9 * ((rate >> 232) & 0xffff);
        }
    }

    /// @notice The balance grown, and one minor unit more, because lenders round payments up. Rounded up, in favour of the lender.
    function grown(uint256 balance, uint256 discount, uint256 more, uint256 year) internal pure returns (uint256) {
        // Unchecked: a balance has 40 bits, what it is multiplied with 119.
        unchecked {
            if (discount != Discount.ONE) {
                balance = discount == 0 ? MOST : ((balance << 112) + discount - 1) / discount;
                if (balance > MOST) balance = MOST;
            }
            if (more != 0) balance = (balance * more + year - 1) / year;
            return balance >= MOST ? MOST : balance + 1;
        }
    }

    /// @notice Simple interest: what the charges may have come to. One minor unit more, as above.
    function accrued(
        uint256 before,
        uint256 outstanding,
        uint256 cap,
        uint256 days_,
        uint256 basis
    ) internal pure returns (uint256 allowed) {
        // Unchecked: 38, 99 and 16 bits.
        unchecked {
            uint256 year = 1e9 * basis;
            allowed = before + (outstanding * cap * days_ + year - 1) / year + 1;
            if (allowed > MOST) allowed = MOST;
        }
    }
}
