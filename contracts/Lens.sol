// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    ILens,
    ReadableChain,
    ReadableComplaint,
    ReadableConduct,
    ReadableExposure,
    ReadableLoan
} from "./interfaces/ILens.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Book} from "./libraries/Book.sol";
import {Chain} from "./libraries/Chain.sol";
import {Conducts} from "./libraries/Conducts.sol";
import {Decision} from "./libraries/Decision.sol";
import {Limits, Terms} from "./libraries/Limits.sol";
import {Notes} from "./libraries/Notes.sol";

/// @title Lens
/// @notice See {ILens}.
contract Lens is ILens {
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
            loan.chargedOff = slots[k] & Book.CHARGED_OFF != 0;
            loan.stale = slots[k] & Book.STALE != 0;
            if (slots[k] & Book.DRAW != 0) loan.line = _refOf(Book.lineName(slots[k]));
        }
        for (uint256 i = 0; i < x.loans.length; i++) x.outstanding += x.loans[i].outstanding;
    }

    /// @inheritdoc ILens
    function conductOf(address registry, bytes32 borrower) external view returns (ReadableConduct memory x) {
        uint256 word = IRegistry(registry).conductOf(borrower);
        x.defaultAt = uint40(Conducts.defaultAt(word));
        x.barredFrom = uint40(Conducts.barredFrom(word));
        x.barredUntil = uint40(Conducts.barredUntil(word));
        x.lastContact = uint40(Conducts.lastContact(word));
        x.lastConversation = uint40(Conducts.lastConversation(word));
        uint256 counts = Conducts.counts(word);
        for (uint256 k = 0; k < x.contacts.length; k++) x.contacts[k] = uint8(counts >> (8 * k));
    }

    /// @inheritdoc ILens
    function chainOf(address registry, bytes32 borrower, uint64 ref) external view returns (ReadableChain memory x) {
        uint256 word = IRegistry(registry).chainOf(borrower, ref);
        x.predecessor = uint64(Chain.predecessor(word));
        x.charges = uint40(Chain.charges(word));
        x.largest = uint40(Chain.largest(word));
        x.renewals = uint8(Chain.renewals(word));
        x.renewal = word & Chain.RENEWAL != 0;
        x.refinanced = word & Chain.FINAL != 0;
        x.holder = uint24(Chain.holder(word));
    }

    /// @inheritdoc ILens
    function complaintOf(
        address registry,
        bytes32 borrower,
        uint64 ref
    ) external view returns (ReadableComplaint memory x) {
        uint256 note = IRegistry(registry).noteOf(borrower, ref, uint8(Notes.COMPLAINT));
        if (note == 0) return x;
        x.loan = _refOf(Notes.loanOf(note));
        x.platform = uint24(Notes.platformOf(note));
        x.product = uint16(Notes.productOf(note));
        x.complained = uint40(Notes.complainedAt(note));
        x.answered = uint40(Notes.answeredAt(note));
        (uint256[10] memory words, , ) = IRegistry(registry).rulebook().limitsAt(
            x.product,
            uint8(uint256(borrower) >> 248),
            uint40(Notes.openedAt(note))
        );
        Terms limits = Limits.terms(words);
        if (limits.on() & Decision.COMPLAINT == 0) return x;
        x.due = x.complained + uint40(limits.answerWithin());
        x.late = (x.answered == 0 ? block.timestamp : x.answered) > x.due;
    }

    /// @dev What the head and a slot have in common.
    function _describe(ReadableLoan memory loan, uint256 word, uint256 detail) private pure {
        loan.ref = _refOf(Book.name(word));
        loan.holder = uint24(Book.platform(word));
        loan.product = uint16(Book.product(word));
        loan.principal = uint40(Book.principal(word));
        loan.outstanding = loan.principal;
        loan.term = uint16(Book.term(word));
        loan.unconfirmed = word & Book.UNCONFIRMED != 0;
        if (word & Book.DETAILED == 0) return;
        loan.outstanding = uint40(Book.owed(detail));
        loan.charges = uint40(Book.charges(detail));
        loan.linked = detail & Book.LINKED != 0;
    }

    /// @dev The wire's 64 bits from the 54 of state.
    function _refOf(uint256 name) private pure returns (uint64) {
        return uint64(((name >> 36) << 40) | (name & (2 ** 36 - 1)));
    }
}
