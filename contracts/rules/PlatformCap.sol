// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title PLATFORM-CAP
/// @notice RULE-PLATFORM-CAP-1: What the borrower owes the platform's group in this market, this loan included, MUST NOT
/// exceed the cap.
library PlatformCap {
    /// @dev All in minor units.
    function breaches(Terms limits, uint256 groupOutstanding, uint256 principal) internal pure returns (bool) {
        // Unchecked: 32 loans of less than 2^38.
        unchecked {
            return groupOutstanding + principal > limits.platformCap();
        }
    }
}
