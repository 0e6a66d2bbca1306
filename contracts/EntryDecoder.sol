// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DecodedDecision, DecodedEntry, IEntryDecoder} from "./interfaces/IEntryDecoder.sol";
import {FieldReader, Reader} from "./libraries/FieldReader.sol";
import {Schedule} from "./libraries/Schedule.sol";
import {EntryWords, Words} from "./libraries/Words.sol";

/// @title EntryDecoder
/// @notice See {IEntryDecoder}. Written apart from {Entry}, which reads for judging and no more than that needs.
contract EntryDecoder is IEntryDecoder {
    using FieldReader for Reader;

    uint256 private constant MAX_ENTRIES = 256;
    uint256 private constant DECISION_BYTES = 12;
    uint256 private constant PRODUCTS = 2 ** 11;

    // Kinds that are told apart outside `_readOwn`.
    uint256 private constant OPENED = 1;
    uint256 private constant EXTENDED = 5;
    uint256 private constant BARRED = 12;

    /// @inheritdoc IEntryDecoder
    function decode(bytes calldata entry) external pure returns (DecodedEntry memory) {
        uint256 start = Schedule.pointer(entry, 0);
        return _decode(start, start + entry.length, Words.ofEntries());
    }

    /// @inheritdoc IEntryDecoder
    function decodeFiling(bytes calldata entries) external pure returns (DecodedEntry[] memory decoded) {
        uint256 begin = Schedule.pointer(entries, 0);
        uint256 end = begin + entries.length;
        EntryWords memory words = Words.ofEntries();
        uint256 count = 0;
        uint256 next = begin;
        while (next < end) (, next) = _frame(next, end, count++);
        decoded = new DecodedEntry[](count);
        next = begin;
        for (uint256 i = 0; i < count; i++) {
            uint256 start;
            (start, next) = _frame(next, end, i);
            decoded[i] = _decode(start, next, words);
        }
    }

    /// @inheritdoc IEntryDecoder
    function decodeDecisions(bytes calldata decisions) external pure returns (DecodedDecision[] memory decoded) {
        string[] memory outcomes = Words.ofOutcomes();
        string[] memory findings = Words.ofFindings();
        string[] memory rules = Words.ofRules();
        decoded = new DecodedDecision[]((decisions.length + DECISION_BYTES - 1) / DECISION_BYTES);
        for (uint256 i = 0; i < decisions.length / DECISION_BYTES; i++) {
            uint256 word = Schedule.read(Schedule.pointer(decisions, i * DECISION_BYTES));
            uint256 outcome = word >> 248;
            DecodedDecision memory decision = decoded[i];
            if (outcome != 0 && outcome <= outcomes.length) decision.outcome = outcomes[outcome - 1];
            decision.findings = Words.ofBits((word >> 224) & 0xffffff, findings);
            decision.breaches = Words.ofBits((word >> 192) & 0xffffffff, rules);
            decision.undetermined = Words.ofBits((word >> 160) & 0xffffffff, rules);
        }
    }

    /// @dev The entry that is framed at the start of [from, end), which is not empty: where it starts and ends. What makes no frame is an entry of no bytes.
    function _frame(uint256 from, uint256 end, uint256 index) private pure returns (uint256 start, uint256 next) {
        start = from + 2;
        next = start + (Schedule.read(from) >> 240);
        if (index == MAX_ENTRIES || next > end) return (end, end);
    }

    /// @dev The entry in [start, end) of calldata.
    function _decode(
        uint256 start,
        uint256 end,
        EntryWords memory words
    ) private pure returns (DecodedEntry memory entry) {
        Reader memory r = FieldReader.begin(start, end);
        uint256 kind = r.take(1);
        if (kind == 0 || kind > words.kinds.length) return _malformed();
        entry.kind = words.kinds[kind - 1];
        if (kind == OPENED) _readOpened(entry, r, words);
        else _readEvent(entry, r, words, kind);
        if (r.malformed || r.next != r.end) return _malformed();
        entry.fields = r.read();
        entry.borrowerKind = words.borrowers[(uint256(entry.borrower) >> 248) - 1];
        if (r.wide) entry.flaw = "WIDTH";
    }

    function _malformed() private pure returns (DecodedEntry memory entry) {
        entry.flaw = "MALFORMED";
    }

    function _readBorrower(DecodedEntry memory entry, Reader memory r, EntryWords memory words) private pure {
        uint256 borrower = r.take(32);
        entry.borrower = bytes32(borrower);
        uint256 kind = borrower >> 248;
        r.expect(kind != 0 && kind <= words.borrowers.length);
    }

    function _readOpened(DecodedEntry memory entry, Reader memory r, EntryWords memory words) private pure {
        uint256 flags = r.take(1);
        uint256 basis = flags & 3;
        r.put("basis", basis, words.bases[basis]);
        if (flags & 32 != 0) r.put("firstDraw", 1);
        r.expect(flags & 48 != 48);
        _readBorrower(entry, r, words);
        entry.time = r.takeTime();
        r.putBelow("product", 2, PRODUCTS);
        r.putPositive("principal");
        r.putNumber("disclosed", 4);
        if (flags & 4 != 0) r.putPositive("cash");
        if (flags & 8 != 0) r.putAmount("income");
        if (flags & 16 != 0) r.putRef("line");
        if (flags & 64 != 0) r.putRef("predecessor");
        if (flags & 128 != 0) r.putPlatform("lender");
        if (basis == 1) {
            r.putCode("reason", words.outages, 1);
            r.putNumber("deadline", 4);
        }
        entry.legs = r.takeLegs(words.units);
    }

    /// @dev All kinds but `Opened`.
    function _readEvent(
        DecodedEntry memory entry,
        Reader memory r,
        EntryWords memory words,
        uint256 kind
    ) private pure {
        uint256 flags = r.take(1);
        r.expect(flags & (kind == EXTENDED ? 0xe0 : 0xfc) == 0);
        if (flags & 1 != 0) r.put("founded", 1);
        if (kind == EXTENDED) {
            if (flags & 4 != 0) r.put("asked", 1);
            uint256 extension = (flags >> 3) & 3;
            r.put("extension", extension, words.extensions[extension]);
        }
        _readBorrower(entry, r, words);
        if (flags & 2 != 0) entry.order = r.takeOrder();
        if (kind != BARRED) entry.ref = r.takeRef();
        entry.time = r.takeTime();
        _readOwn(entry, r, words, kind);
    }

    /// @dev What follows the prefix.
    function _readOwn(DecodedEntry memory entry, Reader memory r, EntryWords memory words, uint256 kind) private pure {
        if (kind == 2) {
            r.putAmount("amount");
        } else if (kind == 3) {
            uint256 principal = r.putAmount("principal");
            r.expect(r.putAmount("charges") | principal != 0);
        } else if (kind == 4) {
            r.putCode("reason", words.reasons, 1);
            r.putAmount("principal");
            r.putAmount("charges");
        } else if (kind == EXTENDED) {
            r.putAmount("fee");
            r.putAmount("writeDown");
            r.putAmount("paid");
            entry.legs = r.takeLegs(words.units);
        } else if (kind == 6) {
            r.putNumber("daysPastDue", 2);
            r.putAmount("amountOverdue");
            r.putAmount("defaultCharges");
            r.putNumber("contractRate", 8);
        } else if (kind == 7) {
            r.putNumber("channel", 1);
            r.putCode("party", words.parties, 0);
            r.putCode("agent", words.agents, 0);
        } else if (kind == 8) {
            r.putNumber("topic", 1);
        } else if (kind == 9) {
            r.putRef("complaint");
            r.putNumber("outcome", 1);
        } else if (kind == 10) {
            r.putPlatform("to");
            r.putCode("side", words.sides, 0);
        } else if (kind == 11) {
            r.putRef("superseded");
            r.putCode("what", words.corrections, 0);
            r.putAmount("value");
            r.putNumber("why", 1);
        } else {
            r.putNumber("until", 4);
            r.putNumber("why", 1);
        }
    }
}
