// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title MARKET-CAP
/// @notice RULE-MARKET-CAP-1: What the borrower owes in this market, this loan included, MUST NOT exceed the cap.
library MarketCap {
    /// @dev All in minor units.
    function breaches(Terms limits, uint256 outstanding, uint256 principal) internal pure returns (bool) {
        // Unchecked: 32 loans of less than 2^38.
        unchecked {
            return outstanding + principal > limits.marketCap();
        }
    }
}
