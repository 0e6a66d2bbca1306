// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DailyCost} from "../rules/DailyCost.sol";
import {Rate} from "../rules/Rate.sol";
import {Context, FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Terms} from "./Limits.sol";
import {RateJudge} from "./RateJudge.sol";
import {Schedule} from "./Schedule.sol";
import {Opening} from "./Scratch.sol";

/// @title RATE within a filing
/// @notice {Rate} judges one schedule. Here its cap is looked up, and what equal schedules share is kept: most loans of a filing
/// have one leg of equal payments, and all that then differs is the amounts. {RateJudge} judges the others.
library RateCap {
    using Context for FilingContext;

    /// @dev Rate fields of DAILY-COST: simple, 365 days.
    uint256 private constant DAILY = (2 << 248) | (365 << 232);

    /// @notice Whether the cap depends on the time.
    function varies(Terms limits) internal pure returns (bool) {
        return limits.on() & Decision.RATE != 0 && Rate.series(limits.rate()) != 0;
    }

    /// @notice Whether the loan costs more than the cap; or it isn't known, because the reference rate is missing.
    function judge(
        FilingContext memory c,
        Opening memory o,
        Terms limits
    ) internal view returns (bool breach, bool unknown) {
        if (limits.on() & Decision.RATE == 0) return (false, false);
        (uint256 point, bool missing) = pointAt(c, limits.rate(), o.opened);
        return (!missing && _breaches(c, o, limits, point), missing);
    }

    /// @notice The point of the reference series that the cap of a loan opened then follows, zero if it follows none; or that it is missing.
    function pointAt(
        FilingContext memory c,
        uint256 rate,
        uint256 opened
    ) internal view returns (uint256 point, bool missing) {
        if (Rate.series(rate) == 0) return (0, false);
        uint256 publishedAt;
        (point, publishedAt) = c.referenceAt(Rate.series(rate), opened);
        // Unchecked: the point was published at or before the loan's opening.
        unchecked {
            missing = publishedAt == 0 || opened - publishedAt > Rate.maxAge(rate);
        }
    }

    /// @notice Whether the loan costs more a day than DAILY-COST allows.
    function breachesDaily(FilingContext memory c, Opening memory o, Terms limits) internal pure returns (bool) {
        if (limits.on() & Decision.DAILY_COST == 0) return false;
        uint256 word = Schedule.read(o.schedule);
        // Unchecked: 32 bits times 365.
        unchecked {
            uint256 cap = limits.dailyShare() * 365;
            if (word >> 240 != 1 || (word << 16) & Schedule.STEPPED != 0) {
                return RateJudge.breaches(msg.data[o.schedule:o.scheduleEnd], o.cash, cap, DAILY, 0);
            }
            uint256 count = (word << 16) >> 240;
            uint256 shape = ((word << 16) >> 216) | (cap << 40) | DAILY;
            if (shape != c.dailyShape) {
                c.dailyShape = shape;
                (c.dailyGrowth, c.dailySum) = Rate.simpleFactor(word << 16, cap, DAILY);
            }
            return DailyCost.levelBreaches(count, (word >> 144) & 0xffffffffff0000, o.cash, c.dailyGrowth, c.dailySum);
        }
    }

    function _breaches(
        FilingContext memory c,
        Opening memory o,
        Terms limits,
        uint256 point
    ) private pure returns (bool) {
        uint256 rate = limits.rate();
        uint256 balance = Rate.opening(o.cash, Entry.principal(o.facts), o.offer.payments);
        uint256 word = Schedule.read(o.schedule);
        // One leg: its count, unit and gap, and the cap make the factor. An effective cap has no series, and so no point.
        if (word >> 240 == 1) {
            uint256 shape = rate | ((word << 16) >> 216);
            uint256 other = Rate.isEffective(rate) ? limits.discounts() : point;
            if (shape != c.rateShape || other != c.rateOther) {
                c.rateShape = shape;
                c.rateOther = other;
                c.rateFactor = Rate.levelFactor(word << 16, Rate.capDown(rate, point), rate, limits.discounts());
            }
            uint256 factor = c.rateFactor;
            if (factor != 0) return Rate.levelBreaches(word << 16, factor, balance);
        }
        bytes calldata schedule = msg.data[o.schedule:o.scheduleEnd];
        return RateJudge.breaches(schedule, balance, Rate.capDown(rate, point), rate, limits.discounts());
    }
}
