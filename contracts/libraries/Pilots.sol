// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "../interfaces/IRegistry.sol";
import {ISandbox} from "../interfaces/ISandbox.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Terms} from "./Limits.sol";
import {LoanEvent} from "./Scratch.sol";

/// @title Asking the Sandbox, and telling it
/// @notice Only for loans whose version has PILOT on; whoever calls this has looked, but for {changed}. What it is told adds up: the
/// pilot's outstanding is that of its open loans, and its loss what was written off, forgiven or left unpaid. Runs as the registry.
library Pilots {
    // What happened to a loan, as the Sandbox takes it.
    uint256 private constant OPENED = 1;
    uint256 private constant ENDED = 2;
    uint256 private constant DEFAULTED = 4;
    uint256 private constant COMPLAINED = 8;

    /// @notice The rule PILOT. Without a Sandbox nothing is admitted.
    /// @param facts Of the `Opened` (see {Entry}).
    /// @param time At which the loan counts as opened.
    function breaches(
        Terms limits,
        bytes32 borrower,
        uint256 facts,
        uint256 platform,
        uint256 time
    ) internal view returns (bool) {
        ISandbox sandbox = IRegistry(address(this)).sandbox();
        return
            address(sandbox) == address(0) ||
            !sandbox.admits(
                limits.pilot(),
                platform,
                Entry.product(facts),
                borrower,
                Entry.principal(facts),
                time,
                Entry.disclosed(facts)
            );
    }

    /// @notice A loan enters the state.
    function opened(Terms limits, bytes32 borrower, uint256 principal) internal {
        _record(limits, borrower, OPENED, int256(principal), 0);
    }

    /// @notice A loan was paid or closed.
    /// @param owed Before that.
    /// @param chargedOff Before that: what it owes is a loss already.
    function serviced(Terms limits, LoanEvent memory e, uint256 owed, bool chargedOff) internal {
        if (e.kind == Entry.DISBURSED) return;
        // Unchecked: amounts are below 2^38.
        unchecked {
            uint256 left = e.principal > owed ? 0 : owed - e.principal;
            int256 paid = int256(owed - left);
            if (chargedOff) return _record(limits, e.borrower, 0, 0, -paid);
            if (e.kind == Entry.REPAID) return _record(limits, e.borrower, 0, -paid, 0);
            uint256 happened = ENDED;
            if (e.reason == Entry.WRITTEN_OFF && left != 0) happened |= DEFAULTED;
            // A loan that was never paid out loses nothing.
            if (e.reason == Entry.VOIDED) left = 0;
            _record(limits, e.borrower, happened, -int256(owed), int256(left));
        }
    }

    /// @notice What a loan owes is another amount, otherwise than by a payment. Does nothing for a loan of no pilot.
    /// @param forgiven The difference is a loss.
    function changed(
        Terms limits,
        bytes32 borrower,
        uint256 owed,
        uint256 left,
        bool chargedOff,
        bool forgiven
    ) internal {
        if (!isOn(limits) || owed == left) return;
        // Unchecked: amounts are below 2^38.
        unchecked {
            int256 change = int256(left) - int256(owed);
            if (chargedOff) return _record(limits, borrower, 0, 0, change);
            _record(limits, borrower, 0, change, forgiven ? -change : int256(0));
        }
    }

    /// @notice Somebody complained about a loan. Does nothing for a loan of no pilot.
    function complained(Terms limits, bytes32 borrower) internal {
        if (isOn(limits)) _record(limits, borrower, COMPLAINED, 0, 0);
    }

    function isOn(Terms limits) internal pure returns (bool) {
        return limits.exists() && limits.on() & Decision.PILOT != 0;
    }

    /// @param outstanding By which the principal of open loans changes.
    /// @param loss By which the loss changes.
    function _record(Terms limits, bytes32 borrower, uint256 happened, int256 outstanding, int256 loss) private {
        ISandbox sandbox = IRegistry(address(this)).sandbox();
        if (address(sandbox) != address(0)) sandbox.record(limits.pilot(), borrower, happened, outstanding, loss);
    }
}
