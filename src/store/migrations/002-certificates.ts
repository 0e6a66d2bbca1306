import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * A record key has a certificate for each filing key and each registry that its records were filed by and with, so that an old receipt
 * carries the one that counted then.
 */
export const certificates: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  `alter table record_keys drop constraint record_keys_pkey`,
  `alter table record_keys add column ordinal bigint generated always as identity`,
  `alter table record_keys add primary key (platform, thumbprint, certification)`,
];
