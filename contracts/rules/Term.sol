// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Limits} from "../libraries/Limits.sol";

/// @title TERM
/// @notice RULE-TERM-1: The time to the last payment MUST NOT be below the minimum, nor above the maximum where there is one.
library Term {
    using Limits for uint256[10];

    /// @param term Seconds; a month is one twelfth of 365.2425 days.
    function breaches(uint256[10] memory limits, uint256 term) internal pure returns (bool) {
        // Unchecked: days have 16 bits.
        unchecked {
            uint256 most = limits.termMaxDays() * 1 days;
            return term < limits.termMinDays() * 1 days || (term > most && most != 0);
        }
    }
}
