// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Fields of a version of limits
/// @notice A version is ten words; each field has its byte in `docs/spec/protocol.md`, section 5. Fields are taken out where
/// they are used: unpacking all of them would cost every product in every filing some 3,000 gas.
/// Amounts are minor units, times seconds.
library Limits {
    uint256 private constant U40 = 0xffffffffff;
    uint256 private constant U32 = 0xffffffff;

    /// @dev The first word is zero only where no version binds: a version begins with its format, 1.
    function exists(uint256[10] memory v) internal pure returns (bool) {
        return v[0] != 0;
    }

    function confirm(uint256[10] memory v) internal pure returns (bool) {
        return (v[0] >> 240) & 1 != 0;
    }

    function on(uint256[10] memory v) internal pure returns (uint256) {
        return (v[0] >> 208) & U32;
    }

    function refuse(uint256[10] memory v) internal pure returns (uint256) {
        return (v[0] >> 176) & U32;
    }

    function undeterminedRefuse(uint256[10] memory v) internal pure returns (uint256) {
        return (v[0] >> 144) & U32;
    }

    function reportingWindow(uint256[10] memory v) internal pure returns (uint256) {
        return (v[0] >> 112) & U32;
    }

    function outageWindow(uint256[10] memory v) internal pure returns (uint256) {
        return (v[0] >> 80) & U32;
    }

    function clockSkew(uint256[10] memory v) internal pure returns (uint256) {
        return (v[0] >> 64) & 0xffff;
    }

    function withdrawalWindow(uint256[10] memory v) internal pure returns (uint256) {
        return (v[0] >> 32) & U32;
    }

    function reflection(uint256[10] memory v) internal pure returns (uint256) {
        return v[0] & U32;
    }

    function amountMin(uint256[10] memory v) internal pure returns (uint256) {
        return v[1] >> 216;
    }

    function amountMax(uint256[10] memory v) internal pure returns (uint256) {
        return (v[1] >> 176) & U40;
    }

    function termMinDays(uint256[10] memory v) internal pure returns (uint256) {
        return (v[1] >> 160) & 0xffff;
    }

    function termMaxDays(uint256[10] memory v) internal pure returns (uint256) {
        return (v[1] >> 144) & 0xffff;
    }

    function platformCap(uint256[10] memory v) internal pure returns (uint256) {
        return (v[1] >> 104) & U40;
    }

    function marketCap(uint256[10] memory v) internal pure returns (uint256) {
        return (v[1] >> 64) & U40;
    }

    function maxLoans(uint256[10] memory v) internal pure returns (uint256) {
        return (v[1] >> 56) & 0xff;
    }

    function maxLenders(uint256[10] memory v) internal pure returns (uint256) {
        return (v[1] >> 48) & 0xff;
    }

    function coolingOff(uint256[10] memory v) internal pure returns (uint256) {
        return (v[1] >> 16) & U32;
    }

    function coolingMode(uint256[10] memory v) internal pure returns (uint256) {
        return (v[1] >> 8) & 0xff;
    }

    function frequencyCount(uint256[10] memory v) internal pure returns (uint256) {
        return v[1] & 0xff;
    }

    function frequencyWindow(uint256[10] memory v) internal pure returns (uint256) {
        return v[2] >> 240;
    }

    function frequencyMode(uint256[10] memory v) internal pure returns (uint256) {
        return (v[2] >> 232) & 0xff;
    }

    /// @dev Bytes 67 to 87, as {Rate} takes them.
    function rate(uint256[10] memory v) internal pure returns (uint256) {
        return v[2] << 24;
    }

    /// @dev Bytes 96 to 127: the effective discounts of a day and of a month.
    function discounts(uint256[10] memory v) internal pure returns (uint256) {
        return v[3];
    }

    function costFlat(uint256[10] memory v) internal pure returns (uint256) {
        return v[4] >> 216;
    }

    /// @dev Bracket i of 0 to 7: nine bytes from byte 133 + 9 · i on, which may lie in two words.
    function costBracket(uint256[10] memory v, uint256 i) internal pure returns (uint256 upTo, uint256 share) {
        // Unchecked: i < 8.
        unchecked {
            uint256 place = 133 + 9 * i;
            uint256 bits = (place & 31) * 8;
            uint256 word = (v[place >> 5] << bits) | (v[(place >> 5) + 1] >> (256 - bits));
            return (word >> 216, (word >> 184) & U32);
        }
    }
}
