// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Which way a version changes the one that it follows
/// @notice Stricter is what lets lenders do less. Each field has a direction (`docs/spec/protocol.md`, section 5); the fields of a
/// rule count only where the rule is on in both versions, since that it goes on or off is a change of the rules that are on.
/// @dev Written for few bytes, not for little gas: it runs when law is published. Versions are 320 bytes that {LimitsCheck} took.
library Strictness {
    uint256 private constant NONE = 0;
    uint256 private constant HIGHER = 1;
    uint256 private constant LOWER = 2;
    uint256 private constant LOWER_NOT_ZERO = 3;
    uint256 private constant BITS = 4;
    uint256 private constant CURVE = 5;
    uint256 private constant HOURS = 6;
    uint256 private constant TOTAL = 7;

    uint256 private constant ROW = 5;
    uint256 private constant ANY_RULE = 255;
    uint256 private constant ON = 2;
    uint256 private constant COST_FLAT = 128;
    uint256 private constant BRACKETS = 133;
    uint256 private constant MINUTES = 1_440;
    uint256 private constant MILLION = 10 ** 6;

    // Offset, width, direction and rule of each field that isn't judged together with the one before it.
    // The table, as node scripts/strictness-table.ts writes it.
    bytes private constant TABLE =
        hex"00000100ff" // format
        hex"00010100ff" // flags
        hex"00020404ff" // on
        hex"00060404ff" // refuse
        hex"000a0404ff" // undeterminedRefuse
        hex"000e0402ff" // reportingWindow
        hex"00120402ff" // outageWindow
        hex"00160202ff" // clockSkew
        hex"00180401ff" // withdrawalWindow
        hex"001c04010d" // reflection
        hex"0020050104" // amountMin
        hex"0025050304" // amountMax
        hex"002a020105" // termMinDays
        hex"002c020305" // termMaxDays
        hex"002e050207" // platformCap
        hex"0033050208" // marketCap
        hex"0038010309" // maxLoans
        hex"0039010309" // maxLenders
        hex"003a04010a" // coolingOff
        hex"003e01000a" // coolingMode
        hex"003f01020c" // frequencyCount
        hex"004002010c" // frequencyWindow
        hex"004201000c" // frequencyMode
        hex"0043010000" // rateConvention
        hex"0044020000" // rateYearBasis
        hex"0046010000" // rateUnit
        hex"0047010000" // rateUnitCount
        hex"0048080200" // rateCap
        hex"0050010000" // rateSeries
        hex"0051020200" // rateMaxAge
        hex"0053050200" // rateSpread
        hex"0060100100" // dayDiscount
        hex"0070100100" // monthDiscount
        hex"0080050502" // costFlat
        hex"00cd010006" // incomeMode
        hex"00ce040206" // incomeShare
        hex"00d202020b" // streakDays
        hex"00d402010b" // streakOff
        hex"00d602010e" // barredDays
        hex"00d8010212" // rolloverMax
        hex"00d9040112" // rolloverPaid
        hex"00dd040214" // lifetimeShare
        hex"00e1040215" // dailyShare
        hex"00e5050216" // defaultFlat
        hex"00ea040216" // defaultShare
        hex"00ee080216" // defaultRate
        hex"00f6040216" // defaultUplift
        hex"00fa050716" // defaultTotal
        hex"0103010317" // contactsPerDay
        hex"0104010117" // contactWindow
        hex"0105010317" // contactCount
        hex"0106010117" // contactSilence
        hex"0107020617" // quietFrom
        hex"010b010417" // contactFlags
        hex"010c040218" // answerWithin
        hex"0110010213" // withdrawalMode
        hex"0111040019" // pilot
        hex"011514001a" // custom
        hex"012904001a" // customGas
        hex"012d0401ff"; // secondaryWindow
    // The table's end.

    /// @notice Whether `next` tightens `present`, relaxes it, or both; neither if nothing that matters differs.
    function compare(bytes memory present, bytes memory next) internal pure returns (bool tightens, bool relaxes) {
        bytes memory table = TABLE;
        uint256 both = _uint(present, ON, 4) & _uint(next, ON, 4);
        for (uint256 i = 0; i < table.length; i += ROW) {
            uint256 rule = _uint(table, i + 4, 1);
            if (rule != ANY_RULE && (both >> rule) & 1 == 0) continue;
            uint256 offset = _uint(table, i, 2);
            uint256 width = _uint(table, i + 2, 1);
            (uint256 a, uint256 b) = (_uint(present, offset, width), _uint(next, offset, width));
            uint256 direction = _uint(table, i + 3, 1);
            bool up;
            bool down;
            if (direction == CURVE) (up, down) = _curve(present, next);
            else if (direction == HOURS) (up, down) = _hours(present, next, offset);
            else if (direction == TOTAL) (up, down) = _total(present, next, offset);
            else if (direction == NONE) up = down = a != b;
            else if (direction == HIGHER) (up, down) = (b > a, b < a);
            else if (direction == LOWER) (up, down) = (b < a, b > a);
            else if (direction == LOWER_NOT_ZERO) (up, down) = (_bound(b) < _bound(a), _bound(b) > _bound(a));
            else {
                // Which rules refuse matters of rules that are on.
                uint256 mask = offset == ON || rule != ANY_RULE ? type(uint256).max : both;
                (up, down) = (b & ~a & mask != 0, a & ~b & mask != 0);
            }
            tightens = tightens || up;
            relaxes = relaxes || down;
        }
    }

    /// @dev The charges that COST allows are straight between their corners, so they are compared at zero and at every corner.
    function _curve(bytes memory present, bytes memory next) private pure returns (bool tightens, bool relaxes) {
        for (uint256 i = 0; i < 17; i++) {
            uint256 corner = i == 0 ? 0 : _uint(i < 9 ? present : next, BRACKETS + 9 * ((i - 1) % 8), 5);
            (uint256 a, uint256 b) = (_costAt(present, corner), _costAt(next, corner));
            tightens = tightens || b < a;
            relaxes = relaxes || b > a;
        }
    }

    /// @dev In millionths of a minor unit. Brackets ascend; the first zero ends them.
    function _costAt(bytes memory v, uint256 principal) private pure returns (uint256 allowed) {
        allowed = _uint(v, COST_FLAT, 5) * MILLION;
        uint256 below = 0;
        for (uint256 p = BRACKETS; p < BRACKETS + 72; p += 9) {
            uint256 upTo = _uint(v, p, 5);
            if (upTo == 0 || principal <= below) break;
            allowed += ((principal < upTo ? principal : upTo) - below) * _uint(v, p + 5, 4);
            below = upTo;
        }
    }

    function _hours(
        bytes memory present,
        bytes memory next,
        uint256 offset
    ) private pure returns (bool tightens, bool relaxes) {
        (uint256 from, uint256 length) = _minutes(present, offset);
        (uint256 nextFrom, uint256 nextLength) = _minutes(next, offset);
        tightens = nextLength != 0 && ((nextFrom + MINUTES - from) % MINUTES) + nextLength > length;
        relaxes = length != 0 && ((from + MINUTES - nextFrom) % MINUTES) + length > nextLength;
    }

    /// @dev From which minute of the day, and for how many; the same minute twice is none.
    function _minutes(bytes memory v, uint256 offset) private pure returns (uint256 from, uint256 length) {
        from = _uint(v, offset, 2) % MINUTES;
        length = ((_uint(v, offset + 2, 2) % MINUTES) + MINUTES - from) % MINUTES;
    }

    function _total(
        bytes memory present,
        bytes memory next,
        uint256 offset
    ) private pure returns (bool tightens, bool relaxes) {
        (uint256 flat, uint256 share) = _totalOf(present, offset);
        (uint256 nextFlat, uint256 nextShare) = _totalOf(next, offset);
        return (nextFlat < flat || nextShare < share, nextFlat > flat || nextShare > share);
    }

    function _totalOf(bytes memory v, uint256 offset) private pure returns (uint256 flat, uint256 share) {
        (flat, share) = (_uint(v, offset, 5), _uint(v, offset + 5, 4));
        if (flat == 0 && share == 0) return (type(uint256).max, type(uint256).max);
    }

    function _bound(uint256 value) private pure returns (uint256) {
        return value == 0 ? type(uint256).max : value;
    }

    function _uint(bytes memory data, uint256 offset, uint256 width) private pure returns (uint256 value) {
        // The cost row is wider than a word, and nobody looks at its value.
        for (uint256 i = 0; i < width; i++) value = (value << 8) | uint8(data[offset + i]);
    }
}
