// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BusinessDays} from "./BusinessDays.sol";

/// @title Settings of the deployment: its zone, its markets and its business days
/// @notice `zones u8 · (from u40 · offset i24 seconds)… · markets u8 · (market u8 · confirmationWindow u32 · graceDays u16)…`, and a
/// calendar ({BusinessDays}) or nothing.
library Settings {
    uint256 internal constant NONE = type(uint256).max;

    uint256 private constant ZONE_BYTES = 8;
    uint256 private constant MARKET_BYTES = 7;
    uint256 private constant MARKETS = 32;
    /// @dev Local time is at most a day from UTC.
    int256 private constant MAX_OFFSET = 86_400;
    uint256 private constant FOREVER = type(uint40).max;

    /// @notice The byte at which the settings break a rule of publication, or NONE.
    function firstFault(bytes memory settings) internal pure returns (uint256) {
        uint256 length = settings.length;
        if (length < 2) return 0;
        uint256 place = 1 + ZONE_BYTES * uint8(settings[0]);
        if (place >= length) return 0;
        for (uint256 p = 1; p < place; p += ZONE_BYTES) {
            if (p > 1 && _word(settings, p) >> 216 <= _word(settings, p - ZONE_BYTES) >> 216) return p;
            int256 offset = int24(uint24(_word(settings, p) >> 192));
            if (offset > MAX_OFFSET || offset < -MAX_OFFSET) return p + 5;
        }
        uint256 end = place + 1 + MARKET_BYTES * uint8(settings[place]);
        if (length < end) return place;
        for (uint256 p = place + 1; p < end; p += MARKET_BYTES) {
            uint256 market = uint8(settings[p]);
            if (market >= MARKETS || (p > place + 1 && market <= uint8(settings[p - MARKET_BYTES]))) return p;
        }
        return length == end ? NONE : BusinessDays.firstFault(settings, end);
    }

    /// @notice Whether settings change nothing of those before but that the calendar is known for longer.
    function isProlonged(bytes memory before, bytes memory settings) internal pure returns (bool) {
        return BusinessDays.isProlonged(before, settings, _calendar(before));
    }

    /// @notice See {BusinessDays-count}.
    function businessDays(
        bytes memory settings,
        uint256 since,
        uint256 upTo,
        uint256 enough
    ) internal pure returns (uint256 known, uint256 unknown) {
        return BusinessDays.count(settings, _calendar(settings), since, upTo, enough);
    }

    /// @notice The zone's offset at a time, and from when until when it is that.
    function offsetAt(
        bytes memory settings,
        uint256 time
    ) internal pure returns (int256 offset, uint256 from, uint256 until) {
        uint256 zones = settings.length == 0 ? 0 : uint8(settings[0]);
        if (zones == 0) return (0, 0, FOREVER);
        // The last zone that begins at or before the time; the first binds from the beginning of time.
        uint256 low = 0;
        uint256 high = zones - 1;
        while (low < high) {
            uint256 middle = (low + high + 1) / 2;
            if (_word(settings, 1 + ZONE_BYTES * middle) >> 216 <= time) low = middle;
            else high = middle - 1;
        }
        uint256 word = _word(settings, 1 + ZONE_BYTES * low);
        offset = int24(uint24(word >> 192));
        from = low == 0 ? 0 : word >> 216;
        until = low + 1 == zones ? FOREVER : _word(settings, 1 + ZONE_BYTES * (low + 1)) >> 216;
    }

    /// @notice What is set for a market, `confirmationWindow u32 · graceDays u16`; zero if it isn't listed.
    function marketAt(bytes memory settings, uint256 market) internal pure returns (uint256) {
        if (settings.length == 0) return 0;
        uint256 place = 1 + ZONE_BYTES * uint8(settings[0]);
        uint256 markets = uint8(settings[place++]);
        for (uint256 i = 0; i < markets; i++) {
            uint256 word = _word(settings, place + MARKET_BYTES * i);
            if (word >> 248 == market) return (word >> 200) & 0xffffffffffff;
        }
        return 0;
    }

    /// @dev Where the calendar begins; the end if there is none.
    function _calendar(bytes memory settings) private pure returns (uint256) {
        if (settings.length == 0) return 0;
        uint256 place = 1 + ZONE_BYTES * uint8(settings[0]);
        return place + 1 + MARKET_BYTES * uint8(settings[place]);
    }

    /// @dev The 32 bytes from `place` on; those beyond the end are anything, and nobody looks at them. Plain equivalent: 32
    /// times `settings[at + i]`, each with its bounds check, some 3,000 gas.
    function _word(bytes memory settings, uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(settings, 0x20), place))
        }
    }
}
