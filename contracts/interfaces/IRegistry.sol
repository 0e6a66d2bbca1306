// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILicences} from "./ILicences.sol";
import {IRulebook} from "./IRulebook.sol";
import {ISandbox} from "./ISandbox.sol";

/// @notice A numbered batch of entries of one platform, which signs its EIP-712 digest.
/// @param platform Number of its licence.
/// @param number The platform's last filing's plus one; 1 for its first.
/// @param previous The head of the filing before; zero for the first.
/// @param recordsRoot RFC 6962 tree head over the records that the entries summarise. Not looked into.
/// @param entries Frames `length u16 ‖ entry` (`docs/spec/protocol.md`, section 3).
struct Filing {
    uint24 platform;
    uint32 number;
    bytes32 previous;
    bytes32 recordsRoot;
    bytes entries;
}

/// @title Registry: takes filings, judges every entry, keeps what borrowers owe
/// @notice Immutable, and nobody's: no owner, no pause, no upgrade. Anyone may relay a filing, the platform's signature
/// alone gives it force. Nothing within `entries` makes a filing revert: a bad entry is refused, with its reason,
/// and hurts no neighbour.
/// @dev Words of a borrower's book are laid out in `docs/design/state.md`; a lens contract decodes them.
interface IRegistry {
    /// @notice A filing was taken. Everything needed to judge it again is here and in the events of Licences and Rulebook.
    /// @param head EIP-712 digest of the filing: what the platform signed, and the next filing's `previous`.
    /// @param time Of the block, UTC seconds.
    /// @param decisions 12 bytes an entry (section 4).
    event Filed(
        uint24 indexed platform,
        uint32 indexed number,
        bytes32 head,
        bytes32 recordsRoot,
        uint40 time,
        bytes entries,
        bytes decisions,
        bytes signature
    );

    /// @notice Another registry is in service, or none.
    error Registry_NotInService(address inService);
    /// @notice There is no such platform, or its key was revoked.
    error Registry_NoKey(uint24 platform);
    error Registry_WrongNumber(uint32 expected, uint32 given);
    error Registry_WrongPrevious(bytes32 expected, bytes32 given);
    /// @notice The signature isn't the licensed key's over this filing: `found` signed it, or nobody.
    error Registry_WrongSignature(address expected, address found);
    /// @notice A platform has at most 2^28 - 1 filings.
    error Registry_NumbersExhausted(uint24 platform);
    /// @notice The relayer has given too little gas for a rule of the regulator's own: nobody can make it fail on purpose.
    error Registry_TooLittleGas(uint256 needed, uint256 left);

    /// @notice Takes a filing: checks its number, its chain and its signature, judges its entries and seals it.
    /// @param signature 65 bytes `r ‖ s ‖ v` over {headOf}, low `s`.
    /// @return decisions 12 bytes an entry, for whoever calls this without sending it.
    function file(Filing calldata filing, bytes calldata signature) external returns (bytes memory decisions);

    /// @notice The EIP-712 digest of a filing: `keccak256(0x1901 ‖ domainSeparator ‖ structHash)`.
    function headOf(Filing calldata filing) external view returns (bytes32);

    /// @notice A platform's last number and head (zero before its first), and whether a request closed its founding window.
    function platformState(uint24 platform) external view returns (uint32 number, bytes32 head, bool foundingClosed);

    /// @notice What is counted against a platform, here and by predecessors.
    /// @return outages Loans that it says it paid out during an outage.
    /// @return stale Loans with it that nobody closed in time.
    function countsOf(uint24 platform) external view returns (uint256 outages, uint256 stale);

    /// @notice The seal of a filing, `keccak256(head ‖ uint256(block time) ‖ keccak256(decisions))`; zero if there is none.
    function sealOf(uint24 platform, uint32 number) external view returns (bytes32);

    /// @notice The words of a borrower's book.
    /// @return head Zero for a borrower that nothing is known of.
    /// @return detail Of the head loan: means something only if `head` says so.
    /// @return slots In use.
    /// @return details One for each slot: means something only if the slot says so.
    function bookOf(
        bytes32 borrower
    ) external view returns (uint256 head, uint256 detail, uint256[] memory slots, uint256[] memory details);

    /// @notice When the first draw of a borrower's line was opened; zero if there is no such line.
    /// @param ref `platform u24 ‖ number u32 ‖ index u8` of the first draw.
    function lineOf(bytes32 borrower, uint64 ref) external view returns (uint256 opened);

    /// @notice What a loan of the borrower's has before it, or what it came to when it was refinanced (`docs/design/state.md`); zero for a loan that
    /// is linked to none.
    /// @param ref Of the loan, `platform u24 ‖ number u32 ‖ index u8`.
    function chainOf(bytes32 borrower, uint64 ref) external view returns (uint256);

    /// @notice A borrower's conduct (`docs/design/state.md`); zero if there is nothing to say.
    function conductOf(bytes32 borrower) external view returns (uint256);

    /// @notice What waits for an answer or another side (`docs/design/state.md`); zero if there is nothing.
    /// @param ref Of the loan or the entry, `platform u24 ‖ number u32 ‖ index u8`.
    /// @param tag 1 a complaint, 2 an assignment.
    function noteOf(bytes32 borrower, uint64 ref, uint8 tag) external view returns (uint256);

    /// @notice The rules that this registry judges, a bit each (section 4).
    function servedRules() external view returns (uint32);

    /// @notice EIP-712 domain separator: name "Tallystick", version "1", this chain, this contract.
    function domainSeparator() external view returns (bytes32);

    function licences() external view returns (ILicences);

    function rulebook() external view returns (IRulebook);

    /// @notice The registry before this one; zero for the first.
    function predecessor() external view returns (IRegistry);

    /// @notice Keeps the pilots; zero if there are none, and then PILOT admits nothing.
    function sandbox() external view returns (ISandbox);
}
