// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

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

    /// @notice Whether the loan costs more than the cap; or it isn't known, because the reference rate is missing.
    function judge(
        FilingContext memory c,
        Opening memory o,
        Terms limits
    ) internal view returns (bool breach, bool unknown) {
        if (limits.on() & Decision.RATE == 0) return (false, false);
        uint256 rate = limits.rate();
        uint256 point = 0;
        if (Rate.series(rate) != 0) {
            uint256 publishedAt;
            (point, publishedAt) = c.referenceAt(Rate.series(rate), o.opened);
            // Unchecked: the point was published at or before the loan's opening.
            unchecked {
                if (publishedAt == 0 || o.opened - publishedAt > Rate.maxAge(rate)) return (false, true);
            }
        }
        return (_breaches(c, o, limits, point), false);
    }

    function _breaches(
        FilingContext memory c,
        Opening memory o,
        Terms limits,
        uint256 point
    ) private pure returns (bool) {
        uint256 rate = limits.rate();
        uint256 balance = Rate.opening(o.cash, Entry.principal(o.facts), o.payments);
        uint256 word = Schedule.read(o.schedule);
        // One leg: its count, unit and gap, the version and the reference rate make the factor.
        if (word >> 240 == 1) {
            uint256 shape = ((word << 16) >> 216) | (Terms.unwrap(limits) << 40) | (point << 128);
            if (shape != c.rateShape) {
                c.rateShape = shape;
                c.rateFactor = Rate.levelFactor(word << 16, Rate.capDown(rate, point), rate, limits.discounts());
            }
            uint256 factor = c.rateFactor;
            if (factor != 0) return Rate.levelBreaches(word << 16, factor, balance);
        }
        bytes calldata schedule = msg.data[o.schedule:o.scheduleEnd];
        return RateJudge.breaches(schedule, balance, Rate.capDown(rate, point), rate, limits.discounts());
    }
}
