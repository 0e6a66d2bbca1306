// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A borrower's last openings
/// @notice The newest as a time, up to seven before it as distances in local civil days: nine bits each, the newest lowest
/// (`docs/design/state.md`). A stored delta is 0 for none, 1 to 509 for 0 to 508 days, FAR or UNKNOWN.
library Ring {
    uint256 internal constant DELTAS = 7;
    uint256 internal constant MAX_GAP = 508;
    uint256 internal constant FAR = 510;
    uint256 internal constant UNKNOWN = 511;
    /// @dev Of an opening, the newest being 0.
    uint256 internal constant UNKNOWN_PLACE = 7;

    uint256 private constant U9 = 511;
    /// @dev The highest bit of every delta.
    uint256 private constant TOPS = (1 << 8) | (1 << 17) | (1 << 26) | (1 << 35) | (1 << 44) | (1 << 53) | (1 << 62);
    /// @dev The second bit of every delta.
    uint256 private constant MARKS = (1 << 1) | (1 << 10) | (1 << 19) | (1 << 28) | (1 << 37) | (1 << 46) | (1 << 55);
    uint256 private constant U63 = 2 ** 63 - 1;

    /// @notice The deltas after an opening at or after the newest.
    /// @param day The new opening's.
    /// @param newestDay The newest opening's until now.
    function pushed(uint256 deltas, uint256 day, uint256 newestDay) internal pure returns (uint256) {
        // Unchecked: subtracted only where it is greater. It isn't after a change of zone that sets the clock back.
        unchecked {
            uint256 gap = day > newestDay ? day - newestDay : 0;
            return gap > MAX_GAP ? FAR : ((deltas << 9) & U63) | (gap + 1);
        }
    }

    /// @notice The deltas after an opening before the newest.
    function inserted(uint256 deltas, uint256 day, uint256 newestDay) internal pure returns (uint256) {
        // Unchecked: gaps are below 509 where they are stored, and `above` never falls below `day`.
        unchecked {
            // A day later than the newest opening's, by a change of zone, counts as the same.
            if (day > newestDay) day = newestDay;
            uint256 above = newestDay;
            uint256 shift = 0;
            uint256 delta = deltas & U9;
            while (_isKnown(delta) && above >= day + delta - 1) {
                above -= delta - 1;
                shift += 9;
                delta = (deltas >> shift) & U9;
            }
            // No place is left (shift 63, and what is read there is zero).
            if (shift == 9 * DELTAS) return deltas;
            uint256 gap = above - day;
            uint256 before = deltas & ((1 << shift) - 1);
            if (_isKnown(delta)) {
                // Between two known openings.
                uint256 two = ((delta - gap) << 9) | (gap + 1);
                return (before | (two << shift) | ((deltas >> (shift + 9)) << (shift + 18))) & U63;
            }
            // After the last known one: what stood there, nothing or a mark, is no distance to the new one.
            // What is lost may lie on either side of the new one, so that it is lost as well.
            if (delta == UNKNOWN) return deltas;
            if (gap > MAX_GAP) return delta == 0 ? before | (FAR << shift) : deltas;
            uint256 last = delta == 0 ? gap + 1 : (UNKNOWN << 9) | (gap + 1);
            return (before | (last << shift)) & U63;
        }
    }

    /// @notice The ring without the last known opening of a day. `newest` is not changed here.
    /// @return left The deltas.
    /// @return place Of the opening that was removed: 0 is the newest one; NONE if there is none of that day.
    function removed(
        uint256 deltas,
        uint256 day,
        uint256 newestDay
    ) internal pure returns (uint256 left, uint256 place) {
        // Unchecked: as above.
        unchecked {
            place = NONE;
            uint256 known = 0;
            uint256 current = newestDay;
            while (true) {
                if (current == day) place = known;
                uint256 delta = (deltas >> (9 * known)) & U9;
                if (!_isKnown(delta)) break;
                // No time is so early that its day is near zero.
                current -= delta - 1;
                known++;
            }
            if (place == NONE) return (deltas, NONE);
            // A full ring has lost something, or may have.
            uint256 end = known == DELTAS ? UNKNOWN << (9 * (DELTAS - 1)) : 0;
            if (place == 0) return known == 0 ? (deltas, 0) : ((deltas >> 9) | end, 0);
            uint256 shift = 9 * (place - 1);
            uint256 before = deltas & ((1 << shift) - 1);
            uint256 rest = deltas >> (shift + 18);
            uint256 upper = (deltas >> shift) & U9;
            uint256 lower = (deltas >> (shift + 9)) & U9;
            if (!_isKnown(lower)) return (before | (lower << shift) | end, place);
            uint256 joined = upper + lower - 1;
            if (joined > MAX_GAP + 1) return (before | (FAR << shift), place);
            return (before | (joined << shift) | (rest << (shift + 9)) | end, place);
        }
    }

    uint256 internal constant NONE = type(uint256).max;

    /// @notice The day of the opening at a place, the newest being 0; zero if it isn't known.
    function dayAt(uint256 deltas, uint256 newestDay, uint256 place) internal pure returns (uint256 day) {
        if (place == UNKNOWN_PLACE) return 0;
        // Unchecked: as above.
        unchecked {
            day = newestDay;
            for (; place != 0; place--) {
                if (!_isKnown(deltas & U9)) return 0;
                day -= (deltas & U9) - 1;
                deltas >>= 9;
            }
        }
    }

    /// @notice Where the first opening of a streak is after another one of it was put in.
    function next(uint256 place) internal pure returns (uint256) {
        // Unchecked: 7 at most.
        unchecked {
            return place == UNKNOWN_PLACE ? place : place + 1;
        }
    }

    /// @notice Where the first opening of a streak is after one was removed.
    /// @param place Where it was.
    /// @param removed_ Where the one removed was.
    /// @param newest The one removed was of the newest opening's day.
    function placeWithout(uint256 place, uint256 removed_, bool newest) internal pure returns (uint256) {
        // Unchecked: subtracted only where it is greater.
        unchecked {
            if (place == UNKNOWN_PLACE || (newest && place != 0)) return place == UNKNOWN_PLACE ? place : place - 1;
            // Without one inside, or the first, it may have had a break.
            return removed_ > place ? place : UNKNOWN_PLACE;
        }
    }

    /// @notice Whether one of the deltas is FAR or UNKNOWN: something was lost.
    function isMarked(uint256 deltas) internal pure returns (bool) {
        // Mostly no opening is that far from the next.
        if (deltas & TOPS == 0) return false;
        // Of all nine bits of a delta, the eight high ones are set only in a mark. Runs of eight set bits are found by doubling.
        uint256 runs = deltas & (deltas >> 1);
        runs &= runs >> 2;
        runs &= runs >> 4;
        return runs & MARKS != 0;
    }

    /// @notice Counts openings around a day.
    /// @param from Day after which they count.
    /// @param day Day up to which they count.
    /// @return within Known openings in (from, day].
    /// @return later Known openings after `day`.
    /// @return lostUntil The last day on which a lost opening may lie; zero if none is lost.
    function count(
        uint256 deltas,
        uint256 newestDay,
        uint256 from,
        uint256 day
    ) internal pure returns (uint256 within, uint256 later, uint256 lostUntil) {
        // Unchecked: as above.
        unchecked {
            uint256 current = newestDay;
            for (uint256 k = 0; ; k++) {
                if (current > from) {
                    if (current > day) later++;
                    else within++;
                }
                if (k == DELTAS) return (within, later, current);
                uint256 delta = deltas & U9;
                if (delta == 0) return (within, later, 0);
                if (delta >= FAR) return (within, later, delta == FAR ? current - MAX_GAP - 1 : current);
                current -= delta - 1;
                deltas >>= 9;
            }
        }
    }

    function _isKnown(uint256 delta) private pure returns (bool) {
        return delta != 0 && delta < FAR;
    }
}
