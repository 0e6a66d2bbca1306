// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title DAILY-COST
/// @notice RULE-DAILY-COST-1: What a loan costs MUST NOT be more than the share a day of what is outstanding that day: by schedule when it is
/// opened, and with every payment.
library DailyCost {
    /// @dev 10⁹ × ticks of a year of 365 days ({Rate}).
    uint256 internal constant YEAR = 12e9 * 365;

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
