// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Book} from "./libraries/Book.sol";
import {RegistryScene} from "./test/RegistryScene.sol";

/// @notice What holds whatever a platform files. That decisions are right is tested against the twin, in TypeScript.
contract RegistryTest is RegistryScene {
    bytes32 private constant BORROWER = bytes32(uint256(1) << 248);
    uint256 private constant DECISION_BYTES = 12;

    /// Hostile bytes are refused, never a revert; and work is bounded by the bytes.
    function testFuzz_RandomBytesNeverRevert(bytes calldata entries) external {
        (bytes memory decisions, uint256 gasUsed) = file(entries);
        require(decisions.length % DECISION_BYTES == 0, "half a decision");
        require((decisions.length == 0) == (entries.length == 0), "no decision on something");
        for (uint256 i = 0; i < decisions.length; i += DECISION_BYTES) _checkDecision(decisions, i);
        require(gasUsed < 400_000 + 3_000 * entries.length, "more work than bytes");
    }

    /// Framed as an entry of each kind, with hostile fields.
    function testFuzz_HostileFieldsNeverRevert(
        uint8 kind,
        uint8 flags,
        bytes32[8] calldata words,
        uint16 cut
    ) external {
        bytes memory entry = abi.encodePacked(uint8(1 + (kind % 12)), flags, BORROWER, abi.encodePacked(words));
        uint256 length = 34 + (cut % 200);
        assembly ("memory-safe") {
            mstore(entry, length)
        }
        (bytes memory decisions, ) = file(abi.encodePacked(uint16(length), entry, uint16(length), entry));
        require(decisions.length == 2 * DECISION_BYTES, "not two decisions");
    }

    /// Loans of random amounts, paid and closed at random: what is outstanding is the sum over open loans, and only what was
    /// accepted or flagged changed it.
    function testFuzz_OutstandingIsTheSumOfOpenLoans(uint32[24] calldata steps) external {
        uint256 owed = 0;
        uint256[] memory left = new uint256[](steps.length);
        for (uint256 i = 0; i < steps.length; i++) {
            uint256 step = steps[i];
            uint256 amount = 1 + ((step >> 8) % 1_000);
            bytes32 before = _bookHash();
            bytes memory decisions;
            if (step % 3 == 0) (decisions, ) = file(_opened(amount));
            else (decisions, ) = file(_paid(step % 3 == 1, uint32(1 + ((step >> 3) % (i + 1))), amount));
            if (decisions[0] == 0x03) {
                require(_bookHash() == before, "a refused entry changed something");
                continue;
            }
            if (step % 3 == 0) {
                left[i] = amount;
                owed += amount;
            } else {
                uint256 which = (step >> 3) % (i + 1);
                uint256 paid = step % 3 == 1 || amount > left[which] ? left[which] : amount;
                left[which] -= paid;
                owed -= paid;
            }
            require(_outstanding() == owed, "the sum is another");
        }
    }

    /// A filing's seal stays what it was, whatever is filed after it.
    function testFuzz_SealsNeverChange(bytes[4] calldata filings) external {
        bytes32[4] memory seals;
        for (uint32 i = 0; i < 4; i++) {
            file(filings[i]);
            seals[i] = registry.sealOf(platform, i + 1);
            require(seals[i] != 0, "no seal");
            for (uint32 k = 0; k < i; k++) require(registry.sealOf(platform, k + 1) == seals[k], "another seal");
        }
        (uint32 last, bytes32 lastHead, ) = registry.platformState(platform);
        require(last == 4 && lastHead == head, "another chain");
    }

    /// @dev Refused for a finding alone, flagged for something, accepted for nothing.
    function _checkDecision(bytes memory decisions, uint256 place) private pure {
        uint96 word = 0;
        for (uint256 i = 0; i < DECISION_BYTES; i++) word = (word << 8) | uint8(decisions[place + i]);
        uint256 outcome = word >> 88;
        uint256 findings = (word >> 64) & 0xffffff;
        uint64 rules = uint64(word);
        require(outcome >= 1 && outcome <= 3, "no outcome");
        require(findings < 1 << 11, "an unknown finding");
        require((outcome == 1) == (word << 8 == 0), "accepted with a reason");
        if (findings & 0xfd != 0) require(outcome == 3 && rules == 0 && findings & (findings - 1) == 0, "two reasons");
    }

    function _opened(uint256 amount) private pure returns (bytes memory) {
        bytes memory entry = abi.encodePacked(
            uint8(1),
            uint8(2),
            BORROWER,
            uint32(NOW - 100),
            uint16(1),
            uint40(amount),
            uint32(NOW - 200),
            uint16(1),
            uint16(1),
            uint8(0),
            uint16(30),
            uint40(amount)
        );
        return abi.encodePacked(uint16(entry.length), entry);
    }

    /// @dev The first entry of a filing is closed as forgiven, or paid.
    function _paid(bool close, uint32 filing, uint256 amount) private view returns (bytes memory) {
        bytes memory entry = abi.encodePacked(
            uint8(close ? 4 : 3),
            uint8(0),
            BORROWER,
            platform,
            filing,
            uint8(0),
            uint32(NOW)
        );
        if (close) entry = abi.encodePacked(entry, uint8(6), uint40(0), uint40(0));
        else entry = abi.encodePacked(entry, uint40(amount), uint40(1));
        return abi.encodePacked(uint16(entry.length), entry);
    }

    function _outstanding() private view returns (uint256 sum) {
        (uint256 bookHead, uint256 detail, uint256[] memory slots, uint256[] memory details) = registry.bookOf(
            BORROWER
        );
        sum = _owed(bookHead, detail);
        for (uint256 k = 0; k < slots.length; k++) sum += _owed(slots[k], details[k]);
    }

    function _owed(uint256 word, uint256 detail) private pure returns (uint256) {
        return word & Book.DETAILED == 0 ? Book.principal(word) : Book.owed(detail);
    }

    function _bookHash() private view returns (bytes32) {
        (uint256 bookHead, uint256 detail, uint256[] memory slots, uint256[] memory details) = registry.bookOf(
            BORROWER
        );
        return keccak256(abi.encode(bookHead, detail, slots, details));
    }
}
