// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title COOLING-OFF
/// @notice RULE-COOLING-OFF-1: A loan MUST NOT be opened sooner after the borrower's last loan closed, anywhere, than the
/// cooling-off period: seconds, or days of which the last begins at its local midnight. What had happened before that close is
/// undetermined: the close before it isn't known any more.
library CoolingOff {
    /// @dev Codes of `coolingMode`.
    uint256 internal constant SECONDS = 0;
    uint256 internal constant BUSINESS_DAYS = 1;
    uint256 internal constant DAYS = 2;

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

    /// @notice The same by days of a calendar.
    /// @param known Days that count since the close's day, the opening's included.
    /// @param unknown Days of which the calendar doesn't say whether they count.
    function judgeDays(
        Terms limits,
        uint256 known,
        uint256 unknown
    ) internal pure returns (bool breach, bool undetermined) {
        uint256 wanted = limits.coolingOff();
        if (known >= wanted) return (false, false);
        // Unchecked: numbers of days.
        unchecked {
            breach = known + unknown < wanted;
        }
        return (breach, !breach);
    }
}
