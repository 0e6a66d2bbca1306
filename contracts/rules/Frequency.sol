// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";
import {Ring} from "../libraries/Ring.sol";

/// @title FREQUENCY
/// @notice RULE-FREQUENCY-1: The loans opened in the window of civil days that ends with the day of this one, anywhere and
/// this one included, MUST NOT be more than the count.
library Frequency {
    /// @param deltas The ring of openings, which isn't empty.
    /// @param newestDay Day of its newest opening.
    /// @param day Of this loan's opening.
    function judge(
        Terms limits,
        uint256 deltas,
        uint256 newestDay,
        uint256 day
    ) internal pure returns (bool breach, bool undetermined) {
        // Unchecked: days are years from zero; counts are at most eight.
        unchecked {
            uint256 most = limits.frequencyCount();
            // Most borrowers have too few openings on record, and none lost, for the days to matter.
            if (most > 1 && deltas >> (9 * (most - 2)) == 0 && day >= newestDay && !Ring.isMarked(deltas)) {
                return (false, false);
            }
            uint256 from = limits.frequencyMode() == 0 ? day - limits.frequencyWindow() : yearStart(day) - 1;
            (uint256 within, uint256 later, uint256 lostUntil) = Ring.count(deltas, newestDay, from, day);
            uint256 loans = within + 1;
            if (loans > most) return (true, false);
            return (false, (later != 0 && loans + later > most) || lostUntil > from);
        }
    }

    /// @notice The first of January of the year that a day is in.
    /// @param day Number of a civil day from 1970-01-01, zero; not before 0000-03-01.
    /// @dev Years are counted from March, so that a leap day is the last of its year.
    function yearStart(uint256 day) internal pure returns (uint256) {
        // Unchecked: a day is at most 2^32 / 86,400 and a year.
        unchecked {
            uint256 dayOfEra = (day + 719_468) % 146_097;
            uint256 yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
            uint256 sinceMarch = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
            // January and February belong to the year that began the March before.
            if (sinceMarch >= 306) return day - (sinceMarch - 306);
            bool leap = yearOfEra % 4 == 0 && (yearOfEra % 100 != 0 || yearOfEra % 400 == 0);
            return day - sinceMarch - (leap ? 60 : 59);
        }
    }
}
