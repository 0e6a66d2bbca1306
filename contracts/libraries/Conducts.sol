// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Book} from "./Book.sol";
import {RegistryState} from "./State.sol";

/// @title A borrower's conduct, and that of others towards the borrower: defaults, bars on new loans, contacts of collectors
/// @notice One word a borrower, laid out in `docs/design/state.md`; a bit of the head says that there is one.
library Conducts {
    uint256 private constant U32 = 2 ** 32 - 1;
    uint256 private constant U80 = 2 ** 80 - 1;
    uint256 private constant BAR_AT = 32;
    uint256 private constant BAR = (2 ** 64 - 1) << BAR_AT;
    uint256 private constant CONTACT_AT = 96;
    uint256 private constant TALKED_AT = 128;
    uint256 private constant COUNTS_AT = 160;

    function load(RegistryState storage state, bytes32 borrower, uint256 head) internal view returns (uint256) {
        return head & Book.CONDUCT == 0 ? 0 : state.conducts[borrower];
    }

    /// @notice When the borrower was last known to be in default, UTC seconds; zero: never.
    function defaultAt(uint256 word) internal pure returns (uint256) {
        return word & U32;
    }

    /// @notice Until when the borrower is barred, UTC seconds; zero: isn't.
    function barredUntil(uint256 word) internal pure returns (uint256) {
        return (word >> BAR_AT) & U32;
    }

    /// @notice From when, UTC seconds.
    function barredFrom(uint256 word) internal pure returns (uint256) {
        return (word >> (BAR_AT + 32)) & U32;
    }

    /// @notice The word with this bar and no other.
    function withBar(uint256 word, uint256 from, uint256 until) internal pure returns (uint256) {
        return (word & ~BAR) | (until << BAR_AT) | (from << (BAR_AT + 32));
    }

    /// @notice The word with a default at `time`, unless a later one is known.
    function withDefault(uint256 word, uint256 time) internal pure returns (uint256) {
        return time <= defaultAt(word) ? word : (word & ~U32) | time;
    }

    /// @notice The time of the latest contact, UTC seconds; zero: there was none.
    function lastContact(uint256 word) internal pure returns (uint256) {
        return (word >> CONTACT_AT) & U32;
    }

    /// @notice The time of the latest conversation with the borrower, UTC seconds; zero: there was none.
    function lastConversation(uint256 word) internal pure returns (uint256) {
        return (word >> TALKED_AT) & U32;
    }

    /// @notice Contacts of ten days, eight bits each, the local day of the latest contact lowest.
    function counts(uint256 word) internal pure returns (uint256) {
        return (word >> COUNTS_AT) & U80;
    }

    /// @notice The word with these counts, and a contact at `time`.
    /// @param counts_ The low 80 bits count.
    function withContact(uint256 word, uint256 time, uint256 counts_) internal pure returns (uint256) {
        word = (word & ~(U80 << COUNTS_AT)) | ((counts_ & U80) << COUNTS_AT);
        return time <= lastContact(word) ? word : (word & ~(U32 << CONTACT_AT)) | (time << CONTACT_AT);
    }

    /// @notice The word with a conversation at `time`.
    function withConversation(uint256 word, uint256 time) internal pure returns (uint256) {
        return time <= lastConversation(word) ? word : (word & ~(U32 << TALKED_AT)) | (time << TALKED_AT);
    }
}
