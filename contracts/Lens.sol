// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    ILens,
    ReadableEntry,
    ReadableExposure,
    ReadableLeg,
    ReadableLoan,
    ReadableOpening
} from "./interfaces/ILens.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Book} from "./libraries/Book.sol";
import {Decision} from "./libraries/Decision.sol";
import {Entry} from "./libraries/Entry.sol";
import {Schedule} from "./libraries/Schedule.sol";
import {LoanEvent, Opening} from "./libraries/Scratch.sol";

/// @title Lens
/// @notice See {ILens}. Well-formed is what the registry's own code calls so.
contract Lens is ILens {
    uint256 private constant MAX_ENTRIES = 256;
    uint256 private constant FIXED_BYTES = 49;

    /// @inheritdoc ILens
    function split(bytes calldata entries) external pure returns (bytes[] memory frames) {
        uint256 count = 0;
        for (uint256 end = 0; end < entries.length; count++) end = _next(entries, end, count);
        frames = new bytes[](count);
        uint256 start = 0;
        for (uint256 i = 0; i < count; i++) {
            uint256 end = _next(entries, start, i);
            if (i < MAX_ENTRIES && end == start + 2 + _length(entries, start)) frames[i] = entries[start + 2:end];
            start = end;
        }
    }

    /// @inheritdoc ILens
    function decode(bytes calldata entry) external pure returns (ReadableEntry memory e) {
        uint256 start = Schedule.pointer(entry, 0);
        uint256 end = start + entry.length;
        e.kind = entry.length == 0 ? 0 : uint8(entry[0]);
        e.name = _nameOf(e.kind);
        if (e.kind == Entry.OPENED) _decodeOpened(e, entry, start, end);
        else if (e.kind >= Entry.DISBURSED && e.kind <= Entry.CLOSED) _decodeEvent(e, entry, start, end);
        else if (!Entry.isWhole(start, end)) e.finding = Decision.MALFORMED;
        else (e.finding, e.rest) = (Decision.UNSUPPORTED, entry[2:]);
    }

    /// @inheritdoc ILens
    function decodeDecision(
        bytes12 decision
    ) external pure returns (uint8 outcome, uint24 findings, uint32 breaches, uint32 undetermined) {
        uint96 bits = uint96(decision);
        return (uint8(bits >> 88), uint24(bits >> 64), uint32(bits >> 32), uint32(bits));
    }

    /// @inheritdoc ILens
    function exposureOf(address registry, bytes32 borrower) external view returns (ReadableExposure memory x) {
        (uint256 head, uint256 detail, uint256[] memory slots, uint256[] memory details) = IRegistry(registry).bookOf(
            borrower
        );
        x.lastClosed = uint40(Book.lastClosed(head));
        x.newestOpening = uint40(Book.newest(head));
        uint256 first = head & Book.PRESENT == 0 ? 0 : 1;
        x.loans = new ReadableLoan[](first + slots.length);
        if (first != 0) {
            _describe(x.loans[0], head, detail);
            x.loans[0].opened = x.newestOpening;
            if (head & Book.DETAILED == 0) x.loans[0].principal = x.loans[0].outstanding;
        }
        for (uint256 k = 0; k < slots.length; k++) {
            ReadableLoan memory loan = x.loans[first + k];
            _describe(loan, slots[k], details[k]);
            loan.holder = uint24(Book.holder(slots[k]));
            loan.opened = uint40(Book.opened(slots[k]));
            loan.principal = uint40(Book.slotPrincipal(slots[k]));
            loan.chargedOff = slots[k] & Book.CHARGED_OFF != 0;
            if (slots[k] & Book.DRAW != 0) loan.line = _refOf(Book.lineName(slots[k]));
        }
        for (uint256 i = 0; i < x.loans.length; i++) x.outstanding += x.loans[i].outstanding;
    }

    // Entries

    function _decodeOpened(ReadableEntry memory e, bytes calldata entry, uint256 start, uint256 end) private pure {
        Opening memory o;
        e.finding = Entry.readOpened(o, start, end);
        if (e.finding == Decision.MALFORMED) return;
        e.borrower = o.borrower;
        e.time = uint32(Entry.time(o.facts));
        e.founded = o.flags & Entry.BASIS == Entry.FOUNDED;
        ReadableOpening memory r = e.opening;
        r.basis = uint8(o.flags & Entry.BASIS);
        r.product = uint16(Entry.product(o.facts));
        r.principal = uint40(Entry.principal(o.facts));
        r.disclosed = uint32(Entry.disclosed(o.facts));
        r.cash = uint40(o.cash);
        r.firstDraw = o.flags & Entry.FIRST_DRAW != 0;
        uint256 place = FIXED_BYTES + (o.flags & 4 == 0 ? 0 : 5);
        if (o.flags & 8 != 0) {
            (r.hasIncome, r.income) = (true, uint40(bytes5(entry[place:place + 5])));
            place += 5;
        }
        if (o.flags & Entry.LATER_DRAW != 0) {
            r.line = uint64(o.line);
            place += 8;
        }
        if (o.flags & 64 != 0) {
            r.predecessor = uint64(bytes8(entry[place:place + 8]));
            place += 8;
        }
        if (o.flags & 128 != 0) {
            r.lender = uint24(bytes3(entry[place:place + 3]));
            place += 3;
        }
        if (o.flags & Entry.BASIS == Entry.OUTAGE) {
            (r.outageReason, r.deadline) = (uint8(entry[place]), uint32(o.deadline));
        }
        r.legs = _legsAt(o.schedule);
    }

    function _decodeEvent(ReadableEntry memory e, bytes calldata entry, uint256 start, uint256 end) private pure {
        LoanEvent memory n;
        e.finding = Entry.readEvent(n, start, end);
        if (e.finding == Decision.MALFORMED) return;
        e.borrower = n.borrower;
        e.founded = n.founded;
        e.loan = uint64(bytes8(entry[34:42]));
        e.time = uint32(n.time);
        e.amount = uint40(n.principal);
        e.charges = uint40(n.charges);
        e.reason = e.kind == Entry.CLOSED ? uint8(n.reason) : 0;
        if (uint8(entry[1]) & 2 != 0) e.order = bytes32(entry[entry.length - 32:]);
    }

    function _legsAt(uint256 start) private pure returns (ReadableLeg[] memory legs) {
        legs = new ReadableLeg[](Schedule.read(start) >> 240);
        start += 2;
        for (uint256 i = 0; i < legs.length; i++) {
            uint256 word = Schedule.read(start);
            bool stepped = word & Schedule.STEPPED != 0;
            legs[i] = ReadableLeg({
                count: uint16(word >> 240),
                unit: uint8(word >> 232) & 0x7f,
                gap: uint16(word >> 216),
                amount: uint40(word >> 176),
                step: stepped ? uint56(word >> 120) : 0
            });
            start += stepped ? 17 : 10;
        }
    }

    // Frames

    /// @dev Where the entry after the one at `start` begins.
    function _next(bytes calldata entries, uint256 start, uint256 index) private pure returns (uint256) {
        uint256 end = start + 2 + _length(entries, start);
        return index >= MAX_ENTRIES || end > entries.length ? entries.length : end;
    }

    /// @dev Beyond any end if there is no whole length.
    function _length(bytes calldata entries, uint256 start) private pure returns (uint256) {
        if (start + 2 > entries.length) return type(uint16).max;
        return uint16(bytes2(entries[start:start + 2]));
    }

    // Books

    /// @dev What the head and a slot have in common.
    function _describe(ReadableLoan memory loan, uint256 word, uint256 detail) private pure {
        loan.ref = _refOf(Book.name(word));
        loan.holder = uint24(Book.platform(word));
        loan.product = uint16(Book.product(word));
        loan.outstanding = uint40(Book.outstanding(word));
        loan.term = uint16(Book.term(word));
        loan.unconfirmed = word & Book.UNCONFIRMED != 0;
        if (word & Book.DETAILED == 0) return;
        loan.principal = uint40(Book.detailPrincipal(detail));
        loan.charges = uint40(Book.charges(detail));
    }

    /// @dev The wire's 64 bits from the 54 of state.
    function _refOf(uint256 name) private pure returns (uint64) {
        return uint64(((name >> 36) << 40) | (name & (2 ** 36 - 1)));
    }

    function _nameOf(uint256 kind) private pure returns (string memory) {
        string[13] memory names = [
            "",
            "Opened",
            "Disbursed",
            "Repaid",
            "Closed",
            "Extended",
            "Overdue",
            "Contacted",
            "Complained",
            "Answered",
            "Assigned",
            "Corrected",
            "Barred"
        ];
        return kind < names.length ? names[kind] : "";
    }
}
