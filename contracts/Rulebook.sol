// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {ILicences} from "./interfaces/ILicences.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {IRulebook, Point, Version} from "./interfaces/IRulebook.sol";
import {DataContract} from "./libraries/DataContract.sol";
import {Limits, Terms} from "./libraries/Limits.sol";
import {LimitsCheck} from "./libraries/LimitsCheck.sol";
import {Settings} from "./libraries/Settings.sol";
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

    mapping(uint16 product => mapping(uint8 kind => Timeline.Line)) private _versions;
    Timeline.Line private _settings;
    mapping(uint8 series => Point[]) private _points;

    uint40 private _notice;
    uint40 private _nextNotice;
    uint40 private _nextNoticeFrom;

    constructor(address manager, ILicences licences_, uint40 notice_) AccessManaged(manager) {
        licences = licences_;
        _notice = notice_;
        _nextNotice = notice_;
        emit NoticeChanged(notice_, uint40(block.timestamp));
    }

    // Limits

    /// @inheritdoc IRulebook
    function publish(
        uint16 product,
        uint8 kind,
        uint40 effectiveFrom,
        bytes calldata limits
    ) external restricted returns (uint16 index) {
        if (product == 0 || product >= PRODUCTS) revert Rulebook_BadProduct(product, PRODUCTS);
        if (kind != 1 && kind != 2) revert Rulebook_BadKind(kind);
        if (limits.length != LIMITS_BYTES) revert Rulebook_BadLength(LIMITS_BYTES, limits.length);
        address registry = licences.registryInService();
        if (registry == address(0)) revert Rulebook_NoRegistry();

        Terms words = Limits.terms(abi.decode(limits, (uint256[10])));
        uint256 fault = LimitsCheck.firstFault(words);
        if (fault != LimitsCheck.NONE) revert Rulebook_BadField(fault);
        uint256 notServed = LimitsCheck.rulesNeeded(words) & ~uint256(IRegistry(registry).servedRules());
        if (notServed != 0) revert Rulebook_NotServed(notServed);

        index = _push(_versions[product][kind], effectiveFrom, limits);
        emit VersionPublished(product, kind, index, effectiveFrom, uint40(block.timestamp), limits);
    }

    /// @inheritdoc IRulebook
    function withdraw(uint16 product, uint8 kind, uint16 index) external restricted {
        if (!_versions[product][kind].remove(index)) revert Rulebook_NotPending(index);
        emit VersionWithdrawn(product, kind, index, uint40(block.timestamp));
    }

    // Settings

    /// @inheritdoc IRulebook
    function publishSettings(uint40 effectiveFrom, bytes calldata settings) external restricted returns (uint16 index) {
        uint256 fault = Settings.firstFault(settings);
        if (fault != Settings.NONE) revert Rulebook_BadField(fault);
        index = _push(_settings, effectiveFrom, settings);
        emit SettingsPublished(index, effectiveFrom, uint40(block.timestamp), settings);
    }

    /// @inheritdoc IRulebook
    function withdrawSettings(uint16 index) external restricted {
        if (!_settings.remove(index)) revert Rulebook_NotPending(index);
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
    function setNotice(uint40 notice_) external restricted {
        uint40 present = notice();
        _notice = present;
        _nextNotice = notice_;
        _nextNoticeFrom = uint40(block.timestamp) + present;
        emit NoticeChanged(notice_, _nextNoticeFrom);
    }

    /// @inheritdoc IRulebook
    function notice() public view returns (uint40) {
        return block.timestamp < _nextNoticeFrom ? _notice : _nextNotice;
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
    function referenceAt(
        uint8 series,
        uint40 time
    ) external view returns (uint64 rate, uint40 publishedAt, uint40 until) {
        Point[] storage points = _points[series];
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
    function pointCount(uint8 series) external view returns (uint256) {
        return _points[series].length;
    }

    /// @inheritdoc IRulebook
    function pointOf(uint8 series, uint256 index) external view returns (Point memory) {
        return _points[series][index];
    }

    // Inside

    function _push(Timeline.Line storage line, uint40 effectiveFrom, bytes calldata data) private returns (uint16) {
        if (line.published.length > type(uint16).max) revert Rulebook_TooMany();
        if (line.live.length != 0) {
            uint256 last = line.latest.effectiveFrom;
            if (effectiveFrom <= last) revert Rulebook_NotAscending(last, effectiveFrom);
            uint256 earliest = block.timestamp + notice();
            if (effectiveFrom < earliest) revert Rulebook_TooSoon(earliest, effectiveFrom);
        }
        return line.push(DataContract.write(data), effectiveFrom);
    }

    function _pushPoint(uint8 series, Point memory point) private {
        Point[] storage points = _points[series];
        if (point.publishedAt > block.timestamp) revert Rulebook_PointTooEarly(block.timestamp, point.publishedAt);
        if (point.rate > MAX_RATE) revert Rulebook_BadRate(point.rate, MAX_RATE);
        if (points.length != 0 && point.publishedAt <= points[points.length - 1].publishedAt) {
            revert Rulebook_NotAscending(points[points.length - 1].publishedAt, point.publishedAt);
        }
        points.push(point);
        emit RatePublished(series, point.publishedAt, point.rate);
    }
}
