import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * The first layout. SQL as it is: a migration says exactly what it does to the database, and is never edited once released.
 *
 * `submissions` is only ever inserted into, with four indexes; decisions live in the filing's row. So a loan costs two small
 * inserts and a 256th part of a few updates.
 */
export const initial: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `create table platforms (
     number integer primary key check (number between 1 and 262143),
     name text not null,
     signer jsonb not null,
     halted text,
     added_at timestamptz not null default now()
   )`,
  `create table record_keys (
     platform integer not null references platforms,
     thumbprint bytea not null check (length(thumbprint) = 32),
     jwk jsonb not null,
     valid_from_time bigint not null,
     valid_to_time bigint not null,
     certification bytea not null check (length(certification) = 65),
     added_at timestamptz not null default now(),
     primary key (platform, thumbprint)
   )`,
  `create table api_keys (
     prefix text primary key,
     hash bytea not null check (length(hash) = 32),
     role text not null check (role in ('platform', 'operator', 'auditor')),
     platform integer references platforms,
     label text not null,
     added_at timestamptz not null default now(),
     revoked_at timestamptz,
     check ((role = 'platform') = (platform is not null))
   )`,
  `create table submissions (
     sequence bigint generated always as identity primary key,
     platform integer not null references platforms,
     leaf bytea not null unique check (length(leaf) = 32),
     idempotency_key text not null,
     body_hash bytea not null check (length(body_hash) = 32),
     jti text not null,
     kind smallint not null,
     borrower bytea not null check (length(borrower) = 32),
     question boolean not null,
     opening bytea check (length(opening) = 32),
     record text not null,
     received_at timestamptz not null,
     deadline_at timestamptz not null,
     unique (platform, idempotency_key),
     unique (platform, jti)
   )`,
  // Base64 does not compress, and a record fits in its page: keep it there as it is.
  `alter table submissions alter column record set storage external`,
  `alter table submissions set (toast_tuple_target = 8160)`,
  `create table placements (
     sequence bigint primary key references submissions,
     state text not null check (state in ('filed', 'not_filed', 'quarantined')),
     platform integer not null,
     number bigint,
     index smallint,
     reason text,
     check ((state = 'filed') = (number is not null and index is not null)),
     check ((state = 'filed') = (reason is null))
   )`,
  `create table filings (
     ordinal bigint generated always as identity primary key,
     platform integer not null,
     number bigint not null check (number between 1 and 268435455),
     state text not null check (state in ('cut', 'signed', 'broadcast', 'mined', 'final', 'overtaken')),
     previous bytea not null check (length(previous) = 32),
     head bytea not null check (length(head) = 32),
     records_root bytea not null check (length(records_root) = 32),
     entries bytea not null,
     sequences bigint[] not null,
     closed_at timestamptz not null default now(),
     signature bytea check (length(signature) = 65),
     nonce bigint,
     gas_limit bigint,
     transaction_hash bytea check (length(transaction_hash) = 32),
     transaction bytea,
     block_number bigint,
     block_hash bytea,
     block_time bigint,
     log_index integer,
     decisions bytea,
     check (state = 'cut' or state = 'overtaken' or signature is not null),
     check ((state in ('mined', 'final')) = (block_number is not null and block_time is not null and decisions is not null))
   )`,
  // Entries are random bytes (pseudonyms) for the greater part.
  `alter table filings alter column entries set storage external, alter column transaction set storage external`,
  `create unique index filings_by_number on filings (platform, number) where state <> 'overtaken'`,
  `create index filings_on_the_way on filings (ordinal) where state in ('cut', 'signed', 'broadcast', 'mined')`,
  `create index filings_by_block on filings (block_number) where state = 'mined'`,
  `create table checks (
     platform integer not null,
     consent text not null,
     outcome text not null,
     checked_at timestamptz not null default now()
   )`,
  `create index checks_by_platform on checks (platform, checked_at)`,
  `create table alarms (
     id bigint generated always as identity primary key,
     code text not null,
     message text not null,
     raised_at timestamptz not null default now(),
     cleared_at timestamptz
   )`,
  `create table marks (name text primary key, value bigint not null)`,
];
