import type { ColumnType, GeneratedAlways } from "kysely";

/**
 * The gateway's tables. What must survive a crash is here and nowhere else; everything in the gateway's memory is rebuilt
 * from it and from the chain.
 *
 * Columns named `*_time` are UTC seconds of the chain or of a record, columns named `*_at` are this machine's clock.
 */
export interface Schema {
  platforms: PlatformTable;
  record_keys: RecordKeyTable;
  api_keys: ApiKeyTable;
  submissions: SubmissionTable;
  placements: PlacementTable;
  filings: FilingTable;
  checks: CheckTable;
  alarms: AlarmTable;
  marks: MarkTable;
}

/** A time that the database sets unless told. */
type SetByDatabase = ColumnType<Date, Date | undefined, never>;

/** Platforms whose filings this gateway signs and relays. */
export interface PlatformTable {
  number: number;
  name: string;
  /** How the gateway reaches the platform's filing key: parsed by the gateway's `signerReference`. */
  signer: ColumnType<unknown, string, string>;
  /** Why the platform's queue stands still, until an operator has decided; null while it moves. */
  halted: string | null;
  added_at: SetByDatabase;
}

/** Certificates of P-256 keys that sign a platform's records: each is by one filing key, for one registry. */
export interface RecordKeyTable {
  /** The order in which they were added; the last of a key says for which time it counts. */
  ordinal: GeneratedAlways<number>;
  platform: number;
  thumbprint: Buffer;
  /** The public key as JWK. */
  jwk: ColumnType<unknown, string, string>;
  valid_from_time: number;
  valid_to_time: number;
  /** The filing key's EIP-712 signature, 65 bytes. */
  certification: Buffer;
  added_at: SetByDatabase;
}

export interface ApiKeyTable {
  /** The part of the key that is no secret, by which it is looked up. */
  prefix: string;
  /** SHA-256 of the whole key. The key itself is kept nowhere. */
  hash: Buffer;
  role: "platform" | "operator" | "auditor";
  /** The platform it belongs to, for that role alone. */
  platform: number | null;
  label: string;
  added_at: SetByDatabase;
  revoked_at: Date | null;
}

/** What the gateway has promised to file. Rows are only added; what became of one is in `placements`. */
export interface SubmissionTable {
  /** The order of promises. */
  sequence: GeneratedAlways<number>;
  platform: number;
  /** The record's leaf hash; in hexadecimal it is the submission's public id. */
  leaf: Buffer;
  idempotency_key: string;
  body_hash: Buffer;
  /** The platform's own id of the event. */
  jti: string;
  kind: number;
  borrower: Buffer;
  /** An opening that rules can refuse: what follows on it has to wait for the decision. */
  question: boolean;
  /** Leaf of the record that opened the loan; null where this is the opening. */
  opening: Buffer | null;
  /** The SD-JWT with all its disclosures. */
  record: string;
  received_at: Date;
  /** By when the gateway promises to have broadcast it. */
  deadline_at: Date;
}

/** Where a submission went. One without a row here is waiting. */
export interface PlacementTable {
  sequence: number;
  /** `filed`: it is entry `index` of filing `number`. `not_filed`: its opening was refused. `quarantined`: it can't be filed. */
  state: "filed" | "not_filed" | "quarantined";
  platform: number;
  number: number | null;
  index: number | null;
  reason: string | null;
}

export type FilingState = "cut" | "signed" | "broadcast" | "mined" | "final" | "overtaken";

export interface FilingTable {
  /** The order in which filings were closed, and so in which they leave. */
  ordinal: GeneratedAlways<number>;
  platform: number;
  number: number;
  state: ColumnType<FilingState, FilingState, FilingState>;
  previous: Buffer;
  head: Buffer;
  records_root: Buffer;
  entries: Buffer;
  /** Sequences of the submissions it holds, in the order of entries; empty if somebody else filed it. */
  sequences: ColumnType<number[], number[], never>;
  closed_at: SetByDatabase;
  signature: Buffer | null;
  nonce: number | null;
  gas_limit: number | null;
  transaction_hash: Buffer | null;
  /** The signed transaction: from here on these bytes are sent, whatever happens. */
  transaction: Buffer | null;
  block_number: number | null;
  block_hash: Buffer | null;
  block_time: number | null;
  log_index: number | null;
  decisions: Buffer | null;
}

/** One row for each check that a platform made, so that enquiries about people can be accounted for. */
export interface CheckTable {
  platform: number;
  /** The platform's reference to the borrower's consent. */
  consent: string;
  outcome: string;
  checked_at: SetByDatabase;
}

export interface AlarmTable {
  id: GeneratedAlways<number>;
  code: string;
  message: string;
  raised_at: SetByDatabase;
  cleared_at: Date | null;
}

/** Single numbers that move forward, such as the lowest sequence that still waits. */
export interface MarkTable {
  name: string;
  value: number;
}
