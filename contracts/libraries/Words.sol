// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Names of codes and bits, by their number. Made once a call and shared by all that is decoded in it.
struct EntryWords {
    string[] kinds;
    string[] borrowers;
    string[] units;
    string[] bases;
    string[] outages;
    string[] reasons;
    string[] extensions;
    string[] parties;
    string[] agents;
    string[] sides;
    string[] corrections;
}

/// @title Words for people
/// @notice As in `docs/spec/protocol.md`, and in the twin.
library Words {
    bytes private constant KINDS =
        "Opened,Disbursed,Repaid,Closed,Extended,Overdue,Contacted,Complained,Answered,Assigned,Corrected,Barred";
    bytes private constant FINDINGS =
        "MALFORMED,NO-VERSION,NO-LOAN,FULL,WIDTH,LAPSED,NOT-FOUNDING,UNSUPPORTED,EXCESS,SHORT,WINDOW,"
        "SECONDARY,STALE,FORBIDDEN,NO-AUTHORITY,PENDING,CORRECTED";
    bytes private constant RULES =
        "RATE,SETTLEMENT,COST,DEDUCTION,AMOUNT,TERM,INCOME,PLATFORM-CAP,MARKET-CAP,OPEN-LOANS,COOLING-OFF,STREAK,FREQUENCY,"
        "DISCLOSURE,BARRED,LICENCE,LATE,FUTURE,ROLLOVER,WITHDRAWAL,LIFETIME-COST,DAILY-COST,DEFAULT-CHARGE,CONTACT,COMPLAINT,"
        "PILOT,CUSTOM";

    function ofEntries() internal pure returns (EntryWords memory words) {
        words.kinds = _split(KINDS);
        words.borrowers = _split("natural person,business");
        words.units = _split("day,week,month");
        words.bases = _split("request,outage,founded,paidOut");
        words.outages = _split("maintenance,registry-unreachable,gateway-unreachable,other");
        words.reasons = _split("repaid,refinanced,withdrawn,voided,written-off,forgiven");
        words.extensions = _split("extension,rollover,deferment,hardship-relief");
        words.parties = _split("borrower,third-party");
        words.agents = _split("lender,outsourcer");
        words.sides = _split("assignor,assignee");
        words.corrections = _split("outstanding,reason,time");
    }

    function ofOutcomes() internal pure returns (string[] memory) {
        return _split("accepted,flagged,refused");
    }

    function ofFindings() internal pure returns (string[] memory) {
        return _split(FINDINGS);
    }

    function ofRules() internal pure returns (string[] memory) {
        return _split(RULES);
    }

    /// @notice The names of the bits that are set, from the lowest on; RESERVED for a bit beyond the names.
    function ofBits(uint256 bits, string[] memory names) internal pure returns (string[] memory set) {
        uint256 count = 0;
        for (uint256 rest = bits; rest != 0; rest &= rest - 1) count++;
        set = new string[](count);
        uint256 bit = 0;
        for (uint256 i = 0; i < count; bit++) {
            if ((bits >> bit) & 1 != 0) set[i++] = bit < names.length ? names[bit] : "RESERVED";
        }
    }

    /// @dev The parts between commas.
    function _split(bytes memory list) private pure returns (string[] memory parts) {
        uint256 count = 1;
        for (uint256 i = 0; i < list.length; i++) if (list[i] == ",") count++;
        parts = new string[](count);
        uint256 from = 0;
        for (uint256 i = 0; i < count; i++) {
            uint256 to = from;
            while (to < list.length && list[to] != ",") to++;
            bytes memory part = new bytes(to - from);
            for (uint256 k = 0; k < part.length; k++) part[k] = list[from + k];
            parts[i] = string(part);
            from = to + 1;
        }
    }
}
