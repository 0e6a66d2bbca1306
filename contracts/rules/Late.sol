// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title LATE
/// @notice RULE-LATE-1: An entry MUST be mined within the reporting window after its stated time, that of an outage within
/// its deadline.
library Late {
    /// @param time Stated, UTC seconds.
    /// @param window Seconds.
    /// @param blockTime UTC seconds.
    function breaches(uint256 time, uint256 window, uint256 blockTime) internal pure returns (bool) {
        // Unchecked: 40 bits at most.
        unchecked {
            return time + window < blockTime;
        }
    }
}
