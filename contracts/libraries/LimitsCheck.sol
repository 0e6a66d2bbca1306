// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CoolingOff} from "../rules/CoolingOff.sol";
import {Income} from "../rules/Income.sol";
import {Rate} from "../rules/Rate.sol";
import {Withdrawal} from "../rules/Withdrawal.sol";
import {Decision} from "./Decision.sol";
import {Terms} from "./Limits.sol";

/// @title Whether limits may be published
/// @notice `docs/spec/protocol.md`, section 5. The fields of a rule are looked at only if that rule is on.
library LimitsCheck {
    uint256 internal constant NONE = type(uint256).max;

    /// @dev The ring of openings is exact for so many openings in so many days.
    uint256 private constant RING_OPENINGS = 8;
    uint256 private constant RING_DAYS = 508;
    /// @dev Each day of a wait is looked at.
    uint256 private constant CALENDAR_DAYS = 60;
    /// @dev So that a filing, a transaction of 16.7 million gas at most, always has room for an entry.
    uint256 private constant MAX_CUSTOM_GAS = 1_000_000;

    /// @dev Contacts of ten days are counted: a window of seven is exact for those that are filed three days late.
    uint256 private constant CONTACT_DAYS = 7;
    uint256 private constant DAY_MINUTES = 1_440;

    /// @notice The byte of the first field that breaks a rule of publication, or NONE.
    function firstFault(Terms v) internal pure returns (uint256) {
        if (v.format() != 1) return 0;
        // A window is counted in one thing.
        if (v.flags() > 11) return 1;
        if (v.withdrawalDays() != CoolingOff.SECONDS && !_isDays(v.withdrawalWindow())) return 24;
        uint256 on = v.on();
        if (on & Decision.LICENCE == 0 || on > Decision.RULES) return 2;
        if (v.refuse() & Decision.LICENCE == 0 || v.refuse() > Decision.RULES) return 6;
        if (v.undeterminedRefuse() > Decision.RULES) return 10;
        if (v.reserved() != 0) return 88;
        if (v.reservedEnd() != 0) return 305;
        if (on & Decision.COOLING_OFF != 0) {
            if (v.coolingMode() > CoolingOff.DAYS) return 62;
            if (v.coolingMode() != CoolingOff.SECONDS && !_isDays(v.coolingOff())) return 58;
        }
        // It goes by RATE's fields.
        if (on & Decision.SETTLEMENT != 0 && on & Decision.RATE == 0) return 2;
        if (on & Decision.WITHDRAWAL != 0 && v.withdrawalMode() > Withdrawal.PRO_RATA) return 272;
        if (on & Decision.INCOME != 0 && v.incomeMode() > Income.ALL_PRINCIPAL) return 205;
        if (on & Decision.FREQUENCY != 0) {
            if (v.frequencyCount() == 0 || v.frequencyCount() > RING_OPENINGS) return 63;
            if (v.frequencyWindow() == 0 || v.frequencyWindow() > RING_DAYS) return 64;
            if (v.frequencyMode() > 1) return 66;
        }
        if (on & Decision.CONTACT != 0) {
            if (v.contactWindow() > CONTACT_DAYS) return 260;
            if (v.quietFrom() >= DAY_MINUTES) return 263;
            if (v.quietTo() >= DAY_MINUTES) return 265;
            if (v.contactFlags() > 1) return 267;
        }
        // A pilot's bounds hold by themselves; and a loan that lapses leaves no entry that would tell it.
        if (on & Decision.PILOT != 0) {
            if (v.pilot() == 0) return 273;
            if (v.refuse() & Decision.PILOT == 0) return 6;
            if (v.confirm()) return 1;
        }
        if (on & Decision.CUSTOM != 0) {
            if (v.custom() == address(0)) return 277;
            if (v.customGas() == 0 || v.customGas() > MAX_CUSTOM_GAS) return 297;
        }
        if (on & Decision.RATE != 0 && !Rate.isValid(v.rate(), v.discounts())) return 67;
        if (on & Decision.COST != 0) return _costFault(v);
        return NONE;
    }

    /// @notice The rules that must be served for this version to be judged. Keeping payments is part of INCOME.
    function rulesNeeded(Terms v) internal pure returns (uint256) {
        return v.on() | (v.payments() ? Decision.INCOME : 0);
    }

    /// @dev So many days can be counted by a calendar.
    function _isDays(uint256 days_) private pure returns (bool) {
        return days_ != 0 && days_ <= CALENDAR_DAYS;
    }

    function _costFault(Terms v) private pure returns (uint256) {
        uint256 below = 0;
        for (uint256 i = 0; i < 8; i++) {
            (uint256 upTo, ) = v.costBracket(i);
            if (upTo == 0) break;
            if (upTo <= below) return 133 + 9 * i;
            below = upTo;
        }
        return NONE;
    }
}
