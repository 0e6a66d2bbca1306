// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Where a licence stands. Only an active platform may open loans; all others may still file what has happened.
enum Standing {
    None,
    Active,
    Suspended,
    Withdrawn
}

/// @notice A platform's permission, one storage slot.
/// @param key Signs the platform's filings; zero while no key is trusted.
/// @param group Affiliates share one: limits on one lender go by group.
/// @param standing Whether the platform may open loans.
/// @param foundingUntil UTC seconds until which history may be loaded, inclusive; the first request ends it earlier.
/// @param flags Bit 0: the authority, whose orders reach every platform's loans.
struct Licence {
    address key;
    uint24 group;
    Standing standing;
    uint40 foundingUntil;
    uint8 flags;
}

/// @title Licences: who may file, with which key, for which products, and with which registry
/// @notice Everything here is public and takes effect in the block that mines it. Who may call what is set in the
/// access manager (`docs/design/contracts.md`).
interface ILicences {
    /// @notice A licence was granted to a platform of this name.
    event LicenceGranted(uint24 indexed platform, string name);

    /// @notice All fields of a licence as they stand from here on.
    event LicenceSet(
        uint24 indexed platform,
        address key,
        uint24 group,
        Standing standing,
        uint40 foundingUntil,
        uint8 flags,
        address recovery
    );

    /// @notice The products of one word: bit i is product `word * 256 + i`.
    event ProductsSet(uint24 indexed platform, uint8 indexed word, uint256 bitmap);

    /// @notice A registry may be installed from `from` on, if its code then hashes to `codeHash`.
    event RegistryAnnounced(address indexed registry, bytes32 codeHash, uint40 from);

    /// @notice The announced registry will not be installed.
    event RegistryRenounced(address indexed registry);

    /// @notice From here on this registry, and no other, takes filings.
    event RegistryInstalled(address indexed registry, address indexed predecessor);

    error Licences_UnknownPlatform(uint24 platform);
    error Licences_TooMany(uint24 limit);
    error Licences_BadGroup(uint24 group, uint24 limit);
    error Licences_BadFlags(uint8 flags);
    error Licences_BadWord(uint8 word, uint8 limit);
    error Licences_Withdrawn(uint24 platform);
    error Licences_NotSuspended(uint24 platform, Standing standing);
    error Licences_TooSoon(uint256 earliest, uint256 given);
    error Licences_NotAnnounced(address registry, address announced);
    error Licences_WrongCode(bytes32 announced, bytes32 found);
    error Licences_WrongPredecessor(address expected, address found);

    /// @notice Grants a licence to a new platform, numbered on from the last.
    /// @param key The filing key; zero if it is set later.
    /// @param group The group of its affiliates; zero for a group of its own, numbered as the platform.
    /// @param foundingUntil UTC seconds until which it may load its history; zero for never.
    /// @param flags Bit 0: the authority.
    /// @param recovery A cold key that can revoke `key` at once, and nothing else.
    /// @param name For people; the chain does not read it.
    /// @return platform Its number, from 1.
    function grant(
        address key,
        uint24 group,
        uint40 foundingUntil,
        uint8 flags,
        address recovery,
        string calldata name
    ) external returns (uint24 platform);

    /// @notice Changes all that isn't key or standing.
    function amend(uint24 platform, uint24 group, uint40 foundingUntil, uint8 flags, address recovery) external;

    /// @notice Sets the filing key. Filings signed by the one before are rejected from then on.
    function setKey(uint24 platform, address key) external;

    /// @notice Takes away the filing key at once: the platform files nothing until it has a new one.
    /// @dev For the platform's recovery key and for whoever the access manager allows.
    function revokeKey(uint24 platform) external;

    /// @notice Stops new loans; facts still get in.
    function suspend(uint24 platform) external;

    /// @notice Ends a suspension.
    function restore(uint24 platform) external;

    /// @notice Ends the licence for good; facts of loans still open get in.
    function withdraw(uint24 platform) external;

    /// @notice Sets 256 products at once: bit i of word w is product `w * 256 + i`.
    function setProducts(uint24 platform, uint8 word, uint256 bitmap) external;

    /// @notice Announces a registry by its code, with notice unless none is in service yet.
    /// @param from UTC seconds from which it can be installed.
    function announceRegistry(address registry, bytes32 codeHash, uint40 from) external;

    /// @notice Takes back an announcement.
    function renounceRegistry() external;

    /// @notice Puts the announced registry in service. Its predecessor must be the one in service, so there is no way back.
    function installRegistry(address registry) external;

    /// @notice The registry in service; zero before the first.
    function registryInService() external view returns (address);

    /// @notice The announced registry, the hash of its code and the time from which it can be installed.
    function announced() external view returns (address registry, bytes32 codeHash, uint40 from);

    /// @notice What a filing needs: the registry in service, and of the platform's licence (all zero if there is none) the
    /// key, the group, whether it may open loans, until when it may load its history, and whether it is the authority.
    function filer(
        uint24 platform
    )
        external
        view
        returns (address registry, address key, uint24 group, bool active, uint40 foundingUntil, bool authority);

    /// @notice The licence of a platform; all zero if there is none.
    function licenceOf(uint24 platform) external view returns (Licence memory);

    /// @notice The group of a platform; zero if there is no such platform.
    function groupOf(uint24 platform) external view returns (uint24);

    /// @notice The key that can revoke the platform's filing key.
    function recoveryOf(uint24 platform) external view returns (address);

    /// @notice The products `word * 256` to `word * 256 + 255` of a platform, a bit each.
    function productsOf(uint24 platform, uint8 word) external view returns (uint256 bitmap);

    /// @notice How many licences were granted: platforms are numbered from 1 to this.
    function count() external view returns (uint24);

    /// @notice Seconds between the announcement of a registry and its installation, at least.
    function successionNotice() external view returns (uint40);
}
