// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title CONTACT
/// @notice RULE-CONTACT-1: A borrower MUST NOT be contacted about debts more often in a local day or in a window of days than allowed,
/// by all lenders and their agents together, nor in the silence after a conversation, nor in quiet hours, nor through others where that
/// is forbidden.
library Contact {
    /// @dev Days of which contacts are counted, eight bits each.
    uint256 internal constant DAYS = 10;
    uint256 private constant NO_THIRD_PARTIES = 1;

    /// @notice Whether this one contact is forbidden whatever came before it.
    /// @param minute Of the local day.
    /// @param thirdParty Somebody else than the borrower was contacted.
    function forbids(Terms limits, uint256 minute, bool thirdParty) internal pure returns (bool) {
        return (thirdParty && limits.contactFlags() & NO_THIRD_PARTIES != 0) || _isQuiet(limits, minute);
    }

    /// @notice Whether contacts are too many.
    /// @param counts Eight bits a day, the last day with a contact lowest, this contact included as far as eight bits go.
    /// @param ago This contact's day, before the last day with one; from DAYS on it is too long past to be counted.
    /// @param onDay Contacts on its day, with this one.
    function tooMany(
        Terms limits,
        uint256 counts,
        uint256 ago,
        uint256 onDay
    ) internal pure returns (bool breach, bool undetermined) {
        uint256 window = limits.contactWindow();
        uint256 most = limits.contactCount();
        if (most == 0) window = 0;
        uint256 perDay = limits.contactsPerDay();
        if (ago >= DAYS) return (false, perDay | window != 0);
        if (perDay != 0 && onDay > perDay) return (true, false);
        if (window == 0) return (false, false);
        // Unchecked: small numbers, and counted down from more than zero.
        unchecked {
            // What eight bits can't hold of a day is more than any limit by itself.
            uint256 beyond = onDay >> 8;
            if (_sum(counts, ago, window) + beyond > most) return (true, false);
            // Days that aren't counted any more could decide it, and so could contacts that were filed before this one and are later.
            if (ago + window > DAYS) return (false, true);
            for (uint256 later = window - 1; later != 0 && ago != 0; later--) {
                if (_sum(counts, --ago, window) + beyond > most) return (false, true);
            }
        }
        return (false, false);
    }

    /// @notice Whether a contact breaks the silence after a conversation.
    /// @param time UTC seconds, and its local day.
    /// @param talked When the last conversation before this entry was, UTC seconds, and its local day, the first of the silence.
    function inSilence(
        Terms limits,
        uint256 time,
        uint256 day,
        uint256 talked,
        uint256 talkedDay
    ) internal pure returns (bool breach, bool undetermined) {
        uint256 silence = limits.contactSilence();
        if (silence == 0) return (false, false);
        // Whether there was a conversation before that one isn't known any more.
        if (time <= talked) return (false, true);
        // Unchecked: days are far from a word's end.
        unchecked {
            return (day < talkedDay + silence, false);
        }
    }

    /// @dev Contacts in as many days, that one included and those before it.
    function _sum(uint256 counts, uint256 ago, uint256 window) private pure returns (uint256 sum) {
        // Unchecked: ten of eight bits, and shifted by fewer bits than a word has.
        unchecked {
            for (counts >>= 8 * ago; window != 0; window--) {
                sum += counts & 0xff;
                counts >>= 8;
            }
        }
    }

    /// @dev From the one minute until before the other, across midnight if that is earlier; the same minute twice is never.
    function _isQuiet(Terms limits, uint256 minute) private pure returns (bool) {
        uint256 from = limits.quietFrom();
        uint256 to = limits.quietTo();
        if (from <= to) return from <= minute && minute < to;
        return from <= minute || minute < to;
    }
}
