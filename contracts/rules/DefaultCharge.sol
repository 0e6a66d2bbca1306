// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title DEFAULT-CHARGE
/// @notice RULE-DEFAULT-CHARGE-1: Default charges MUST be at most the flat amount, the share of the amount overdue and the default rate
/// on it for the days past due, and all of a loan's together at most the flat total and the share of the principal.
library DefaultCharge {
    uint256 private constant MILLION = 10 ** 6;
    /// @dev A rate of 10⁻⁹ a year, uplifted in 10⁻⁶, by days.
    uint256 private constant RATE_UNIT = 365 * 10 ** 15;

    /// @notice Whether one charge is too high.
    /// @param charge Of this entry, minor units.
    /// @param overdue Minor units.
    /// @param overdueDays Days past due.
    /// @param contractRate A year, 10⁻⁹; zero if not stated.
    /// @return breach It is.
    /// @return unknown The contract's rate isn't stated and decides.
    function judge(
        Terms limits,
        uint256 charge,
        uint256 overdue,
        uint256 overdueDays,
        uint256 contractRate
    ) internal pure returns (bool breach, bool unknown) {
        // Unchecked: amounts are below 2^38, shares below 2^32, rates below 2^64 and days below 2^16.
        unchecked {
            // The share rounds down, in favour of the borrower.
            uint256 most = limits.defaultFlat() + (overdue * limits.defaultShare()) / MILLION;
            if (charge <= most) return (false, false);
            uint256 uplift = limits.defaultUplift();
            uint256 rate = limits.defaultRate() * MILLION + uplift * contractRate;
            // The part by days rounds up, because a charge is whole minor units.
            most += (overdue * rate * overdueDays + RATE_UNIT - 1) / RATE_UNIT;
            if (charge <= most) return (false, false);
            return contractRate == 0 && uplift != 0 ? (false, true) : (true, false);
        }
    }

    /// @notice Whether all default charges of a loan are too high.
    /// @param total Of all entries so far and this one, minor units.
    /// @param principal Minor units.
    function exceedsTotal(Terms limits, uint256 total, uint256 principal) internal pure returns (bool) {
        // Unchecked: an amount below 2^38 and a share below 2^32.
        unchecked {
            uint256 flat = limits.defaultTotal();
            uint256 share = limits.defaultTotalShare();
            // Rounds down, in favour of the borrower.
            if (flat | share == 0) return false;
            return total > flat + (principal * share) / MILLION;
        }
    }
}
