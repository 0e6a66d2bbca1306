// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DecodedField, DecodedLeg, DecodedRef} from "../interfaces/IEntryDecoder.sol";
import {Schedule} from "./Schedule.sol";

/// @notice How far an entry was read, and what is wrong with it so far.
/// @param next Where in calldata the next field is.
/// @param end Where in calldata the entry ends.
/// @param malformed Something is no entry's.
/// @param wide An amount is too great.
/// @param count Of `fields` in use.
struct Reader {
    uint256 next;
    uint256 end;
    bool malformed;
    bool wide;
    uint256 count;
    DecodedField[] fields;
}

/// @title Reading an entry field by field
/// @notice Nothing here reverts: what is wrong is kept for the end, as an entry is hostile until all of it was read.
/// @dev Places are positions in calldata, and so far from a word's end that no sum of them overflows.
library FieldReader {
    /// @dev No kind of entry has more.
    uint256 private constant MAX_FIELDS = 12;
    /// @dev 2000-01-01T00:00:00Z.
    uint256 private constant EARLIEST = 946_684_800;
    uint256 private constant AMOUNTS = 2 ** 38;
    uint256 private constant PLATFORMS = 2 ** 18;
    uint256 private constant NUMBERS = 2 ** 28;
    uint256 private constant ORDER_BYTES = 32;

    /// @notice Begins to read [start, end) of calldata.
    function begin(uint256 start, uint256 end) internal pure returns (Reader memory r) {
        r.next = start;
        r.end = end;
        r.fields = new DecodedField[](MAX_FIELDS);
    }

    function expect(Reader memory r, bool holds) internal pure {
        if (!holds) r.malformed = true;
    }

    /// @notice The next `width` bytes, 1 to 32, as a number; zero beyond the end, which is malformed.
    function take(Reader memory r, uint256 width) internal pure returns (uint256 value) {
        uint256 past = r.next + width;
        if (past > r.end) r.malformed = true;
        else value = Schedule.read(r.next) >> (256 - 8 * width);
        r.next = past;
    }

    /// @notice A stated time, UTC seconds.
    function takeTime(Reader memory r) internal pure returns (uint256 time) {
        time = take(r, 4);
        expect(r, time >= EARLIEST);
    }

    function takeRef(Reader memory r) internal pure returns (DecodedRef memory ref) {
        ref.platform = take(r, 3);
        ref.number = take(r, 4);
        ref.index = take(r, 1);
        expect(r, ref.platform < PLATFORMS && ref.number < NUMBERS);
    }

    /// @notice Takes the order off the end, so that all else ends before it.
    function takeOrder(Reader memory r) internal pure returns (bytes32 order) {
        if (r.next + ORDER_BYTES > r.end) {
            r.malformed = true;
            return 0;
        }
        r.end -= ORDER_BYTES;
        return bytes32(Schedule.read(r.end));
    }

    /// @notice The schedule, which is all that is left.
    function takeLegs(Reader memory r, string[] memory units) internal pure returns (DecodedLeg[] memory legs) {
        (uint256 payments, , uint256 largest, ) = Schedule.summarise(msg.data, r.next, r.end);
        if (payments == 0) {
            r.malformed = true;
            return legs;
        }
        if (largest >= AMOUNTS) r.wide = true;
        legs = new DecodedLeg[](take(r, 2));
        for (uint256 i = 0; i < legs.length; i++) {
            DecodedLeg memory leg = legs[i];
            leg.count = take(r, 2);
            uint256 unit = take(r, 1);
            // The schedule is well-formed, so that the low bits are one of the units.
            leg.unit = units[unit & 0x7f];
            leg.gap = take(r, 2);
            leg.amount = take(r, 5);
            if (unit & 0x80 != 0) leg.step = take(r, 7);
        }
    }

    function put(Reader memory r, string memory name, uint256 value) internal pure {
        put(r, name, value, "");
    }

    function put(Reader memory r, string memory name, uint256 value, string memory meaning) internal pure {
        DecodedField memory field = r.fields[r.count++];
        (field.name, field.value, field.meaning) = (name, value, meaning);
    }

    /// @notice A field of `width` bytes.
    function putNumber(Reader memory r, string memory name, uint256 width) internal pure {
        put(r, name, take(r, width));
    }

    /// @notice A field of `width` bytes that is less than `limit`.
    function putBelow(Reader memory r, string memory name, uint256 width, uint256 limit) internal pure {
        uint256 value = take(r, width);
        expect(r, value < limit);
        put(r, name, value);
    }

    function putPlatform(Reader memory r, string memory name) internal pure {
        putBelow(r, name, 3, PLATFORMS);
    }

    /// @notice A field in minor units.
    function putAmount(Reader memory r, string memory name) internal pure returns (uint256 value) {
        value = take(r, 5);
        if (value >= AMOUNTS) r.wide = true;
        put(r, name, value);
    }

    /// @notice A field of minor units that is at least 1.
    function putPositive(Reader memory r, string memory name) internal pure {
        expect(r, putAmount(r, name) != 0);
    }

    /// @notice A code of one byte, the first of whose words stands for `first`.
    function putCode(Reader memory r, string memory name, string[] memory words, uint256 first) internal pure {
        uint256 value = take(r, 1);
        bool known = value >= first && value - first < words.length;
        expect(r, known);
        put(r, name, value, known ? words[value - first] : "");
    }

    /// @notice A reference, kept packed.
    function putRef(Reader memory r, string memory name) internal pure {
        DecodedRef memory place = takeRef(r);
        put(r, name, (place.platform << 40) | (place.number << 8) | place.index);
    }

    /// @notice The fields that were read.
    function read(Reader memory r) internal pure returns (DecodedField[] memory fields) {
        fields = r.fields;
        uint256 count = r.count;
        // Shortens the array where it is. Plain equivalent: a copy of its first `count` elements, with new ones made for them first.
        assembly ("memory-safe") {
            mstore(fields, count)
        }
    }
}
