// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILicences} from "../interfaces/ILicences.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {Book} from "./Book.sol";
import {Limits, Terms} from "./Limits.sol";
import {Openings} from "./Openings.sol";
import {Exposure, LoanEvent, Named, Opening} from "./Scratch.sol";

/// @notice What is known of a filing before its entries are read.
struct FilingFacts {
    ILicences licences;
    IRulebook rulebook;
    IRegistry predecessor;
    uint256 platform;
    uint256 number;
    uint256 group;
    /// The platform may open loans.
    bool active;
    /// It is the authority, which may file orders.
    bool authority;
    /// UTC seconds until which its founding window is open, unless a request has closed it.
    uint256 foundingUntil;
    bool foundingClosed;
}

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
    /// It is the authority.
    bool authority;
    /// Its founding window is open.
    bool founding;
    /// A request of its has been mined.
    bool foundingClosed;
    // Looked up when first needed.
    /// The product and kind of borrower whose limits were asked for last, those in force now, and since when.
    uint256 key;
    uint256 from;
    Terms limits;
    /// All versions looked up so far, as a place in memory (see {Context-_seek}).
    uint256 versions;
    /// The market looked up last, plus one, and what the settings say of it.
    uint256 market;
    uint256 marketTerms;
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
    /// The schedule that RATE judged last, without its amounts, under which cap, and its factor (see {RateCap}).
    uint256 rateShape;
    uint256 rateOther;
    uint256 rateFactor;
    /// As they are for DAILY-COST: its shape, what accrues between payments, and the sum of their discounts.
    uint256 dailyShape;
    uint256 dailyGrowth;
    uint256 dailySum;
    /// The version and the days by which SETTLEMENT looked up growth last, and what it is ({Settlement}).
    uint256 growth;
    uint256 growthDiscount;
    uint256 growthMore;
    uint256 growthYear;
    /// The product whose licence was asked for last, plus one.
    uint256 licensedProduct;
    bool licensed;
    // Used again for every entry: memory is never freed.
    Opening opening;
    Exposure exposure;
    /// Of a borrower without loans; never written.
    Exposure nothing;
    LoanEvent loanEvent;
    Named named;
}

/// @title Lazy look-ups of a filing
/// @notice Calls go to Licences and Rulebook alone, which are fixed at deployment and revert for nothing asked here.
library Context {
    uint256 private constant DAY = 86_400;
    uint256 private constant GROUPS = 32;

    /// @notice What is known of a filing at its beginning.
    function begin(FilingFacts calldata facts) internal view returns (FilingContext memory c) {
        c.licences = facts.licences;
        c.rulebook = facts.rulebook;
        c.predecessor = facts.predecessor;
        c.time = block.timestamp;
        c.platform = facts.platform;
        c.number = facts.number;
        c.group = facts.group;
        c.active = facts.active;
        c.authority = facts.authority;
        c.foundingClosed = facts.foundingClosed;
        c.founding = !facts.foundingClosed && block.timestamp <= facts.foundingUntil;
    }

    /// @notice What versions are looked up by: a product, and the kind of a borrower.
    function keyOf(uint256 product, bytes32 borrower) internal pure returns (uint256) {
        return (product << 8) | (uint256(borrower) >> 248);
    }

    /// @notice Makes `c.limits` those in force now.
    /// @param key {keyOf}.
    function lookUp(FilingContext memory c, uint256 key) internal view {
        (c.limits, c.from) = _seek(c, key, c.time);
        c.key = key;
    }

    /// @notice The limits in force at a time before `c.from`, right after those now were looked up by the same key.
    function limitsBefore(FilingContext memory c, uint256 key, uint256 moment) internal view returns (Terms limits) {
        (limits, ) = _seek(c, key, moment);
    }

    /// @notice Whether the platform is licensed for the product.
    function isLicensed(FilingContext memory c, uint256 product) internal view returns (bool) {
        // Unchecked: a product has 11 bits.
        unchecked {
            if (c.licensedProduct != product + 1) {
                uint256 word = product >> 8;
                if ((c.productWords >> word) & 1 == 0) {
                    c.products[word] = c.licences.productsOf(uint24(c.platform), uint8(word));
                    c.productWords |= 1 << word;
                }
                c.licensedProduct = product + 1;
                c.licensed = (c.products[word] >> (product & 255)) & 1 != 0;
            }
        }
        return c.licensed;
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
        // Unchecked: times begin in 2000, and an offset is at most a day.
        unchecked {
            if (time - c.zoneFrom >= c.zoneUntil - c.zoneFrom) offsetAt(c, time);
            return (time + uint256(c.zoneOffset)) / DAY;
        }
    }

    /// @notice Seconds by which local time is ahead of UTC.
    function offsetAt(FilingContext memory c, uint256 time) internal view returns (int256) {
        if (time < c.zoneFrom || time >= c.zoneUntil) {
            (c.zoneOffset, c.zoneFrom, c.zoneUntil) = c.rulebook.offsetAt(uint40(c.time), uint40(time));
        }
        return c.zoneOffset;
    }

    /// @notice Seconds for which a loan of this market may stay unconfirmed.
    function confirmationWindow(FilingContext memory c, uint256 market) internal view returns (uint256) {
        return _market(c, market) >> 16;
    }

    /// @notice Days after its term after which a loan of this market is stale, unless it was closed; zero: never.
    function graceDays(FilingContext memory c, uint256 market) internal view returns (uint256) {
        return _market(c, market) & 0xffff;
    }

    /// @notice The business days in (since, upTo] as the rulebook knows them now (see {IRulebook-businessDays}). Only versions that count by
    /// them ask, so that nobody else pays for the calendar.
    function businessDays(
        FilingContext memory c,
        uint256 since,
        uint256 upTo,
        uint256 enough
    ) internal view returns (uint256 known, uint256 unknown) {
        return c.rulebook.businessDays(uint40(c.time), since, upTo, enough);
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
        return Openings.without(head, dayOf(c, time), dayOf(c, newest), offsetAt(c, newest));
    }

    /// @dev `confirmation window u32 · grace days u16`.
    function _market(FilingContext memory c, uint256 market) private view returns (uint256) {
        // Unchecked: a market has five bits.
        unchecked {
            if (c.market != market + 1) {
                c.marketTerms = c.rulebook.marketAt(uint40(c.time), uint8(market));
                c.market = market + 1;
            }
        }
        return c.marketTerms;
    }

    /// @dev The version in force at a time, and since when. Those looked up before are kept in a list, linked by hand because a
    /// struct in memory can't hold another of its kind; the plain equivalent, an array of structs, is zeroed as a whole
    /// whenever it grows.
    function _seek(FilingContext memory c, uint256 key, uint256 moment) private view returns (Terms, uint256 from) {
        // Unchecked: what is before `from` wraps around, far beyond any span.
        unchecked {
            uint256[5] memory version;
            for (uint256 place = c.versions; place != 0; place = version[4]) {
                assembly ("memory-safe") {
                    version := place
                }
                if (version[0] != key || moment - version[1] >= version[2]) continue;
                return (Terms.wrap(version[3]), version[1]);
            }
            return _load(c, key, moment);
        }
    }

    /// @dev Asks the rulebook, and keeps what it says for the times at which it holds.
    function _load(FilingContext memory c, uint256 key, uint256 moment) private view returns (Terms limits, uint256) {
        (uint256[10] memory words, uint256 from, uint256 until) = c.rulebook.limitsAt(
            uint16(key >> 8),
            uint8(key),
            uint40(moment)
        );
        // A version begins with its format, 1; otherwise nothing binds at these times.
        limits = words[0] == 0 ? Terms.wrap(0) : Limits.terms(words);
        uint256[5] memory version = [key, from, until - from, Terms.unwrap(limits), c.versions];
        uint256 place;
        assembly ("memory-safe") {
            place := version
        }
        c.versions = place;
        return (limits, from);
    }
}
