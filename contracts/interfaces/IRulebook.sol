// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice One version of limits or settings, one storage slot. What it says is the code of `data`.
/// @param data A contract whose code is a zero byte and then the bytes published.
/// @param effectiveFrom UTC seconds from which it binds, inclusive.
/// @param enactedAt The time of the block that published it.
/// @param index Its place among all that were published, withdrawn ones included, from 0.
struct Version {
    address data;
    uint40 effectiveFrom;
    uint40 enactedAt;
    uint16 index;
}

/// @notice A point of a reference series.
/// @param publishedAt UTC seconds at which its source published it; it holds from then on.
/// @param rate A year, in units of 10^-9 (3.45 % is 34 500 000).
struct Point {
    uint40 publishedAt;
    uint64 rate;
}

/// @notice The last emergency of a product and kind of borrower; all zero if there was none.
/// @param from UTC seconds from which it binds, inclusive.
/// @param until UTC seconds at which it ends, exclusive.
/// @param index The version that binds in it.
/// @param restores The version that ends it: the law of before.
struct Emergency {
    uint40 from;
    uint40 until;
    uint16 index;
    uint16 restores;
}

/// @title Rulebook: the regulator's limits, and from when they bind
/// @notice Append-only. A version is never edited, and none binds from the past but those published first of their product and
/// kind of borrower, for history; later ones keep the notice period of what they do, tighten or relax, and can be withdrawn until
/// they bind. An emergency needs no notice and ends by itself. The fields of a version, and which way each is stricter, are in
/// `docs/spec/protocol.md`, section 5.
/// @dev Times are UTC seconds. Who may publish is set in the access manager.
interface IRulebook {
    event VersionPublished(
        uint16 indexed product,
        uint8 indexed kind,
        uint16 index,
        uint40 effectiveFrom,
        uint40 enactedAt,
        bytes limits
    );
    event VersionWithdrawn(uint16 indexed product, uint8 indexed kind, uint16 index, uint40 withdrawnAt);
    event SettingsPublished(uint16 index, uint40 effectiveFrom, uint40 enactedAt, bytes settings);
    event SettingsWithdrawn(uint16 index, uint40 withdrawnAt);
    event SeriesOpened(uint8 indexed series, string name);
    event RatePublished(uint8 indexed series, uint40 publishedAt, uint64 rate, uint40 enteredAt);
    event NoticesChanged(uint40 tightening, uint40 relaxation, uint40 from);
    /// @notice Law without notice: version `index` binds from `from` to `until`, and the law of before again after it.
    event EmergencyDeclared(
        uint16 indexed product,
        uint8 indexed kind,
        uint16 index,
        uint40 from,
        uint40 until,
        string reason
    );
    /// @notice An emergency ends earlier, at `until`.
    event EmergencyLifted(uint16 indexed product, uint8 indexed kind, uint16 index, uint40 until, string reason);
    /// @notice The text that versions were made from: SHA-256 of its canonical JSON (`docs/rule-packs.md`).
    event PackPublished(string name, bytes32 hash, uint40 time);

    /// @notice The bytes break what protocol.md section 5 asks of the field at this byte.
    error Rulebook_BadField(uint256 place);
    error Rulebook_BadLength(uint256 expected, uint256 given);
    error Rulebook_BadProduct(uint16 product, uint16 limit);
    error Rulebook_BadKind(uint8 kind);
    /// @notice Rules are on that the registry in service doesn't know.
    error Rulebook_NotServed(uint256 rules);
    error Rulebook_NoRegistry();
    error Rulebook_NotAscending(uint256 last, uint256 given);
    error Rulebook_TooSoon(uint256 earliest, uint256 given);
    error Rulebook_NotPending(uint16 index);
    error Rulebook_SeriesExists(uint8 series);
    error Rulebook_NoSeries(uint8 series);
    error Rulebook_BadRate(uint64 rate, uint64 limit);
    /// @notice A point must be entered within some days of its publication, and not before it.
    error Rulebook_PointTooLate(uint256 earliest, uint256 given);
    error Rulebook_PointTooEarly(uint256 latest, uint256 given);
    error Rulebook_TooMany();
    /// @notice There is law already, so what is published is a change of it.
    error Rulebook_NotFirst(uint16 product, uint8 kind);
    /// @notice Withdrawing a version would leave the one after it (`index`) with less notice than its change needs.
    error Rulebook_LeavesTooSoon(uint16 index, uint256 earliest, uint256 given);
    error Rulebook_BadNotice(uint40 limit, uint40 given);
    error Rulebook_NoReason();
    /// @notice An emergency changes law: there is none in force to change.
    error Rulebook_NothingBinds(uint16 product, uint8 kind);
    /// @notice An emergency ends after it begins, in 90 days at most, and before the next version that is published binds.
    error Rulebook_BadEnd(uint256 from, uint256 latest, uint256 given);
    error Rulebook_NoEmergency(uint16 product, uint8 kind);
    /// @notice The version ends an emergency, and can't be withdrawn.
    error Rulebook_EndsEmergency(uint16 index);

    /// @notice Publishes limits of a product for a kind of borrower.
    /// @param product `market * 64 + serial`.
    /// @param kind 1 natural person, 2 business.
    /// @param effectiveFrom From when they bind: for all but the first, after the notice that the change needs and after the last one.
    /// @param limits 320 bytes.
    /// @return index Of the version, for its withdrawal.
    function publish(
        uint16 product,
        uint8 kind,
        uint40 effectiveFrom,
        bytes calldata limits
    ) external returns (uint16 index);

    /// @notice Publishes all versions of a product at once, ascending, also from the past and without notice: its history, before
    /// any loan was judged by it. Only where there is none yet, or all were withdrawn.
    function publishHistory(
        uint16 product,
        uint8 kind,
        uint40[] calldata effectiveFrom,
        bytes[] calldata limits
    ) external;

    /// @notice Withdraws a version that does not bind yet. Not if the one after it, measured by the one before it, would then have
    /// too little notice: that one has to be withdrawn first.
    function withdraw(uint16 product, uint8 kind, uint16 index) external;

    /// @notice Publishes limits that bind from the next second on until `until`, without notice, and then again what binds now.
    /// @param until At most 90 days from now, and before the next version that is published. As long as an emergency lasted, so
    /// long there can't be another one after it.
    /// @param reason For everybody to read.
    /// @return index Of the version that binds in the emergency.
    function declareEmergency(
        uint16 product,
        uint8 kind,
        uint40 until,
        bytes calldata limits,
        string calldata reason
    ) external returns (uint16 index);

    /// @notice Ends an emergency now: the law of before binds from the next second on.
    function liftEmergency(uint16 product, uint8 kind, string calldata reason) external;

    /// @notice Says of which text the versions are that were published. Changes nothing else.
    function notePack(string calldata name, bytes32 hash) external;

    /// @notice Publishes the deployment's settings: zone offsets, markets, business days. Those after the first keep the longer
    /// notice, unless all that they change is that the calendar is known for longer.
    function publishSettings(uint40 effectiveFrom, bytes calldata settings) external returns (uint16 index);

    /// @notice Withdraws settings that are not effective yet.
    function withdrawSettings(uint16 index) external;

    /// @notice Opens a reference series with the points known so far, ascending.
    function openSeries(uint8 series, string calldata name, Point[] calldata points) external;

    /// @notice Enters the next point of a series, at most ten days after it was published.
    function publishRate(uint8 series, uint40 publishedAt, uint64 rate) external;

    /// @notice Changes the notice periods, after the longer of the present ones has passed. At most 3,650 days.
    function setNotices(uint40 tightening, uint40 relaxation) external;

    /// @notice The notice periods in force, seconds: of what lets lenders do less, and of what lets them do more.
    function notices() external view returns (uint40 tightening, uint40 relaxation);

    /// @notice The notice, seconds, that these limits would need after the last ones published, by the periods in force.
    function noticeFor(uint16 product, uint8 kind, bytes calldata limits) external view returns (uint40);

    /// @notice The limits that bind at a time.
    /// @return limits The 320 bytes as ten words; all zero if nothing binds at `time`.
    /// @return from They bind from here (zero if nothing binds), inclusive.
    /// @return until They bind until here, exclusive; 2^40 - 1 for no end.
    function limitsAt(
        uint16 product,
        uint8 kind,
        uint40 time
    ) external view returns (uint256[10] memory limits, uint40 from, uint40 until);

    /// @notice The settings at a time; empty if there are none.
    function settingsAt(uint40 time) external view returns (bytes memory);

    /// @notice Seconds by which local time is ahead of UTC at a moment, by the settings at `time`.
    /// @return offset The seconds; negative west of Greenwich.
    /// @return from It is that from here, inclusive.
    /// @return until It is that until here, exclusive; 2^40 - 1 for no end.
    function offsetAt(uint40 time, uint40 moment) external view returns (int256 offset, uint256 from, uint256 until);

    /// @notice What the settings at `time` say of a market, `confirmation window, seconds u32 · grace days u16`; zero if nothing.
    function marketAt(uint40 time, uint8 market) external view returns (uint256);

    /// @notice The business days in (since, upTo], by the settings at `time`.
    /// @param since Number of a civil day, from 1970-01-01 = 0; likewise `upTo`.
    /// @return known So many are known, counted up to `enough`.
    /// @return unknown So many days are outside of what the calendar knows.
    function businessDays(
        uint40 time,
        uint256 since,
        uint256 upTo,
        uint256 enough
    ) external view returns (uint256 known, uint256 unknown);

    /// @notice The last point of a series published at or before `time`.
    /// @return rate A year, 10^-9.
    /// @return publishedAt Zero if there is no such point.
    /// @return until The next point's publication, exclusive; 2^40 - 1 if there is none.
    function referenceAt(
        uint8 series,
        uint40 time
    ) external view returns (uint64 rate, uint40 publishedAt, uint40 until);

    /// @notice How many versions were published, withdrawn ones included.
    function versionCount(uint16 product, uint8 kind) external view returns (uint16);

    /// @notice A version as it was published, and when it was withdrawn (zero: never).
    function versionOf(
        uint16 product,
        uint8 kind,
        uint16 index
    ) external view returns (Version memory version, uint40 withdrawnAt, bytes memory limits);

    /// @notice What was known at `knownAt` to bind at `time`: its index, if `found`.
    function versionKnown(
        uint16 product,
        uint8 kind,
        uint40 time,
        uint40 knownAt
    ) external view returns (bool found, uint16 index);

    /// @notice Which settings were known at `knownAt` to bind at `time`: their index, if `found`.
    function settingsKnown(uint40 time, uint40 knownAt) external view returns (bool found, uint16 index);

    /// @notice Settings as they were published, and when they were withdrawn (zero: never).
    function settingsOf(
        uint16 index
    ) external view returns (Version memory version, uint40 withdrawnAt, bytes memory settings);

    /// @notice The last point of a series that was published at or before `time` and had been entered by `knownAt`.
    /// @return rate A year, 10^-9.
    /// @return publishedAt Zero if there is no such point.
    function referenceKnown(
        uint8 series,
        uint40 time,
        uint40 knownAt
    ) external view returns (uint64 rate, uint40 publishedAt);

    /// @notice The last emergency of a product and kind of borrower.
    function emergencyOf(uint16 product, uint8 kind) external view returns (Emergency memory);

    /// @notice How many points a series has.
    function pointCount(uint8 series) external view returns (uint256);

    /// @notice A point of a series, from 0, and when it was entered.
    function pointOf(uint8 series, uint256 index) external view returns (Point memory point, uint40 enteredAt);
}
