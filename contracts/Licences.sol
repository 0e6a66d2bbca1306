// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {ILicences, Licence, Standing} from "./interfaces/ILicences.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";

/// @title Licences
/// @notice See {ILicences}.
contract Licences is ILicences, AccessManaged {
    /// @dev Platforms have 18 bits in a borrower's state, products 11.
    uint24 private constant MAX_PLATFORM = 2 ** 18 - 1;
    uint8 private constant PRODUCT_WORDS = 8;
    uint8 private constant AUTHORITY = 1;
    uint8 private constant KNOWN_FLAGS = AUTHORITY;

    /// @inheritdoc ILicences
    uint40 public immutable successionNotice;

    /// @inheritdoc ILicences
    address public registryInService;

    /// @inheritdoc ILicences
    uint24 public count;

    mapping(uint24 platform => Licence) private _licences;
    mapping(uint24 platform => address) private _recovery;
    mapping(uint24 platform => mapping(uint8 word => uint256)) private _products;

    address private _announced;
    uint40 private _announcedFrom;
    bytes32 private _announcedCode;

    constructor(address manager, uint40 successionNotice_) AccessManaged(manager) {
        successionNotice = successionNotice_;
    }

    // Licences

    /// @inheritdoc ILicences
    function grant(
        address key,
        uint24 group,
        uint40 foundingUntil,
        uint8 flags,
        address recovery,
        string calldata name
    ) external restricted returns (uint24 platform) {
        if (count == MAX_PLATFORM) revert Licences_TooMany(MAX_PLATFORM);
        platform = ++count;
        _licences[platform].key = key;
        _licences[platform].standing = Standing.Active;
        emit LicenceGranted(platform, name);
        _amend(platform, group == 0 ? platform : group, foundingUntil, flags, recovery);
    }

    /// @inheritdoc ILicences
    function amend(
        uint24 platform,
        uint24 group,
        uint40 foundingUntil,
        uint8 flags,
        address recovery
    ) external restricted {
        _known(platform);
        _amend(platform, group, foundingUntil, flags, recovery);
    }

    /// @inheritdoc ILicences
    function setKey(uint24 platform, address key) external restricted {
        _known(platform).key = key;
        _emitLicence(platform);
    }

    /// @inheritdoc ILicences
    function revokeKey(uint24 platform) external {
        Licence storage licence = _known(platform);
        if (msg.sender != _recovery[platform]) _checkCanCall(msg.sender, msg.data);
        licence.key = address(0);
        _emitLicence(platform);
    }

    /// @inheritdoc ILicences
    function suspend(uint24 platform) external restricted {
        Licence storage licence = _known(platform);
        if (licence.standing == Standing.Withdrawn) revert Licences_Withdrawn(platform);
        licence.standing = Standing.Suspended;
        _emitLicence(platform);
    }

    /// @inheritdoc ILicences
    function restore(uint24 platform) external restricted {
        Licence storage licence = _known(platform);
        if (licence.standing != Standing.Suspended) revert Licences_NotSuspended(platform, licence.standing);
        licence.standing = Standing.Active;
        _emitLicence(platform);
    }

    /// @inheritdoc ILicences
    function withdraw(uint24 platform) external restricted {
        _known(platform).standing = Standing.Withdrawn;
        _emitLicence(platform);
    }

    /// @inheritdoc ILicences
    function setProducts(uint24 platform, uint8 word, uint256 bitmap) external restricted {
        _known(platform);
        if (word >= PRODUCT_WORDS) revert Licences_BadWord(word, PRODUCT_WORDS);
        _products[platform][word] = bitmap;
        emit ProductsSet(platform, word, bitmap);
    }

    // Succession

    /// @inheritdoc ILicences
    function announceRegistry(address registry, bytes32 codeHash, uint40 from) external restricted {
        // The first registry replaces nothing that anybody relies on.
        uint256 earliest = registryInService == address(0) ? 0 : block.timestamp + successionNotice;
        if (from < earliest) revert Licences_TooSoon(earliest, from);
        (_announced, _announcedCode, _announcedFrom) = (registry, codeHash, from);
        emit RegistryAnnounced(registry, codeHash, from);
    }

    /// @inheritdoc ILicences
    function renounceRegistry() external restricted {
        emit RegistryRenounced(_announced);
        delete _announced;
    }

    /// @inheritdoc ILicences
    function installRegistry(address registry) external restricted {
        if (registry == address(0) || registry != _announced) revert Licences_NotAnnounced(registry, _announced);
        if (block.timestamp < _announcedFrom) revert Licences_TooSoon(_announcedFrom, block.timestamp);
        if (registry.codehash != _announcedCode) revert Licences_WrongCode(_announcedCode, registry.codehash);
        address predecessor = address(IRegistry(registry).predecessor());
        if (predecessor != registryInService) revert Licences_WrongPredecessor(registryInService, predecessor);
        registryInService = registry;
        delete _announced;
        emit RegistryInstalled(registry, predecessor);
    }

    // Views

    /// @inheritdoc ILicences
    function announced() external view returns (address registry, bytes32 codeHash, uint40 from) {
        return (_announced, _announcedCode, _announcedFrom);
    }

    /// @inheritdoc ILicences
    function filer(
        uint24 platform
    )
        external
        view
        returns (address registry, address key, uint24 group, bool active, uint40 foundingUntil, bool authority)
    {
        Licence storage licence = _licences[platform];
        registry = registryInService;
        key = licence.key;
        group = licence.group;
        active = licence.standing == Standing.Active;
        foundingUntil = licence.foundingUntil;
        authority = licence.flags & AUTHORITY != 0;
    }

    /// @inheritdoc ILicences
    function licenceOf(uint24 platform) external view returns (Licence memory) {
        return _licences[platform];
    }

    /// @inheritdoc ILicences
    function groupOf(uint24 platform) external view returns (uint24) {
        return _licences[platform].group;
    }

    /// @inheritdoc ILicences
    function recoveryOf(uint24 platform) external view returns (address) {
        return _recovery[platform];
    }

    /// @inheritdoc ILicences
    function productsOf(uint24 platform, uint8 word) external view returns (uint256 bitmap) {
        return _products[platform][word];
    }

    // Inside

    function _known(uint24 platform) private view returns (Licence storage licence) {
        licence = _licences[platform];
        if (licence.standing == Standing.None) revert Licences_UnknownPlatform(platform);
    }

    function _amend(uint24 platform, uint24 group, uint40 foundingUntil, uint8 flags, address recovery) private {
        if (group == 0 || group > MAX_PLATFORM) revert Licences_BadGroup(group, MAX_PLATFORM);
        if (flags > KNOWN_FLAGS) revert Licences_BadFlags(flags);
        Licence storage licence = _licences[platform];
        (licence.group, licence.foundingUntil, licence.flags) = (group, foundingUntil, flags);
        _recovery[platform] = recovery;
        _emitLicence(platform);
    }

    function _emitLicence(uint24 platform) private {
        Licence storage licence = _licences[platform];
        emit LicenceSet(
            platform,
            licence.key,
            licence.group,
            licence.standing,
            licence.foundingUntil,
            licence.flags,
            _recovery[platform]
        );
    }
}
