import { chainError } from "../chain/errors.ts";
import { coreError, type ErrorKind } from "../core/errors.ts";
import { recordError } from "../core/record-errors.ts";
import { filingError } from "../core/registry.ts";
import { storeError } from "../store/errors.ts";
import { gatewayError } from "./errors.ts";

const kinds: ReadonlyMap<string, ErrorKind> = new Map(
  [coreError, recordError, filingError, storeError, chainError, gatewayError].flatMap(({ table }) =>
    Object.entries<ErrorKind>(table),
  ),
);

/** What an error code means that an answer of the gateway's may carry. */
export function errorKind(code: string): ErrorKind {
  const kind = kinds.get(code);
  if (kind === undefined) throw coreError("internal", `no room that the gateway uses declares the error code ${code}`);
  return kind;
}
