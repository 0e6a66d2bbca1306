// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title AMOUNT
/// @notice RULE-AMOUNT-1: The principal MUST NOT be below the minimum, nor above the maximum where there is one.
library Amount {
    /// @param principal Minor units.
    function breaches(Terms limits, uint256 principal) internal pure returns (bool) {
        // Unchecked: the principal is at least 1, and a maximum of zero, none, wraps around to the greatest number.
        unchecked {
            return principal < limits.amountMin() || principal - 1 > limits.amountMax() - 1;
        }
    }
}
