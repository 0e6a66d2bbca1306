// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Discount} from "../libraries/Discount.sol";
import {Schedule} from "../libraries/Schedule.sol";
import {Effective} from "./rate/Effective.sol";
import {Nominal} from "./rate/Nominal.sol";
import {Legs, Pass} from "./rate/Pass.sol";
import {Simple} from "./rate/Simple.sol";

/// @title Rate
/// @notice RATE: a loan MUST NOT cost more than the cap: growing at the cap, what the borrower received must never be
/// less than what the schedule has taken off it. `docs/spec/rate.md` has the conventions, the proofs and the bounds.
///
/// `rate` is bytes 67 to 98 of a version, as a word (the last three are not part of it):
/// `convention u8 · yearBasis u16 · unit u8 · unitCount u8 · cap u64 · series u8 · maxAge u16 · spread u40 · reserved`.
/// `discounts` is bytes 96 to 127: `dayDiscount u128 · monthDiscount u128`.
///
/// Time is counted in twelfths of a day (*ticks*), so that a month, one twelfth of a year, has `yearBasis` of them.
/// Payments are in 2⁻¹⁶ minor units, discount factors 112-bit fractions, present values therefore in 2⁻¹²⁸.
library Rate {
    uint256 private constant NOMINAL = 0;
    uint256 private constant EFFECTIVE = 1;
    uint256 private constant SIMPLE = 2;

    uint256 private constant UNDECIDED = 2;

    /// @notice Whether the schedule costs more than the cap.
    /// @param entry an entry whose schedule {Schedule-summarise} found well-formed
    /// @param start where in it the schedule begins
    /// @param opening_ what {opening} says
    /// @param cap a year, 10⁻⁹, below 2⁹⁹
    /// @param rate the version's rate fields, which must be {isValid}
    /// @param discounts the version's effective discounts; ignored unless the convention is effective
    function breaches(
        bytes calldata entry,
        uint256 start,
        uint256 opening_,
        uint256 cap,
        uint256 rate,
        uint256 discounts
    ) internal pure returns (bool) {
        // Unchecked: the year's basis is at most 366 days.
        unchecked {
            uint256 cursor = Schedule.pointer(entry, start);
            if (Schedule.read(cursor) >> 240 == 1) {
                // Most loans: one payment or equal ones. What follows would give the same, at twice the gas.
                uint256 leg = Schedule.read(cursor + 2);
                uint256 factor = rate >> 248 == SIMPLE ? 0 : levelFactor(leg, cap, rate, discounts);
                if (factor != 0) return levelBreaches(leg, factor, opening_);
                uint256 over = _oneLeg(leg, opening_, cap, rate);
                if (over != UNDECIDED) return over != 0;
            }
            Pass memory pass;
            pass.cap = cap;
            pass.ticks = _ticks(rate);
            pass.year = 12e9 * ((rate >> 232) & 0xffff);
            if (rate >> 248 == SIMPLE) return _simple(pass, cursor, opening_);
            uint256 value = _presentValueDown(pass, cursor, rate, discounts);
            opening_ <<= 128;
            if (value > opening_ || value + pass.slack <= opening_) return value > opening_;
            // Rounding payments up decides: once more, each as it is.
            pass.taking = Legs.EXACT;
            return _presentValueDown(pass, cursor, rate, discounts) > opening_;
        }
    }

    /// @notice What the payments of a schedule of one leg are worth for each unit of the amount, 2⁻¹¹². It depends on nothing else
    /// of the leg than count, unit and gap.
    /// @param leg count, unit, gap and amount, the highest bits first
    /// @return factor zero if the payments aren't level, or not whole unit periods apart, or interest is simple
    function levelFactor(
        uint256 leg,
        uint256 cap,
        uint256 rate,
        uint256 discounts
    ) internal pure returns (uint256 factor) {
        // Unchecked: as in Nominal and Effective.
        unchecked {
            if (leg & Schedule.STEPPED != 0) return 0;
            if (rate >> 248 != NOMINAL) {
                if (rate >> 248 == SIMPLE) return 0;
                factor = Effective.factorOf((leg >> 216) & 0x3ffff, discounts);
            } else {
                uint256 ticks = _ticks(rate);
                uint256 year = 12e9 * (ticks >> 32);
                uint256 gap = ((leg >> 216) & 0xffff) * ((ticks >> ((leg >> 228) & 0x30)) & 0xffff);
                uint256 unit = Nominal.unitPeriod(ticks, rate, gap);
                if (gap % unit != 0) return 0;
                factor = (year << 112) / (year + cap * unit);
                if (gap != unit) factor = Discount.powerDown(factor, gap / unit);
            }
            if (leg >> 241 != 0) (, factor) = Discount.levelDown(factor, leg >> 240);
        }
    }

    /// @notice What simple interest needs to know of a leg of equal payments, beside their amount.
    /// @return growth the cap times the ticks between payments
    /// @return sum of the payments' discounts, as if interest were compounded, 2⁻¹¹²
    function simpleFactor(uint256 leg, uint256 cap, uint256 rate) internal pure returns (uint256 growth, uint256 sum) {
        // Unchecked: as in Simple.
        unchecked {
            uint256 ticks = _ticks(rate);
            growth = cap * ((leg >> 216) & 0xffff) * ((ticks >> ((leg >> 228) & 0x30)) & 0xffff);
            uint256 year = 12e9 * (ticks >> 32);
            (, sum) = Discount.levelDown((year << 112) / (year + growth), leg >> 240);
        }
    }

    /// @notice Whether a schedule of one leg costs more than the cap.
    /// @param factor what {levelFactor} says, and not zero
    function levelBreaches(uint256 leg, uint256 factor, uint256 opening_) internal pure returns (bool) {
        // Unchecked: a payment has 56 bits with its fraction, a factor 11 more than 112.
        unchecked {
            return ((leg >> 160) & 0xffffffffff0000) * factor > opening_ << 128;
        }
    }

    /// @notice The balance to begin with, minor units: the cash received, and one minor unit a payment, at most a
    /// thousandth of the principal, because lenders round payments up.
    function opening(uint256 cash, uint256 principal, uint256 payments) internal pure returns (uint256) {
        // Unchecked: amounts are below 2⁴⁰.
        unchecked {
            uint256 most = principal / 1000;
            return cash + (payments < most ? payments : most);
        }
    }

    /// @notice The number of the reference series that the cap follows; zero: the cap is fixed.
    function series(uint256 rate) internal pure returns (uint256) {
        return (rate >> 144) & 0xff;
    }

    function isEffective(uint256 rate) internal pure returns (bool) {
        return rate >> 248 == EFFECTIVE;
    }

    /// @notice Seconds for which a point of the series holds.
    function maxAge(uint256 rate) internal pure returns (uint256) {
        unchecked {
            return ((rate >> 128) & 0xffff) * 1 days;
        }
    }

    /// @notice The cap a year, 10⁻⁹; rounded down.
    /// @param referenceRate the series' rate a year, 10⁻⁹; ignored if the cap is fixed
    function capDown(uint256 rate, uint256 referenceRate) internal pure returns (uint256) {
        uint256 cap = (rate >> 152) & 0xffffffffffffffff;
        return series(rate) == 0 ? cap : (cap * referenceRate) / 1e9 + ((rate >> 88) & 0xffffffffff);
    }

    /// @notice Whether a version's rate fields are within what the protocol allows.
    function isValid(uint256 rate, uint256 discounts) internal pure returns (bool) {
        uint256 convention = rate >> 248;
        uint256 basis = (rate >> 232) & 0xffff;
        uint256 unit = (rate >> 224) & 0xff;
        uint256 units = (rate >> 216) & 0xff;
        if (convention > SIMPLE || (basis != 360 && (basis < 364 || basis > 366))) return false;
        if ((unit > 3 && unit != 255) || units == 0 || units > (unit < 3 ? 12 : 1)) return false;
        if (convention != EFFECTIVE) return true;
        if (series(rate) != 0) return false;
        uint256 cap = capDown(rate, 0);
        return Discount.isRoot(discounts >> 128, basis, cap) && Discount.isRoot(discounts & type(uint128).max, 12, cap);
    }

    /// @dev The only leg of a schedule that has no {levelFactor}: one payment within a unit period, or simple interest. Otherwise
    /// UNDECIDED.
    function _oneLeg(uint256 leg, uint256 opening_, uint256 cap, uint256 rate) private pure returns (uint256) {
        // Unchecked: as in Nominal and Simple.
        unchecked {
            if (leg & Schedule.STEPPED != 0) return UNDECIDED;
            uint256 ticks = _ticks(rate);
            uint256 payment = (leg >> 160) & 0xffffffffff0000;
            uint256 gap = ((leg >> 216) & 0xffff) * ((ticks >> ((leg >> 228) & 0x30)) & 0xffff);
            uint256 year = 12e9 * (ticks >> 32);
            if (rate >> 248 == SIMPLE) return Simple.oneLeg(leg >> 240, payment, opening_, cap * gap, year);
            if (leg >> 241 != 0 || rate >> 248 == EFFECTIVE) return UNDECIDED;
            uint256 unit = Nominal.unitPeriod(ticks, rate, gap);
            uint256 factor = Discount.powerDown((year << 112) / (year + cap * unit), gap / unit);
            payment = ((payment * year) << 64) / (year + cap * (gap % unit));
            return (payment * factor) >> 64 > opening_ << 128 ? 1 : 0;
        }
    }

    /// @dev Ticks of a day, a week and a month, 16 bits each.
    function _ticks(uint256 rate) private pure returns (uint256) {
        return 12 | (84 << 16) | (((rate >> 232) & 0xffff) << 32);
    }

    /// @dev What all payments are worth at the contract's time, 2⁻¹²⁸ minor units.
    function _presentValueDown(
        Pass memory pass,
        uint256 cursor,
        uint256 rate,
        uint256 discounts
    ) private pure returns (uint256) {
        if (rate >> 248 == EFFECTIVE) return Effective.presentValueDown(pass, cursor, discounts);
        uint256 gap = (rate >> 224) & 0xff == 255 ? Nominal.commonGap(cursor, pass.ticks) : 0;
        return Nominal.presentValueDown(pass, cursor, Nominal.unitPeriod(pass.ticks, rate, gap));
    }

    /// @dev The interest depends on the payments before, so that what rounding up could change is a pass of its own.
    function _simple(Pass memory pass, uint256 cursor, uint256 opening_) private pure returns (bool) {
        if (Simple.breaches(pass, cursor, opening_)) return true;
        if (pass.slack == 0) return false;
        pass.taking = Legs.HIGH;
        if (!Simple.breaches(pass, cursor, opening_)) return false;
        pass.taking = Legs.EXACT;
        return Simple.breaches(pass, cursor, opening_);
    }
}
