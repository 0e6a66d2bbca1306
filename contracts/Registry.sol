// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {ILicences} from "./interfaces/ILicences.sol";
import {Filing, IRegistry} from "./interfaces/IRegistry.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";
import {ISandbox} from "./interfaces/ISandbox.sol";
import {Book, BookWords} from "./libraries/Book.sol";
import {Chains} from "./libraries/Chains.sol";
import {FilingFacts} from "./libraries/Context.sol";
import {Counts} from "./libraries/Counts.sol";
import {Decision} from "./libraries/Decision.sol";
import {Judge} from "./libraries/Judge.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {Notes} from "./libraries/Notes.sol";
import {PlatformState, RegistryState} from "./libraries/State.sol";

/// @title Registry
/// @notice See {IRegistry}. This contract checks and seals filings and keeps the state; {Judge} judges their entries.
contract Registry is IRegistry {
    bytes32 private constant DOMAIN_TYPE = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant FILING_TYPE = keccak256(
        "Filing(uint24 platform,uint32 number,bytes32 previous,bytes32 recordsRoot,bytes entries)"
    );

    uint32 private constant MAX_NUMBER = 2 ** 28 - 1;
    uint256 private constant FOUNDING_CLOSED = 1 << 32;

    /// @inheritdoc IRegistry
    ILicences public immutable licences;
    /// @inheritdoc IRegistry
    IRulebook public immutable rulebook;
    /// @inheritdoc IRegistry
    IRegistry public immutable predecessor;
    /// @inheritdoc IRegistry
    ISandbox public immutable sandbox;

    uint256 private immutable _chainId;
    bytes32 private immutable _domainSeparator;

    /// @dev At slot 0 (`docs/design/state.md`).
    RegistryState private _state;

    constructor(ILicences licences_, IRulebook rulebook_, IRegistry predecessor_, ISandbox sandbox_) {
        licences = licences_;
        rulebook = rulebook_;
        predecessor = predecessor_;
        sandbox = sandbox_;
        _chainId = block.chainid;
        _domainSeparator = _separator();
    }

    // Filing

    /// @inheritdoc IRegistry
    function file(Filing calldata filing, bytes calldata signature) external returns (bytes memory decisions) {
        FilingFacts memory facts;
        address key = _identify(filing.platform, facts);
        bytes32 head = _check(filing, signature, key, facts);
        // A nil return has nothing to judge.
        if (filing.entries.length != 0) {
            (facts.licences, facts.rulebook, facts.predecessor) = (licences, rulebook, predecessor);
            (decisions, facts.foundingClosed) = Judge.judge(_state, facts, filing.entries);
        }

        PlatformState storage platform = _state.platforms[facts.platform];
        platform.head = head;
        // What is counted against it may have changed meanwhile.
        platform.last = (platform.last & Counts.MASK) | facts.number | (facts.foundingClosed ? FOUNDING_CLOSED : 0);
        _state.seals[(facts.platform << 32) | facts.number] = keccak256(
            abi.encode(head, block.timestamp, keccak256(decisions))
        );
        emit Filed(
            uint24(facts.platform),
            uint32(facts.number),
            head,
            filing.recordsRoot,
            uint40(block.timestamp),
            filing.entries,
            decisions,
            signature
        );
    }

    /// @dev Who files: the platform's key, and what its licence says.
    function _identify(uint24 platform, FilingFacts memory facts) private view returns (address key) {
        address inService;
        (inService, key, facts.group, facts.active, facts.foundingUntil, facts.authority) = licences.filer(platform);
        if (inService != address(this)) revert Registry_NotInService(inService);
        if (key == address(0)) revert Registry_NoKey(platform);
        facts.platform = platform;
    }

    /// @dev Number, chain and signature. Returns the filing's head.
    function _check(
        Filing calldata filing,
        bytes calldata signature,
        address key,
        FilingFacts memory facts
    ) private view returns (bytes32 head) {
        uint32 number;
        (number, head, facts.foundingClosed) = platformState(uint24(facts.platform));
        if (number == MAX_NUMBER) revert Registry_NumbersExhausted(uint24(facts.platform));
        // Unchecked: just compared.
        unchecked {
            number++;
        }
        if (filing.number != number) revert Registry_WrongNumber(number, filing.number);
        if (filing.previous != head) revert Registry_WrongPrevious(head, filing.previous);
        facts.number = number;
        head = _headOf(facts.platform, number, head, filing.recordsRoot, keccak256(filing.entries));
        // Low `s` only, and no zero signer.
        (address signer, , ) = ECDSA.tryRecoverCalldata(head, signature);
        if (signer != key) revert Registry_WrongSignature(key, signer);
    }

    // Views

    /// @inheritdoc IRegistry
    function headOf(Filing calldata filing) public view returns (bytes32) {
        return _headOf(filing.platform, filing.number, filing.previous, filing.recordsRoot, keccak256(filing.entries));
    }

    /// @inheritdoc IRegistry
    function platformState(uint24 platform) public view returns (uint32 number, bytes32 head, bool foundingClosed) {
        PlatformState storage s = _state.platforms[platform];
        uint256 last = s.last;
        (number, head, foundingClosed) = (uint32(last), s.head, last & FOUNDING_CLOSED != 0);
        if (number == 0 && address(predecessor) != address(0)) return predecessor.platformState(platform);
    }

    /// @inheritdoc IRegistry
    function countsOf(uint24 platform) external view returns (uint256 outages, uint256 stale) {
        uint256 last = _state.platforms[platform].last;
        (outages, stale) = (Counts.outages(last), Counts.stale(last));
        if (address(predecessor) == address(0)) return (outages, stale);
        (uint256 outagesBefore, uint256 staleBefore) = predecessor.countsOf(platform);
        return (outages + outagesBefore, stale + staleBefore);
    }

    /// @inheritdoc IRegistry
    function sealOf(uint24 platform, uint32 number) external view returns (bytes32 seal) {
        seal = _state.seals[(uint256(platform) << 32) | number];
        if (seal == 0 && address(predecessor) != address(0)) return predecessor.sealOf(platform, number);
    }

    /// @inheritdoc IRegistry
    function bookOf(
        bytes32 borrower
    ) external view returns (uint256 head, uint256 detail, uint256[] memory slots, uint256[] memory details) {
        BookWords storage book = _state.books[borrower];
        if (book.head == 0 && address(predecessor) != address(0)) return predecessor.bookOf(borrower);
        head = Ledger.meant(book.head);
        detail = book.detail;
        uint256 n = Book.count(head);
        slots = new uint256[](n);
        details = new uint256[](n);
        for (uint256 k = 0; k < n; k++) (slots[k], details[k]) = (book.slots[k], book.details[k]);
    }

    /// @inheritdoc IRegistry
    function lineOf(bytes32 borrower, uint64 ref) external view returns (uint256 opened) {
        opened = _state.lines[Ledger.lineKey(borrower, ref)];
        if (opened == 0 && address(predecessor) != address(0)) return predecessor.lineOf(borrower, ref);
    }

    /// @inheritdoc IRegistry
    function chainOf(bytes32 borrower, uint64 ref) external view returns (uint256) {
        return Chains.load(_state, predecessor, borrower, ref);
    }

    /// @inheritdoc IRegistry
    function conductOf(bytes32 borrower) external view returns (uint256) {
        if (_state.books[borrower].head == 0 && address(predecessor) != address(0)) {
            return predecessor.conductOf(borrower);
        }
        return _state.conducts[borrower];
    }

    /// @inheritdoc IRegistry
    function noteOf(bytes32 borrower, uint64 ref, uint8 tag) external view returns (uint256) {
        return Notes.load(_state, predecessor, borrower, ref, tag);
    }

    /// @inheritdoc IRegistry
    function servedRules() external pure returns (uint32) {
        return uint32(Decision.SERVED);
    }

    /// @inheritdoc IRegistry
    function domainSeparator() public view returns (bytes32) {
        // A fork of the chain has another id, and filings for one must not be good for the other.
        return block.chainid == _chainId ? _domainSeparator : _separator();
    }

    // Inside

    function _separator() private view returns (bytes32) {
        return
            keccak256(abi.encode(DOMAIN_TYPE, keccak256("Tallystick"), keccak256("1"), block.chainid, address(this)));
    }

    function _headOf(
        uint256 platform,
        uint256 number,
        bytes32 previous,
        bytes32 recordsRoot,
        bytes32 entriesHash
    ) private view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(FILING_TYPE, platform, number, previous, recordsRoot, entriesHash));
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(), structHash));
    }
}
