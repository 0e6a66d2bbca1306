// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A version's ten words, by their place in memory. Zero where no version binds.
/// @dev `uint256[10] memory` would be the plain type; but whatever returns that first zeroes ten words, which costs an entry some
/// 900 gas.
type Terms is uint256;

using Limits for Terms global;

/// @title Fields of a version of limits
/// @notice A version is ten words; each field has its byte in `docs/spec/protocol.md`, section 5. Fields are taken out where
/// they are used: unpacking all of them would cost every product in every filing some 3,000 gas.
/// Amounts are minor units, times seconds.
library Limits {
    uint256 private constant U40 = 0xffffffffff;
    uint256 private constant U32 = 0xffffffff;

    /// @notice The words of a version as they were decoded.
    function terms(uint256[10] memory words) internal pure returns (Terms v) {
        assembly ("memory-safe") {
            v := words
        }
    }

    /// @notice As much of a version as rules outside go by (see {Outside}).
    function part(uint256 first, uint256 ninth_, uint256 tenth_) internal pure returns (Terms) {
        uint256[10] memory words;
        (words[0], words[8], words[9]) = (first, ninth_, tenth_);
        return terms(words);
    }

    function exists(Terms v) internal pure returns (bool) {
        return Terms.unwrap(v) != 0;
    }

    /// @dev Format, flags and the masks of rules, as {Decision} takes them.
    function masks(Terms v) internal pure returns (uint256) {
        return _word(v, 0);
    }

    function format(Terms v) internal pure returns (uint256) {
        return _word(v, 0) >> 248;
    }

    function flags(Terms v) internal pure returns (uint256) {
        return (_word(v, 0) >> 240) & 0xff;
    }

    function payments(Terms v) internal pure returns (bool) {
        return (_word(v, 0) >> 241) & 1 != 0;
    }

    /// @dev What the withdrawal window is counted in, as `coolingMode` says it of a wait.
    function withdrawalDays(Terms v) internal pure returns (uint256) {
        return (_word(v, 0) >> 242) & 3;
    }

    function reserved(Terms v) internal pure returns (uint256) {
        return _word(v, 2) & type(uint64).max;
    }

    function reservedEnd(Terms v) internal pure returns (uint256) {
        return _word(v, 9) & (2 ** 120 - 1);
    }

    /// @dev Seconds; zero: nobody asks.
    function secondaryWindow(Terms v) internal pure returns (uint256) {
        return (_word(v, 9) >> 120) & U32;
    }

    function confirm(Terms v) internal pure returns (bool) {
        return (_word(v, 0) >> 240) & 1 != 0;
    }

    function on(Terms v) internal pure returns (uint256) {
        return (_word(v, 0) >> 208) & U32;
    }

    function refuse(Terms v) internal pure returns (uint256) {
        return (_word(v, 0) >> 176) & U32;
    }

    function undeterminedRefuse(Terms v) internal pure returns (uint256) {
        return (_word(v, 0) >> 144) & U32;
    }

    function reportingWindow(Terms v) internal pure returns (uint256) {
        return (_word(v, 0) >> 112) & U32;
    }

    function outageWindow(Terms v) internal pure returns (uint256) {
        return (_word(v, 0) >> 80) & U32;
    }

    function clockSkew(Terms v) internal pure returns (uint256) {
        return (_word(v, 0) >> 64) & 0xffff;
    }

    function withdrawalWindow(Terms v) internal pure returns (uint256) {
        return (_word(v, 0) >> 32) & U32;
    }

    function reflection(Terms v) internal pure returns (uint256) {
        return _word(v, 0) & U32;
    }

    function amountMin(Terms v) internal pure returns (uint256) {
        return _word(v, 1) >> 216;
    }

    function amountMax(Terms v) internal pure returns (uint256) {
        return (_word(v, 1) >> 176) & U40;
    }

    function termMinDays(Terms v) internal pure returns (uint256) {
        return (_word(v, 1) >> 160) & 0xffff;
    }

    function termMaxDays(Terms v) internal pure returns (uint256) {
        return (_word(v, 1) >> 144) & 0xffff;
    }

    function platformCap(Terms v) internal pure returns (uint256) {
        return (_word(v, 1) >> 104) & U40;
    }

    function marketCap(Terms v) internal pure returns (uint256) {
        return (_word(v, 1) >> 64) & U40;
    }

    function maxLoans(Terms v) internal pure returns (uint256) {
        return (_word(v, 1) >> 56) & 0xff;
    }

    function maxLenders(Terms v) internal pure returns (uint256) {
        return (_word(v, 1) >> 48) & 0xff;
    }

    function coolingOff(Terms v) internal pure returns (uint256) {
        return (_word(v, 1) >> 16) & U32;
    }

    function coolingMode(Terms v) internal pure returns (uint256) {
        return (_word(v, 1) >> 8) & 0xff;
    }

    function frequencyCount(Terms v) internal pure returns (uint256) {
        return _word(v, 1) & 0xff;
    }

    function frequencyWindow(Terms v) internal pure returns (uint256) {
        return _word(v, 2) >> 240;
    }

    function frequencyMode(Terms v) internal pure returns (uint256) {
        return (_word(v, 2) >> 232) & 0xff;
    }

    /// @dev Bytes 67 to 87, as {Rate} takes them.
    function rate(Terms v) internal pure returns (uint256) {
        return _word(v, 2) << 24;
    }

    /// @dev Bytes 96 to 127: the effective discounts of a day and of a month.
    function discounts(Terms v) internal pure returns (uint256) {
        return _word(v, 3);
    }

    function costFlat(Terms v) internal pure returns (uint256) {
        return _word(v, 4) >> 216;
    }

    /// @dev Bracket i of 0 to 7: nine bytes from byte 133 + 9 · i on, which may lie in two words.
    function costBracket(Terms v, uint256 i) internal pure returns (uint256 upTo, uint256 share) {
        // Unchecked: i < 8.
        unchecked {
            uint256 place = 133 + 9 * i;
            uint256 bits = (place & 31) * 8;
            uint256 word = (_word(v, place >> 5) << bits) | (_word(v, (place >> 5) + 1) >> (256 - bits));
            return (word >> 216, (word >> 184) & U32);
        }
    }

    function incomeMode(Terms v) internal pure returns (uint256) {
        return (_word(v, 6) >> 144) & 0xff;
    }

    function incomeShare(Terms v) internal pure returns (uint256) {
        return (_word(v, 6) >> 112) & U32;
    }

    function streakDays(Terms v) internal pure returns (uint256) {
        return (_word(v, 6) >> 96) & 0xffff;
    }

    function streakOff(Terms v) internal pure returns (uint256) {
        return (_word(v, 6) >> 80) & 0xffff;
    }

    function barredDays(Terms v) internal pure returns (uint256) {
        return (_word(v, 6) >> 64) & 0xffff;
    }

    function rolloverMax(Terms v) internal pure returns (uint256) {
        return (_word(v, 6) >> 56) & 0xff;
    }

    function rolloverPaid(Terms v) internal pure returns (uint256) {
        return (_word(v, 6) >> 24) & U32;
    }

    /// @dev In two words.
    function lifetimeShare(Terms v) internal pure returns (uint256) {
        return ((_word(v, 6) & 0xffffff) << 8) | (_word(v, 7) >> 248);
    }

    function withdrawalMode(Terms v) internal pure returns (uint256) {
        return (_word(v, 8) >> 120) & 0xff;
    }

    function dailyShare(Terms v) internal pure returns (uint256) {
        return (_word(v, 7) >> 216) & U32;
    }

    function defaultFlat(Terms v) internal pure returns (uint256) {
        return (_word(v, 7) >> 176) & U40;
    }

    function defaultShare(Terms v) internal pure returns (uint256) {
        return (_word(v, 7) >> 144) & U32;
    }

    /// @dev A year, 10⁻⁹.
    function defaultRate(Terms v) internal pure returns (uint256) {
        return (_word(v, 7) >> 80) & type(uint64).max;
    }

    function defaultUplift(Terms v) internal pure returns (uint256) {
        return (_word(v, 7) >> 48) & U32;
    }

    function defaultTotal(Terms v) internal pure returns (uint256) {
        return (_word(v, 7) >> 8) & U40;
    }

    /// @dev Begins in one word and ends in the next.
    function defaultTotalShare(Terms v) internal pure returns (uint256) {
        return ((_word(v, 7) & 0xff) << 24) | (_word(v, 8) >> 232);
    }

    /// @dev Zero: as many as may be.
    function contactsPerDay(Terms v) internal pure returns (uint256) {
        return (_word(v, 8) >> 224) & 0xff;
    }

    /// @dev Days.
    function contactWindow(Terms v) internal pure returns (uint256) {
        return (_word(v, 8) >> 216) & 0xff;
    }

    /// @dev In the window; zero: as many as may be.
    function contactCount(Terms v) internal pure returns (uint256) {
        return (_word(v, 8) >> 208) & 0xff;
    }

    /// @dev Days.
    function contactSilence(Terms v) internal pure returns (uint256) {
        return (_word(v, 8) >> 200) & 0xff;
    }

    /// @dev A minute of the local day.
    function quietFrom(Terms v) internal pure returns (uint256) {
        return (_word(v, 8) >> 184) & 0xffff;
    }

    /// @dev A minute of the local day.
    function quietTo(Terms v) internal pure returns (uint256) {
        return (_word(v, 8) >> 168) & 0xffff;
    }

    function contactFlags(Terms v) internal pure returns (uint256) {
        return (_word(v, 8) >> 160) & 0xff;
    }

    /// @dev Seconds.
    function answerWithin(Terms v) internal pure returns (uint256) {
        return (_word(v, 8) >> 128) & U32;
    }

    function pilot(Terms v) internal pure returns (uint256) {
        return (_word(v, 8) >> 88) & U32;
    }

    /// @dev Bytes 277 to 296, in two words.
    function custom(Terms v) internal pure returns (address) {
        return address(uint160((_word(v, 8) << 72) | (_word(v, 9) >> 184)));
    }

    function customGas(Terms v) internal pure returns (uint256) {
        return (_word(v, 9) >> 152) & U32;
    }

    /// @dev As it is.
    function ninth(Terms v) internal pure returns (uint256) {
        return _word(v, 8);
    }

    /// @dev As it is.
    function tenth(Terms v) internal pure returns (uint256) {
        return _word(v, 9);
    }

    /// @dev Plain equivalent: `words[k]` of a `uint256[10] memory`.
    function _word(Terms v, uint256 k) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(v, shl(5, k)))
        }
    }
}
