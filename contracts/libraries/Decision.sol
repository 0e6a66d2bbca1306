// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What the registry makes of an entry
/// @notice 96 bits, as 12 bytes in the filing's event: `outcome u8 · findings u24 · breaches u32 · undetermined u32`
/// (`docs/spec/protocol.md`, section 4).
library Decision {
    // Rules, by the number of their bit in breaches and in undetermined.
    uint256 internal constant RATE_BIT = 0;
    uint256 internal constant SETTLEMENT_BIT = 1;
    uint256 internal constant COST_BIT = 2;
    uint256 internal constant DEDUCTION_BIT = 3;
    uint256 internal constant AMOUNT_BIT = 4;
    uint256 internal constant TERM_BIT = 5;
    uint256 internal constant INCOME_BIT = 6;
    uint256 internal constant PLATFORM_CAP_BIT = 7;
    uint256 internal constant MARKET_CAP_BIT = 8;
    uint256 internal constant OPEN_LOANS_BIT = 9;
    uint256 internal constant COOLING_OFF_BIT = 10;
    uint256 internal constant STREAK_BIT = 11;
    uint256 internal constant FREQUENCY_BIT = 12;
    uint256 internal constant DISCLOSURE_BIT = 13;
    uint256 internal constant BARRED_BIT = 14;
    uint256 internal constant LICENCE_BIT = 15;
    uint256 internal constant LATE_BIT = 16;
    uint256 internal constant FUTURE_BIT = 17;
    uint256 internal constant ROLLOVER_BIT = 18;
    uint256 internal constant WITHDRAWAL_BIT = 19;
    uint256 internal constant LIFETIME_COST_BIT = 20;
    uint256 internal constant DAILY_COST_BIT = 21;
    uint256 internal constant DEFAULT_CHARGE_BIT = 22;
    uint256 internal constant CONTACT_BIT = 23;
    uint256 internal constant COMPLAINT_BIT = 24;
    uint256 internal constant PILOT_BIT = 25;
    uint256 internal constant CUSTOM_BIT = 26;

    // The same as masks.
    uint256 internal constant RATE = 1 << RATE_BIT;
    uint256 internal constant SETTLEMENT = 1 << SETTLEMENT_BIT;
    uint256 internal constant COST = 1 << COST_BIT;
    uint256 internal constant DEDUCTION = 1 << DEDUCTION_BIT;
    uint256 internal constant AMOUNT = 1 << AMOUNT_BIT;
    uint256 internal constant TERM = 1 << TERM_BIT;
    uint256 internal constant INCOME = 1 << INCOME_BIT;
    uint256 internal constant PLATFORM_CAP = 1 << PLATFORM_CAP_BIT;
    uint256 internal constant MARKET_CAP = 1 << MARKET_CAP_BIT;
    uint256 internal constant OPEN_LOANS = 1 << OPEN_LOANS_BIT;
    uint256 internal constant COOLING_OFF = 1 << COOLING_OFF_BIT;
    uint256 internal constant STREAK = 1 << STREAK_BIT;
    uint256 internal constant FREQUENCY = 1 << FREQUENCY_BIT;
    uint256 internal constant DISCLOSURE = 1 << DISCLOSURE_BIT;
    uint256 internal constant BARRED = 1 << BARRED_BIT;
    uint256 internal constant LICENCE = 1 << LICENCE_BIT;
    uint256 internal constant LATE = 1 << LATE_BIT;
    uint256 internal constant FUTURE = 1 << FUTURE_BIT;
    uint256 internal constant ROLLOVER = 1 << ROLLOVER_BIT;
    uint256 internal constant WITHDRAWAL = 1 << WITHDRAWAL_BIT;
    uint256 internal constant LIFETIME_COST = 1 << LIFETIME_COST_BIT;
    uint256 internal constant DAILY_COST = 1 << DAILY_COST_BIT;
    uint256 internal constant DEFAULT_CHARGE = 1 << DEFAULT_CHARGE_BIT;
    uint256 internal constant CONTACT = 1 << CONTACT_BIT;
    uint256 internal constant COMPLAINT = 1 << COMPLAINT_BIT;
    uint256 internal constant PILOT = 1 << PILOT_BIT;
    uint256 internal constant CUSTOM = 1 << CUSTOM_BIT;

    /// @dev Rules that other contracts have a say in.
    uint256 internal constant OUTSIDE = PILOT | CUSTOM;

    /// @notice The rules that this registry judges.
    uint256 internal constant SERVED =
        RATE |
            SETTLEMENT |
            COST |
            DEDUCTION |
            AMOUNT |
            TERM |
            INCOME |
            PLATFORM_CAP |
            MARKET_CAP |
            OPEN_LOANS |
            COOLING_OFF |
            STREAK |
            FREQUENCY |
            DISCLOSURE |
            BARRED |
            LICENCE |
            LATE |
            FUTURE |
            ROLLOVER |
            WITHDRAWAL |
            LIFETIME_COST |
            DAILY_COST |
            DEFAULT_CHARGE |
            CONTACT |
            COMPLAINT |
            PILOT |
            CUSTOM;

    /// @notice All rules that have a bit.
    uint256 internal constant RULES = 2 ** 27 - 1;

    // Findings, by their bit. Those to NOT_FOUNDING refuse, and so do FORBIDDEN and NO_AUTHORITY.
    uint256 internal constant MALFORMED = 1 << 0;
    uint256 internal constant NO_VERSION = 1 << 1;
    uint256 internal constant NO_LOAN = 1 << 2;
    uint256 internal constant FULL = 1 << 3;
    uint256 internal constant WIDTH = 1 << 4;
    uint256 internal constant LAPSED = 1 << 5;
    uint256 internal constant NOT_FOUNDING = 1 << 6;
    uint256 internal constant EXCESS = 1 << 8;
    uint256 internal constant SHORT = 1 << 9;
    uint256 internal constant WINDOW = 1 << 10;
    uint256 internal constant SECONDARY = 1 << 11;
    uint256 internal constant STALE = 1 << 12;
    uint256 internal constant FORBIDDEN = 1 << 13;
    uint256 internal constant NO_AUTHORITY = 1 << 14;
    uint256 internal constant PENDING = 1 << 15;
    uint256 internal constant CORRECTED = 1 << 16;

    /// @dev Bytes of a decision.
    uint256 internal constant BYTES = 12;

    /// @dev The decision on what breaches nothing.
    uint256 internal constant ACCEPTED = 1 << 88;
    uint256 private constant FLAGGED = 2 << 88;
    uint256 private constant REFUSED = 3 << 88;

    /// @notice A bit that is set if the condition holds.
    /// @dev Plain equivalent: `holds ? 1 << bit : 0`, which jumps: some 350 gas an entry more.
    function mark(bool holds, uint256 bit) internal pure returns (uint256 set) {
        assembly ("memory-safe") {
            set := shl(bit, holds)
        }
    }

    /// @notice Makes room for `count` decisions.
    function room(uint256 count) internal pure returns (bytes memory decisions) {
        // One word more, because decisions are written a word at a time. Unchecked: an entry has two bytes at least.
        unchecked {
            return new bytes(BYTES * count + 32);
        }
    }

    /// @notice Writes decision number `k`.
    /// @dev What follows its 12 bytes in the word is overwritten by the next one, or cut off by {shorten}. The plain equivalent, 12 times
    /// `bytes[i] = …`, costs some 900 gas an entry more.
    function write(bytes memory decisions, uint256 k, uint256 decision) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(decisions, 0x20), mul(12, k)), shl(160, decision))
        }
    }

    /// @notice Where the first decision is to be put.
    function first(bytes memory decisions) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := add(decisions, 0x20)
        }
    }

    /// @notice Writes the decision that is next, as {write} does, and says where the one after it is to be put.
    function put(uint256 place, uint256 decision) internal pure returns (uint256 next) {
        assembly ("memory-safe") {
            mstore(place, shl(160, decision))
            next := add(place, 12)
        }
    }

    /// @notice Writes other decisions from `place` on, as {copy} does, and says where the one after them is to be put.
    function putAll(uint256 place, bytes memory others) internal pure returns (uint256 next) {
        assembly ("memory-safe") {
            next := add(place, mload(others))
            for {
                let from := add(others, 0x20)
            } lt(place, next) {
                from := add(from, 0x20)
                place := add(place, 0x20)
            } {
                mstore(place, mload(from))
            }
        }
    }

    /// @notice Leaves the decisions that were put, of which the next one would be at `place`; see {shorten}.
    function finish(bytes memory decisions, uint256 place) internal pure {
        assembly ("memory-safe") {
            mstore(decisions, sub(sub(place, decisions), 0x20))
        }
    }

    /// @notice Writes other decisions from number `k` on.
    /// @dev Copies whole words, as {write} does. Plain equivalent: {write} for each.
    function copy(bytes memory decisions, uint256 k, bytes memory others) internal pure {
        assembly ("memory-safe") {
            let to := add(add(decisions, 0x20), mul(12, k))
            let from := add(others, 0x20)
            for {
                let end := add(from, mload(others))
            } lt(from, end) {
                from := add(from, 0x20)
                to := add(to, 0x20)
            } {
                mstore(to, mload(from))
            }
        }
    }

    /// @notice Leaves the first `count` decisions.
    /// @dev Plain equivalent: a copy of them.
    function shorten(bytes memory decisions, uint256 count) internal pure {
        assembly ("memory-safe") {
            mstore(decisions, mul(12, count))
        }
    }

    /// @notice Refused for what it is, without being judged.
    function refusal(uint256 finding) internal pure returns (uint256) {
        return REFUSED | (finding << 64);
    }

    /// @notice A decision with what else was found, if anything, which refuses nothing.
    function withFinding(uint256 decision, uint256 finding) internal pure returns (uint256) {
        return (decision == ACCEPTED && finding != 0 ? FLAGGED : decision) | (finding << 64);
    }

    function isRefused(uint256 decision) internal pure returns (bool) {
        return decision >= REFUSED;
    }

    /// @notice The decision on a question: a breach refuses it where the limits say so.
    /// @param word The version's first word, with its masks of rules.
    function onQuestion(uint256 word, uint256 breaches, uint256 undetermined) internal pure returns (uint256) {
        uint256 on = (word >> 208) & 0xffffffff;
        breaches &= on;
        undetermined &= on & ~breaches;
        uint256 bits = (breaches << 32) | undetermined;
        // `refuse` and `undeterminedRefuse` stand side by side in the version, as the two sets do in the decision.
        if (bits & (word >> 144) & 0xffffffffffffffff != 0) return REFUSED | bits;
        return bits == 0 ? ACCEPTED : FLAGGED | bits;
    }

    /// @notice The decision on a fact: whatever it breaches, it has happened.
    function onFact(
        uint256 word,
        uint256 findings,
        uint256 breaches,
        uint256 undetermined
    ) internal pure returns (uint256) {
        uint256 on = (word >> 208) & 0xffffffff;
        breaches &= on;
        undetermined &= on & ~breaches;
        uint256 bits = (findings << 64) | (breaches << 32) | undetermined;
        return bits == 0 ? ACCEPTED : FLAGGED | bits;
    }
}
