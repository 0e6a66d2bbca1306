// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title TERM
/// @notice RULE-TERM-1: The time to the last payment MUST NOT be below the minimum, nor above the maximum where there is one.
library Term {
    /// @param term Seconds; a month is one twelfth of 365.2425 days.
    function breaches(Terms limits, uint256 term) internal pure returns (bool) {
        // Unchecked: days have 16 bits, the term is at least 1, and a maximum of zero, none, wraps around to the greatest number.
        unchecked {
            return term < limits.termMinDays() * 1 days || term - 1 > limits.termMaxDays() * 1 days - 1;
        }
    }
}
