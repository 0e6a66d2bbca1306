// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RegistryState} from "./State.sol";

/// @title What is counted against a platform
/// @notice In the second word of its state: loans paid out during an outage, bits 40 to 71, and loans that went stale with it, bits 72 to
/// 103. Both stop at their greatest value.
library Counts {
    uint256 internal constant OUTAGES_AT = 40;
    uint256 internal constant STALE_AT = 72;
    /// @dev Both.
    uint256 internal constant MASK = (2 ** 64 - 1) << OUTAGES_AT;

    uint256 private constant U32 = 2 ** 32 - 1;

    function outages(uint256 last) internal pure returns (uint256) {
        return (last >> OUTAGES_AT) & U32;
    }

    function stale(uint256 last) internal pure returns (uint256) {
        return (last >> STALE_AT) & U32;
    }

    /// @notice Counts one more.
    /// @param place OUTAGES_AT or STALE_AT.
    function add(RegistryState storage state, uint256 platform, uint256 place) internal {
        uint256 last = state.platforms[platform].last;
        if ((last >> place) & U32 == U32) return;
        // Unchecked: just compared.
        unchecked {
            state.platforms[platform].last = last + (1 << place);
        }
    }
}
