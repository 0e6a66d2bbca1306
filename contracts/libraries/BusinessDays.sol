// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Calendar of business days
/// @notice `rest u8 · from u16 · until u16 · exceptions u16 · (day u16)…`: bits of the weekdays on which nobody works, bit 0 Monday; the
/// civil days [from, until) that are known; and those that are the other thing than their weekday says: holidays, and rest
/// days that are worked. What is not known is never guessed.
library BusinessDays {
    uint256 internal constant NONE = type(uint256).max;

    uint256 private constant HEAD_BYTES = 7;
    /// @dev Every weekday but one at most: no search for a working day is long.
    uint256 private constant WEEK = 0x7f;
    /// @dev A decade of holidays is some 300.
    uint256 private constant MAX_EXCEPTIONS = 1_000;

    /// @notice The byte at which the calendar that begins at `place` breaks a rule of publication, or NONE.
    function firstFault(bytes memory data, uint256 place) internal pure returns (uint256) {
        if (data.length < place + HEAD_BYTES) return place;
        if (_uint(data, place, 1) >= WEEK) return place;
        (uint256 from, uint256 until) = (_uint(data, place + 1, 2), _uint(data, place + 3, 2));
        if (from >= until) return place + 3;
        uint256 exceptions = _uint(data, place + 5, 2);
        uint256 first = place + HEAD_BYTES;
        if (exceptions > MAX_EXCEPTIONS || data.length != first + 2 * exceptions) return place + 5;
        for (uint256 p = first; p < data.length; p += 2) {
            uint256 day = _uint(data, p, 2);
            if (day < from || day >= until || (p > first && day <= _uint(data, p - 2, 2))) return p;
        }
        return NONE;
    }

    /// @notice Whether data changes nothing of data before it but that its calendar is known for longer.
    /// @param place Where the calendar before begins, which is the end of that data if there is none.
    function isProlonged(bytes memory before, bytes memory data, uint256 place) internal pure returns (bool) {
        if (before.length == place || data.length < before.length) return false;
        uint256 until = _uint(before, place + 3, 2);
        if (_uint(data, place + 3, 2) <= until) return false;
        for (uint256 i = 0; i < before.length; i++) {
            // All but the end of what is known, and how many exceptions there are.
            if ((i < place + 3 || i >= place + HEAD_BYTES) && data[i] != before[i]) return false;
        }
        return data.length == before.length || _uint(data, before.length, 2) >= until;
    }

    /// @notice The business days in (since, upTo], as far as they are known: at most `enough` of them; and how many of these days are not.
    /// @param place Where the calendar begins; the end of the data if there is none.
    /// @param since Numbers of civil days.
    function count(
        bytes memory data,
        uint256 place,
        uint256 since,
        uint256 upTo,
        uint256 enough
    ) internal pure returns (uint256 known, uint256 unknown) {
        if (upTo <= since) return (0, 0);
        unknown = upTo - since;
        if (place >= data.length) return (0, unknown);
        (uint256 from, uint256 until) = (_uint(data, place + 1, 2), _uint(data, place + 3, 2));
        uint256 day = since + 1 > from ? since + 1 : from;
        uint256 end = upTo + 1 < until ? upTo + 1 : until;
        if (day >= end) return (0, unknown);
        unknown -= end - day;
        uint256 rest = _uint(data, place, 1);
        uint256 p = _firstException(data, place, day);
        for (; day < end && known < enough; day++) {
            // The first day of 1970 was a Thursday.
            bool works = (rest >> ((day + 3) % 7)) & 1 == 0;
            if (p < data.length && _uint(data, p, 2) == day) {
                works = !works;
                p += 2;
            }
            if (works) known++;
        }
    }

    /// @dev Where the first exception from `day` on stands, or the end of the data.
    function _firstException(bytes memory data, uint256 place, uint256 day) private pure returns (uint256) {
        uint256 first = place + HEAD_BYTES;
        uint256 low = 0;
        uint256 high = (data.length - first) / 2;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (_uint(data, first + 2 * middle, 2) < day) low = middle + 1;
            else high = middle;
        }
        return first + 2 * low;
    }

    function _uint(bytes memory data, uint256 place, uint256 width) private pure returns (uint256 value) {
        for (uint256 i = 0; i < width; i++) value = (value << 8) | uint8(data[place + i]);
    }
}
