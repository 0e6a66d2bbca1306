// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {ILicences} from "./interfaces/ILicences.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Emergency, IRulebook, Point, Version} from "./interfaces/IRulebook.sol";
import {DataContract} from "./libraries/DataContract.sol";
import {Decision} from "./libraries/Decision.sol";
import {Limits, Terms} from "./libraries/Limits.sol";
import {LimitsCheck} from "./libraries/LimitsCheck.sol";
import {Settings} from "./libraries/Settings.sol";
import {Strictness} from "./libraries/Strictness.sol";
import {Timeline} from "./libraries/Timeline.sol";

/// @title Rulebook
/// @notice See {IRulebook}.
contract Rulebook is IRulebook, AccessManaged {
    using Timeline for Timeline.Line;

    uint16 private constant PRODUCTS = 2 ** 11;
    uint256 private constant LIMITS_BYTES = 320;
    /// @dev How long after its publication a reference rate may still be entered.
    uint256 private constant POINT_DAYS = 10 days;
    /// @dev Rates a year are at most 1,000,000 %, so that no product of one with a cap's multiple is near a word's end.
    uint64 private constant MAX_RATE = 1e13;

    /// @notice Names the registry whose rules a version may use.
    ILicences public immutable licences;

    /// @dev The longest that an emergency may last.
    uint256 private constant EMERGENCY = 90 days;
    uint40 private constant MAX_NOTICE = 3_650 days;

    /// @dev A point, and when it was entered.
    struct Entered {
        uint40 publishedAt;
        uint64 rate;
        uint40 enteredAt;
    }

    /// @dev Notice periods, seconds; the next ones from `from` on.
    struct Notices {
        uint40 tightening;
        uint40 relaxation;
        uint40 nextTightening;
        uint40 nextRelaxation;
        uint40 from;
    }

    mapping(uint16 product => mapping(uint8 kind => Timeline.Line)) private _versions;
    mapping(uint16 product => mapping(uint8 kind => Emergency)) private _emergencies;
    Timeline.Line private _settings;
    mapping(uint8 series => Entered[]) private _points;
    Notices private _notices;

    constructor(address manager, ILicences licences_, uint40 tightening, uint40 relaxation) AccessManaged(manager) {
        licences = licences_;
        _setNotices(Notices(tightening, relaxation, tightening, relaxation, uint40(block.timestamp)));
    }

    // Limits

    /// @inheritdoc IRulebook
    function publish(
        uint16 product,
        uint8 kind,
        uint40 effectiveFrom,
        bytes calldata limits
    ) external restricted returns (uint16 index) {
        Timeline.Line storage line = _line(product, kind);
        if (line.live.length != 0) {
            uint256 last = line.latest.effectiveFrom;
            if (effectiveFrom <= last) revert Rulebook_NotAscending(last, effectiveFrom);
            uint256 earliest = block.timestamp + _noticeFor(DataContract.read(line.latest.data), limits);
            if (effectiveFrom < earliest) revert Rulebook_TooSoon(earliest, effectiveFrom);
        }
        return _publish(line, product, kind, effectiveFrom, limits);
    }

    /// @inheritdoc IRulebook
    function publishHistory(
        uint16 product,
        uint8 kind,
        uint40[] calldata effectiveFrom,
        bytes[] calldata limits
    ) external restricted {
        Timeline.Line storage line = _line(product, kind);
        if (line.live.length != 0) revert Rulebook_NotFirst(product, kind);
        if (limits.length != effectiveFrom.length) revert Rulebook_BadLength(effectiveFrom.length, limits.length);
        for (uint256 i = 0; i < limits.length; i++) {
            if (i != 0 && effectiveFrom[i] <= effectiveFrom[i - 1]) {
                revert Rulebook_NotAscending(effectiveFrom[i - 1], effectiveFrom[i]);
            }
            _publish(line, product, kind, effectiveFrom[i], limits[i]);
        }
    }

    /// @inheritdoc IRulebook
    function withdraw(uint16 product, uint8 kind, uint16 index) external restricted {
        Timeline.Line storage line = _versions[product][kind];
        Emergency storage emergency = _emergencies[product][kind];
        if (block.timestamp < emergency.until && index == emergency.restores) revert Rulebook_EndsEmergency(index);
        uint256 place = _takeOut(line, product, kind, index);
        // The one after it follows another version now, and must have been published early enough for that.
        if (place == 0 || place == line.live.length) return;
        Version memory next = line.live[place];
        bytes memory limits = DataContract.read(next.data);
        uint256 earliest = next.enactedAt + _noticeFor(DataContract.read(line.live[place - 1].data), limits);
        if (next.effectiveFrom < earliest) revert Rulebook_LeavesTooSoon(next.index, earliest, next.effectiveFrom);
    }

    // Emergencies

    /// @inheritdoc IRulebook
    function declareEmergency(
        uint16 product,
        uint8 kind,
        uint40 until,
        bytes calldata limits,
        string calldata reason
    ) external restricted returns (uint16 index) {
        if (bytes(reason).length == 0) revert Rulebook_NoReason();
        Timeline.Line storage line = _line(product, kind);
        (uint40 from, address former) = _mayDeclare(line, product, kind, until);
        index = _publish(line, product, kind, from, limits);
        _emergencies[product][kind] = Emergency(from, until, index, _publishAgain(line, product, kind, until, former));
        emit EmergencyDeclared(product, kind, index, from, until, reason);
    }

    /// @inheritdoc IRulebook
    function liftEmergency(uint16 product, uint8 kind, string calldata reason) external restricted {
        if (bytes(reason).length == 0) revert Rulebook_NoReason();
        Emergency storage emergency = _emergencies[product][kind];
        uint40 until = uint40(block.timestamp) + 1;
        if (until >= emergency.until) revert Rulebook_NoEmergency(product, kind);
        Timeline.Line storage line = _versions[product][kind];
        address former = line.published[emergency.restores].data;
        _takeOut(line, product, kind, emergency.restores);
        emergency.restores = _publishAgain(line, product, kind, until, former);
        emergency.until = until;
        emit EmergencyLifted(product, kind, emergency.index, until, reason);
    }

    /// @inheritdoc IRulebook
    function notePack(string calldata name, bytes32 hash) external restricted {
        emit PackPublished(name, hash, uint40(block.timestamp));
    }

    // Settings

    /// @inheritdoc IRulebook
    function publishSettings(uint40 effectiveFrom, bytes calldata settings) external restricted returns (uint16 index) {
        uint256 fault = Settings.firstFault(settings);
        if (fault != Settings.NONE) revert Rulebook_BadField(fault);
        if (_settings.live.length != 0) {
            uint256 last = _settings.latest.effectiveFrom;
            if (effectiveFrom <= last) revert Rulebook_NotAscending(last, effectiveFrom);
            // Zones and windows have no direction, so that a change may be either. That more days are known changes none.
            bool prolonged = Settings.isProlonged(DataContract.read(_settings.latest.data), settings);
            uint256 earliest = block.timestamp + (prolonged ? 0 : _notice(true, true));
            if (effectiveFrom < earliest) revert Rulebook_TooSoon(earliest, effectiveFrom);
        }
        index = _settings.push(DataContract.write(settings), effectiveFrom);
        emit SettingsPublished(index, effectiveFrom, uint40(block.timestamp), settings);
    }

    /// @inheritdoc IRulebook
    function withdrawSettings(uint16 index) external restricted {
        if (_settings.remove(index) == Timeline.NONE) revert Rulebook_NotPending(index);
        emit SettingsWithdrawn(index, uint40(block.timestamp));
    }

    // Reference rates

    /// @inheritdoc IRulebook
    function openSeries(uint8 series, string calldata name, Point[] calldata points) external restricted {
        if (series == 0) revert Rulebook_NoSeries(series);
        if (_points[series].length != 0 || points.length == 0) revert Rulebook_SeriesExists(series);
        emit SeriesOpened(series, name);
        for (uint256 i = 0; i < points.length; i++) _pushPoint(series, points[i]);
    }

    /// @inheritdoc IRulebook
    function publishRate(uint8 series, uint40 publishedAt, uint64 rate) external restricted {
        if (_points[series].length == 0) revert Rulebook_NoSeries(series);
        // A rate entered later than this would rewrite what bound loans already judged without it.
        if (publishedAt + POINT_DAYS < block.timestamp) {
            revert Rulebook_PointTooLate(block.timestamp - POINT_DAYS, publishedAt);
        }
        _pushPoint(series, Point(publishedAt, rate));
    }

    // Notice

    /// @inheritdoc IRulebook
    function setNotices(uint40 tightening, uint40 relaxation) external restricted {
        (uint40 presentTightening, uint40 presentRelaxation) = notices();
        // The time that the longer of the present ones gives.
        uint40 from = uint40(block.timestamp + _notice(true, true));
        _setNotices(Notices(presentTightening, presentRelaxation, tightening, relaxation, from));
    }

    /// @inheritdoc IRulebook
    function notices() public view returns (uint40 tightening, uint40 relaxation) {
        Notices memory all = _notices;
        if (block.timestamp < all.from) return (all.tightening, all.relaxation);
        return (all.nextTightening, all.nextRelaxation);
    }

    /// @inheritdoc IRulebook
    function noticeFor(uint16 product, uint8 kind, bytes calldata limits) external view returns (uint40) {
        if (limits.length != LIMITS_BYTES) revert Rulebook_BadLength(LIMITS_BYTES, limits.length);
        Timeline.Line storage line = _versions[product][kind];
        return line.live.length == 0 ? 0 : _noticeFor(DataContract.read(line.latest.data), limits);
    }

    // Views

    /// @inheritdoc IRulebook
    function limitsAt(
        uint16 product,
        uint8 kind,
        uint40 time
    ) external view returns (uint256[10] memory limits, uint40 from, uint40 until) {
        Version memory version;
        (version, until) = _versions[product][kind].inForce(time);
        if (version.data == address(0)) return (limits, 0, until);
        return (abi.decode(DataContract.read(version.data), (uint256[10])), version.effectiveFrom, until);
    }

    /// @inheritdoc IRulebook
    function settingsAt(uint40 time) external view returns (bytes memory) {
        (Version memory version, ) = _settings.inForce(time);
        return DataContract.read(version.data);
    }

    /// @inheritdoc IRulebook
    function offsetAt(uint40 time, uint40 moment) external view returns (int256 offset, uint256 from, uint256 until) {
        (Version memory version, ) = _settings.inForce(time);
        return Settings.offsetAt(DataContract.read(version.data), moment);
    }

    /// @inheritdoc IRulebook
    function marketAt(uint40 time, uint8 market) external view returns (uint256) {
        (Version memory version, ) = _settings.inForce(time);
        return Settings.marketAt(DataContract.read(version.data), market);
    }

    /// @inheritdoc IRulebook
    function businessDays(
        uint40 time,
        uint256 since,
        uint256 upTo,
        uint256 enough
    ) external view returns (uint256 known, uint256 unknown) {
        (Version memory version, ) = _settings.inForce(time);
        return Settings.businessDays(DataContract.read(version.data), since, upTo, enough);
    }

    /// @inheritdoc IRulebook
    function referenceAt(
        uint8 series,
        uint40 time
    ) external view returns (uint64 rate, uint40 publishedAt, uint40 until) {
        Entered[] storage points = _points[series];
        // The first point published later than `time`.
        uint256 low = 0;
        uint256 high = points.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (points[middle].publishedAt > time) high = middle;
            else low = middle + 1;
        }
        until = low == points.length ? Timeline.FOREVER : points[low].publishedAt;
        if (low != 0) (rate, publishedAt) = (points[low - 1].rate, points[low - 1].publishedAt);
    }

    /// @inheritdoc IRulebook
    function versionCount(uint16 product, uint8 kind) external view returns (uint16) {
        return uint16(_versions[product][kind].published.length);
    }

    /// @inheritdoc IRulebook
    function versionOf(
        uint16 product,
        uint8 kind,
        uint16 index
    ) external view returns (Version memory version, uint40 withdrawnAt, bytes memory limits) {
        Timeline.Line storage line = _versions[product][kind];
        version = line.published[index];
        return (version, line.withdrawnAt[index], DataContract.read(version.data));
    }

    /// @inheritdoc IRulebook
    function versionKnown(
        uint16 product,
        uint8 kind,
        uint40 time,
        uint40 knownAt
    ) external view returns (bool found, uint16 index) {
        return _versions[product][kind].known(time, knownAt);
    }

    /// @inheritdoc IRulebook
    function settingsKnown(uint40 time, uint40 knownAt) external view returns (bool found, uint16 index) {
        return _settings.known(time, knownAt);
    }

    /// @inheritdoc IRulebook
    function settingsOf(
        uint16 index
    ) external view returns (Version memory version, uint40 withdrawnAt, bytes memory settings) {
        version = _settings.published[index];
        return (version, _settings.withdrawnAt[index], DataContract.read(version.data));
    }

    /// @inheritdoc IRulebook
    function referenceKnown(
        uint8 series,
        uint40 time,
        uint40 knownAt
    ) external view returns (uint64 rate, uint40 publishedAt) {
        Entered[] storage points = _points[series];
        // Both times ascend.
        for (uint256 i = points.length; i > 0; i--) {
            Entered memory point = points[i - 1];
            if (point.publishedAt <= time && point.enteredAt <= knownAt) return (point.rate, point.publishedAt);
        }
    }

    /// @inheritdoc IRulebook
    function emergencyOf(uint16 product, uint8 kind) external view returns (Emergency memory) {
        return _emergencies[product][kind];
    }

    /// @inheritdoc IRulebook
    function pointCount(uint8 series) external view returns (uint256) {
        return _points[series].length;
    }

    /// @inheritdoc IRulebook
    function pointOf(uint8 series, uint256 index) external view returns (Point memory point, uint40 enteredAt) {
        Entered memory entered = _points[series][index];
        return (Point(entered.publishedAt, entered.rate), entered.enteredAt);
    }

    // Inside

    /// @dev The versions of a product and kind of borrower that there may be.
    function _line(uint16 product, uint8 kind) private view returns (Timeline.Line storage) {
        if (product == 0 || product >= PRODUCTS) revert Rulebook_BadProduct(product, PRODUCTS);
        if (kind != 1 && kind != 2) revert Rulebook_BadKind(kind);
        return _versions[product][kind];
    }

    function _publish(
        Timeline.Line storage line,
        uint16 product,
        uint8 kind,
        uint40 effectiveFrom,
        bytes calldata limits
    ) private returns (uint16 index) {
        Terms words = _check(limits);
        // A pilot is told of its loans from the first one on.
        if (words.on() & Decision.PILOT != 0 && effectiveFrom <= block.timestamp) {
            revert Rulebook_TooSoon(block.timestamp + 1, effectiveFrom);
        }
        if (line.published.length >= type(uint16).max) revert Rulebook_TooMany();
        index = line.push(DataContract.write(limits), effectiveFrom);
        emit VersionPublished(product, kind, index, effectiveFrom, uint40(block.timestamp), limits);
    }

    /// @dev Law that was published before, from another time on.
    function _publishAgain(
        Timeline.Line storage line,
        uint16 product,
        uint8 kind,
        uint40 effectiveFrom,
        address data
    ) private returns (uint16 index) {
        index = line.push(data, effectiveFrom);
        bytes memory limits = DataContract.read(data);
        emit VersionPublished(product, kind, index, effectiveFrom, uint40(block.timestamp), limits);
    }

    function _takeOut(
        Timeline.Line storage line,
        uint16 product,
        uint8 kind,
        uint16 index
    ) private returns (uint256 place) {
        place = line.remove(index);
        if (place == Timeline.NONE) revert Rulebook_NotPending(index);
        emit VersionWithdrawn(product, kind, index, uint40(block.timestamp));
    }

    /// @dev Whether these bytes may be a version.
    function _check(bytes calldata limits) private view returns (Terms words) {
        if (limits.length != LIMITS_BYTES) revert Rulebook_BadLength(LIMITS_BYTES, limits.length);
        address registry = licences.registryInService();
        if (registry == address(0)) revert Rulebook_NoRegistry();
        words = Limits.terms(abi.decode(limits, (uint256[10])));
        uint256 fault = LimitsCheck.firstFault(words);
        if (fault != LimitsCheck.NONE) revert Rulebook_BadField(fault);
        uint256 notServed = LimitsCheck.rulesNeeded(words) & ~uint256(IRegistry(registry).servedRules());
        if (notServed != 0) revert Rulebook_NotServed(notServed);
    }

    /// @dev From when an emergency may bind that ends at `until`, and the law that it interrupts.
    function _mayDeclare(
        Timeline.Line storage line,
        uint16 product,
        uint8 kind,
        uint40 until
    ) private view returns (uint40 from, address former) {
        from = uint40(block.timestamp) + 1;
        Emergency memory last = _emergencies[product][kind];
        // As long without one as the last one lasted, so that a chain of them isn't law without notice.
        uint256 earliest = 2 * uint256(last.until) - last.from;
        if (from < earliest) revert Rulebook_TooSoon(earliest, from);
        (Version memory present, uint40 next) = line.inForce(from);
        former = present.data;
        if (former == address(0)) revert Rulebook_NothingBinds(product, kind);
        // Law that was published binds on its day: an emergency ends before it, or it is withdrawn first.
        uint256 latest = from + EMERGENCY < next ? from + EMERGENCY : next - 1;
        if (until <= from || until > latest) revert Rulebook_BadEnd(from, latest, until);
    }

    function _noticeFor(bytes memory present, bytes memory next) private view returns (uint40) {
        (bool tightens, bool relaxes) = Strictness.compare(present, next);
        return _notice(tightens, relaxes);
    }

    /// @dev What is both needs the longer notice, so that a trifle can't carry the rest past it.
    function _notice(bool tightens, bool relaxes) private view returns (uint40 needed) {
        (uint40 tightening, uint40 relaxation) = notices();
        if (tightens) needed = tightening;
        if (relaxes && relaxation > needed) needed = relaxation;
    }

    function _setNotices(Notices memory all) private {
        if (all.nextTightening > MAX_NOTICE) revert Rulebook_BadNotice(MAX_NOTICE, all.nextTightening);
        if (all.nextRelaxation > MAX_NOTICE) revert Rulebook_BadNotice(MAX_NOTICE, all.nextRelaxation);
        _notices = all;
        emit NoticesChanged(all.nextTightening, all.nextRelaxation, all.from);
    }

    function _pushPoint(uint8 series, Point memory point) private {
        Entered[] storage points = _points[series];
        if (point.publishedAt > block.timestamp) revert Rulebook_PointTooEarly(block.timestamp, point.publishedAt);
        if (point.rate > MAX_RATE) revert Rulebook_BadRate(point.rate, MAX_RATE);
        if (points.length != 0 && point.publishedAt <= points[points.length - 1].publishedAt) {
            revert Rulebook_NotAscending(points[points.length - 1].publishedAt, point.publishedAt);
        }
        points.push(Entered(point.publishedAt, point.rate, uint40(block.timestamp)));
        emit RatePublished(series, point.publishedAt, point.rate, uint40(block.timestamp));
    }
}
