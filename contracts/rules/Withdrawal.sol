// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title WITHDRAWAL
/// @notice RULE-WITHDRAWAL-1: Who withdraws inside the window, seconds or days, MUST NOT be charged; or, where the limits say so, not more than the days used.
library Withdrawal {
    uint256 internal constant FREE = 0;
    uint256 internal constant PRO_RATA = 1;

    /// @notice What the days used may cost: the principal's share of them. Rounded up, in favour of the lender.
    /// @param share, whole Of a day
    function allowed(uint256 principal, uint256 share, uint256 whole, uint256 days_) internal pure returns (uint256) {
        // Unchecked: 38, 99 and 16 bits.
        unchecked {
            return (principal * share * days_ + whole - 1) / whole;
        }
    }
}
