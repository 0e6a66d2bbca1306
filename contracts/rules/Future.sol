// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title FUTURE
/// @notice RULE-FUTURE-1: An entry's stated time MUST NOT be ahead of its block by more than the clock skew.
library Future {
    /// @param time Stated, UTC seconds.
    /// @param skew Seconds.
    /// @param blockTime UTC seconds.
    function breaches(uint256 time, uint256 skew, uint256 blockTime) internal pure returns (bool) {
        // Unchecked: 40 bits at most.
        unchecked {
            return time > blockTime + skew;
        }
    }
}
