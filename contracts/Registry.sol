// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {ILicences, Licence, Standing} from "./interfaces/ILicences.sol";
import {Filing, IRegistry} from "./interfaces/IRegistry.sol";
import {IRulebook} from "./interfaces/IRulebook.sol";
import {Book, BookWords} from "./libraries/Book.sol";
import {Decision} from "./libraries/Decision.sol";
import {FilingFacts, Judge} from "./libraries/Judge.sol";
import {Ledger} from "./libraries/Ledger.sol";
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

    /// @inheritdoc IRegistry
    ILicences public immutable licences;
    /// @inheritdoc IRegistry
    IRulebook public immutable rulebook;
    /// @inheritdoc IRegistry
    IRegistry public immutable predecessor;

    uint256 private immutable _chainId;
    bytes32 private immutable _domainSeparator;

    /// @dev At slot 0 (`docs/design/state.md`).
    RegistryState private _state;

    constructor(ILicences licences_, IRulebook rulebook_, IRegistry predecessor_) {
        licences = licences_;
        rulebook = rulebook_;
        predecessor = predecessor_;
        _chainId = block.chainid;
        _domainSeparator = _separator();
    }

    // Filing

    /// @inheritdoc IRegistry
    function file(Filing calldata filing, bytes calldata signature) external returns (bytes memory decisions) {
        uint24 platform = filing.platform;
        (address inService, Licence memory licence) = licences.filer(platform);
        if (inService != address(this)) revert Registry_NotInService(inService);
        if (licence.key == address(0)) revert Registry_NoKey(platform);

        bytes32 head;
        bool foundingClosed;
        (head, foundingClosed) = _check(filing, signature, licence.key);
        (decisions, foundingClosed) = _judge(filing, licence, foundingClosed);

        _state.platforms[platform] = PlatformState(head, filing.number, foundingClosed);
        _state.seals[_sealId(platform, filing.number)] = keccak256(
            abi.encode(head, block.timestamp, keccak256(decisions))
        );
        _emitFiled(filing, signature, head, decisions);
    }

    /// @dev Number, chain and signature. Returns the filing's head.
    function _check(
        Filing calldata filing,
        bytes calldata signature,
        address key
    ) private view returns (bytes32 head, bool foundingClosed) {
        uint32 number;
        (number, head, foundingClosed) = platformState(filing.platform);
        if (number == MAX_NUMBER) revert Registry_NumbersExhausted(filing.platform);
        if (filing.number != number + 1) revert Registry_WrongNumber(number + 1, filing.number);
        if (filing.previous != head) revert Registry_WrongPrevious(head, filing.previous);
        head = headOf(filing);
        // Low `s` only, and no zero signer.
        (address signer, , ) = ECDSA.tryRecoverCalldata(head, signature);
        if (signer != key) revert Registry_WrongSignature(key, signer);
    }

    function _judge(
        Filing calldata filing,
        Licence memory licence,
        bool foundingClosed
    ) private returns (bytes memory, bool) {
        FilingFacts memory facts = FilingFacts({
            licences: licences,
            rulebook: rulebook,
            predecessor: predecessor,
            platform: filing.platform,
            number: filing.number,
            group: licence.group,
            active: licence.standing == Standing.Active,
            foundingUntil: licence.foundingUntil,
            foundingClosed: foundingClosed
        });
        return Judge.judge(_state, facts, filing.entries);
    }

    /// @dev In a function of its own: the stack is short.
    function _emitFiled(
        Filing calldata filing,
        bytes calldata signature,
        bytes32 head,
        bytes memory decisions
    ) private {
        emit Filed(
            filing.platform,
            filing.number,
            head,
            filing.recordsRoot,
            uint40(block.timestamp),
            filing.entries,
            decisions,
            signature
        );
    }

    // Views

    /// @inheritdoc IRegistry
    function headOf(Filing calldata filing) public view returns (bytes32) {
        bytes32 structHash = keccak256(
            abi.encode(
                FILING_TYPE,
                filing.platform,
                filing.number,
                filing.previous,
                filing.recordsRoot,
                keccak256(filing.entries)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(), structHash));
    }

    /// @inheritdoc IRegistry
    function platformState(uint24 platform) public view returns (uint32 number, bytes32 head, bool foundingClosed) {
        PlatformState storage s = _state.platforms[platform];
        (number, head, foundingClosed) = (s.number, s.head, s.foundingClosed);
        if (number == 0 && address(predecessor) != address(0)) return predecessor.platformState(platform);
    }

    /// @inheritdoc IRegistry
    function sealOf(uint24 platform, uint32 number) external view returns (bytes32 seal) {
        seal = _state.seals[_sealId(platform, number)];
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

    function _sealId(uint24 platform, uint32 number) private pure returns (uint256) {
        return (uint256(platform) << 32) | number;
    }
}
