// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PilotCounts, PilotState, PilotTerms} from "../interfaces/ISandbox.sol";

/// @title PILOT
/// @notice RULE-PILOT-1: A loan of a pilot's product MUST stay within the bounds of a pilot that is open: its product, platforms
/// and dates, its numbers of loans and borrowers, its amount outstanding, and consent where it asks for that. A pilot that graduated
/// has no bounds; one that nobody opened, or that stopped, admits nothing.
library Pilot {
    /// @param takesPart The platform is one of the pilot's.
    /// @param hasLoan The borrower has an open loan of this pilot already.
    /// @param principal Minor units.
    /// @param time At which the loan counts as opened, UTC seconds.
    /// @param disclosed Stated time of disclosure, zero for none.
    function breaches(
        PilotState state,
        PilotTerms memory terms,
        PilotCounts memory counts,
        bool takesPart,
        bool hasLoan,
        uint256 product,
        uint256 principal,
        uint256 time,
        uint256 disclosed
    ) internal pure returns (bool) {
        if (state == PilotState.Graduated) return product != terms.product;
        // Unchecked: sums of 64 bits at most.
        unchecked {
            return
                state != PilotState.Open ||
                !takesPart ||
                product != terms.product ||
                time < terms.opensAt ||
                time >= terms.endsAt ||
                (terms.consent && disclosed == 0) ||
                uint256(counts.loans) + 1 > terms.maxLoans ||
                (!hasLoan && uint256(counts.borrowers) + 1 > terms.maxBorrowers) ||
                uint256(counts.outstanding) + principal > terms.maxOutstanding;
        }
    }

    /// @notice Whether a share of the pilot's loans is beyond what stops it.
    /// @param share 10^-6.
    /// @param from Loans from which on it is looked at; zero: never.
    function stops(uint256 cases, uint256 loans, uint256 share, uint256 from) internal pure returns (bool) {
        // Unchecked: 32 bits each.
        unchecked {
            return from != 0 && loans >= from && cases * 1_000_000 > share * loans;
        }
    }
}
