// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Book} from "./Book.sol";
import {Ring} from "./Ring.sol";

/// @title A borrower's openings, otherwise than one after the other
/// @notice Linked into {Judge} and {Lifecycle}, which call it where one comes out of order, or goes and leaves no trace.
library Openings {
    uint256 private constant DAY = 86_400;

    /// @notice See {Ring-inserted}.
    function inserted(uint256 deltas, uint256 day, uint256 newestDay) external pure returns (uint256) {
        return Ring.inserted(deltas, day, newestDay);
    }

    /// @notice A borrower's head without the last known opening of a day.
    /// @param newestDay The day of the newest opening, of which there is one.
    /// @param offset Seconds by which local time was ahead of UTC at that one.
    function without(uint256 head, uint256 day, uint256 newestDay, int256 offset) external pure returns (uint256) {
        uint256 deltas = Book.ring(head);
        (uint256 left, uint256 place) = Ring.removed(deltas, day, newestDay);
        if (place == Ring.NONE) return head;
        uint256 streak = Ring.placeWithout(Book.streak(head), place, day == newestDay);
        uint256 newest = Book.newest(head);
        if (place == 0) {
            uint256 delta = deltas & 511;
            if (delta == 0) return Book.withStreak(Book.withRing(head, 0, 0), 0);
            // What is before the newest opening isn't known, so that it stays.
            if (delta >= Ring.FAR) return Book.withStreak(head, Ring.UNKNOWN_PLACE);
            // Only the day of the opening before is known. Unchecked: it is far from zero, and noon far from any offset.
            unchecked {
                newest = uint256(int256((newestDay - (delta - 1)) * DAY + DAY / 2) - offset);
            }
        }
        return Book.withStreak(Book.withRing(head, newest, left), streak);
    }
}
