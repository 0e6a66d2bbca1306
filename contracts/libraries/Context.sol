// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILicences} from "../interfaces/ILicences.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Book} from "./Book.sol";
import {LoanEvent} from "./Entry.sol";
import {Limits} from "./Limits.sol";
import {Opening} from "./Opening.sol";
import {Ring} from "./Ring.sol";
import {Settings} from "./Settings.sol";

/// @notice What judging a filing's entries needs to know, and what has been looked up for one of them already.
struct FilingContext {
    ILicences licences;
    IRulebook rulebook;
    /// The registry before this one; zero for the first.
    IRegistry predecessor;
    /// Block time, UTC seconds.
    uint256 time;
    uint256 platform;
    uint256 number;
    /// Of the entry being judged.
    uint256 index;
    uint256 group;
    /// The platform may open loans.
    bool active;
    /// Its founding window is open.
    bool founding;
    /// A request of its has been mined.
    bool foundingClosed;
    // Looked up when first needed.
    /// The version looked up last, as a place in memory; zero for none yet.
    uint256 versions;
    bool hasSettings;
    bytes settings;
    int256 zoneOffset;
    uint256 zoneFrom;
    uint256 zoneUntil;
    /// Bit i: word i of the platform's products is known.
    uint256 productWords;
    uint256[8] products;
    /// Groups of other platforms, `group · 2^24 + platform`, the last looked up of each platform modulo 32.
    uint256[] groups;
    /// The reference rate looked up last: its series, and the times for which it is the last point.
    uint256 series;
    uint256 pointFrom;
    uint256 pointUntil;
    uint256 rate;
    // Used again for every entry: memory is never freed.
    Opening opening;
    LoanEvent loanEvent;
}

/// @notice A version of limits, for the times at which it binds. No version binds where `limits` doesn't exist.
struct Loaded {
    uint256 key;
    uint256 from;
    uint256 until;
    /// The version looked up before this one, as a place in memory.
    uint256 before;
    uint256[10] limits;
}

/// @title Lazy look-ups of a filing
/// @notice Calls go to Licences and Rulebook alone, which are fixed at deployment and revert for nothing asked here.
library Context {
    using Limits for uint256[10];

    uint256 private constant DAY = 86_400;
    uint256 private constant GROUPS = 32;

    /// @notice The limits of a product for a kind of borrower at a time.
    function limitsAt(
        FilingContext memory c,
        uint256 product,
        uint256 kind,
        uint256 moment
    ) internal view returns (uint256[10] memory) {
        uint256 key = (product << 8) | kind;
        uint256 place = c.versions;
        while (place != 0) {
            Loaded memory known = _loadedAt(place);
            if (known.key == key && moment >= known.from && moment < known.until) return known.limits;
            place = known.before;
        }
        return _load(c, key, moment).limits;
    }

    /// @notice Whether the platform is licensed for the product.
    function isLicensed(FilingContext memory c, uint256 product) internal view returns (bool) {
        uint256 word = product >> 8;
        if ((c.productWords >> word) & 1 == 0) {
            c.products[word] = c.licences.productsOf(uint24(c.platform), uint8(word));
            c.productWords |= 1 << word;
        }
        return (c.products[word] >> (product & 255)) & 1 != 0;
    }

    /// @notice The group of a platform.
    function groupOf(FilingContext memory c, uint256 platform) internal view returns (uint256) {
        if (platform == c.platform) return c.group;
        if (c.groups.length == 0) c.groups = new uint256[](GROUPS);
        uint256 known = c.groups[platform % GROUPS];
        if (known & 0xffffff != platform) {
            known = (uint256(c.licences.groupOf(uint24(platform))) << 24) | platform;
            c.groups[platform % GROUPS] = known;
        }
        return known >> 24;
    }

    /// @notice Number of the civil day that it locally is at `time`.
    function dayOf(FilingContext memory c, uint256 time) internal view returns (uint256) {
        // Unchecked: times begin in 2000, or are zero in a ring changed by hand of no one; an offset is at most a day.
        unchecked {
            return uint256(int256(time) + offsetAt(c, time)) / DAY;
        }
    }

    /// @notice Seconds by which local time is ahead of UTC.
    function offsetAt(FilingContext memory c, uint256 time) internal view returns (int256) {
        if (time < c.zoneFrom || time >= c.zoneUntil) {
            (c.zoneOffset, c.zoneFrom, c.zoneUntil) = Settings.offsetAt(_settings(c), time);
        }
        return c.zoneOffset;
    }

    /// @notice Seconds for which a loan of this market may stay unconfirmed.
    function confirmationWindow(FilingContext memory c, uint256 market) internal view returns (uint256) {
        return Settings.confirmationWindow(_settings(c), market);
    }

    /// @notice The last point of a reference series at `time`, and its publication; zero if there is none.
    function referenceAt(
        FilingContext memory c,
        uint256 series,
        uint256 time
    ) internal view returns (uint256 rate, uint256 publishedAt) {
        if (c.series != series || time < c.pointFrom || time >= c.pointUntil) {
            (c.rate, c.pointFrom, c.pointUntil) = c.rulebook.referenceAt(uint8(series), uint40(time));
            c.series = series;
        }
        return (c.rate, c.pointFrom);
    }

    /// @notice A borrower's head without the opening at `time`, which leaves no trace.
    function withoutOpening(FilingContext memory c, uint256 head, uint256 time) internal view returns (uint256) {
        uint256 newest = Book.newest(head);
        if (newest == 0) return head;
        uint256 deltas = Book.ring(head);
        uint256 newestDay = dayOf(c, newest);
        (uint256 left, uint256 place) = Ring.removed(deltas, dayOf(c, time), newestDay);
        if (place == 0) {
            uint256 delta = deltas & 511;
            if (delta == 0) return Book.withRing(head, 0, 0);
            // What is before the newest opening isn't known, so that it stays.
            if (delta >= Ring.FAR) return head;
            // Only the day of the opening before is known. Unchecked: it is far from zero, and noon far from any offset.
            unchecked {
                newest = uint256(int256((newestDay - (delta - 1)) * DAY + DAY / 2) - offsetAt(c, newest));
            }
        }
        return Book.withRing(head, newest, left);
    }

    /// @notice A borrower's head with an opening at `time`.
    function withOpening(FilingContext memory c, uint256 head, uint256 time) internal view returns (uint256) {
        uint256 newest = Book.newest(head);
        if (newest == 0) return Book.withRing(head, time, 0);
        uint256 deltas = Book.ring(head);
        if (time >= newest) return Book.withRing(head, time, Ring.pushed(deltas, dayOf(c, time), dayOf(c, newest)));
        return Book.withRing(head, newest, Ring.inserted(deltas, dayOf(c, time), dayOf(c, newest)));
    }

    function _settings(FilingContext memory c) private view returns (bytes memory) {
        if (!c.hasSettings) {
            c.settings = c.rulebook.settingsAt(uint40(c.time));
            c.hasSettings = true;
        }
        return c.settings;
    }

    function _load(FilingContext memory c, uint256 key, uint256 moment) private view returns (Loaded memory loaded) {
        (loaded.limits, loaded.from, loaded.until) = c.rulebook.limitsAt(uint16(key >> 8), uint8(key), uint40(moment));
        loaded.key = key;
        loaded.before = c.versions;
        c.versions = _placeOf(loaded);
    }

    /// @dev A struct in memory can't hold another of its kind, so that a list of them is linked by hand. The plain equivalent,
    /// an array of structs, is zeroed as a whole whenever it grows.
    function _loadedAt(uint256 place) private pure returns (Loaded memory loaded) {
        assembly ("memory-safe") {
            loaded := place
        }
    }

    function _placeOf(Loaded memory loaded) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := loaded
        }
    }
}
