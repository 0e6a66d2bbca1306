// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title STREAK
/// @notice RULE-STREAK-1: A loan MUST NOT keep the borrower in debt for more days without a break than allowed, nor be opened in the days off
/// that follow as many.
library Streak {
    /// @notice Whether the loan by itself lasts longer than allowed.
    /// @param term Seconds from the opening to the last payment.
    function tooLong(Terms limits, uint256 term) internal pure returns (bool) {
        return _days(term) > limits.streakDays();
    }

    /// @notice A loan that is opened in a streak of debt and by itself not too long.
    /// @param first The streak's first day; zero: not known.
    /// @param day Of this loan's opening.
    function inside(
        Terms limits,
        uint256 first,
        uint256 day,
        uint256 term
    ) internal pure returns (bool breach, bool undetermined) {
        if (first == 0 || day < first) return (false, true);
        // Unchecked: days are years from zero.
        unchecked {
            return (day - first + _days(term) > limits.streakDays(), false);
        }
    }

    /// @notice A loan that is opened after one.
    /// @param last The day of the last close; zero: there was none.
    function afterwards(
        Terms limits,
        uint256 first,
        uint256 last,
        uint256 day
    ) internal pure returns (bool breach, bool undetermined) {
        // Unchecked: days are far from a word's end.
        unchecked {
            if (day > last + limits.streakOff()) return (false, false);
            return (first != 0 && last >= first + limits.streakDays(), first == 0);
        }
    }

    /// @dev Rounded up.
    function _days(uint256 term) private pure returns (uint256) {
        // Unchecked: a term has 64 bits at most.
        unchecked {
            return (term + 86_399) / 86_400;
        }
    }
}
