// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title COOLING-OFF
/// @notice RULE-COOLING-OFF-1: A loan MUST NOT be opened sooner after the borrower's last loan closed, anywhere, than the
/// cooling-off period. What had happened before that close is undetermined: the close before it isn't known any more.
library CoolingOff {
    /// @param opened When the loan counts as opened, UTC seconds.
    /// @param lastClosed UTC seconds; zero: nothing was closed yet.
    /// @param question Whether the loan was asked for beforehand.
    function judge(
        Terms limits,
        uint256 opened,
        uint256 lastClosed,
        bool question
    ) internal pure returns (bool breach, bool undetermined) {
        if (lastClosed == 0) return (false, false);
        if (opened < lastClosed) return (question, !question);
        // Unchecked: 32 bits each.
        unchecked {
            return (opened < lastClosed + limits.coolingOff(), false);
        }
    }
}
