// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title DAILY-COST
/// @notice RULE-DAILY-COST-1: What a loan costs MUST NOT be more than the share a day of what is outstanding that day: by schedule when it is
/// opened, and with every payment.
library DailyCost {
    /// @notice An allowance that isn't known, because something was paid when no version judged it.
    uint256 internal constant UNKNOWN = 2 ** 38 - 1;
    uint256 private constant MOST = UNKNOWN - 1;

    /// @dev 10⁹ × ticks of a year of 365 days ({Rate}).
    uint256 internal constant YEAR = 12e9 * 365;

    /// @notice What charges may come to, after so many days more of so much outstanding. Rounded up, in favour of the lender.
    function accrued(
        uint256 before,
        uint256 outstanding,
        uint256 share,
        uint256 days_
    ) internal pure returns (uint256 allowed) {
        // Unchecked: 38, 32 and 16 bits.
        unchecked {
            allowed = before + (outstanding * share * days_ + 999_999_999) / 1_000_000_000;
            if (allowed > MOST) allowed = MOST;
        }
    }

    /// @notice RATE's simple convention on one leg of equal payments, with the cash received as the balance and nothing for rounding.
    /// @param count of payments
    /// @param payment 2⁻¹⁶ minor units
    /// @param cash minor units
    /// @param growth the cap a year, 10⁻⁹, times the ticks between payments
    /// @param sum of the payments' discounts, 2⁻¹¹²
    function levelBreaches(
        uint256 count,
        uint256 payment,
        uint256 cash,
        uint256 growth,
        uint256 sum
    ) internal pure returns (bool) {
        // Unchecked: as in Simple.
        unchecked {
            uint256 interest = ((cash << 64) * growth + YEAR - 1) / YEAR;
            if (count == 1) return payment << 48 > (cash << 64) + interest;
            // Payments that never reach the principal never take too much.
            return payment << 48 > interest && payment * sum > cash << 128;
        }
    }
}
