/** RLP as the chain writes it (Ethereum yellow paper, appendix B), read strictly: one encoding a value, nothing after the end. */
export type Rlp = Uint8Array | readonly Rlp[];

/** Proofs and headers nest twice; what nests deeper is none. */
const MAX_DEPTH = 4;

/** The value that all of `bytes` encode, or undefined if they are no RLP. Byte strings are views into `bytes`. */
export function decodeRlp(bytes: Uint8Array): Rlp | undefined {
  const item = read(bytes, 0, bytes.length, 0);
  return item?.end === bytes.length ? item.value : undefined;
}

function read(bytes: Uint8Array, at: number, end: number, depth: number): { value: Rlp; end: number } | undefined {
  const span = header(bytes, at, end);
  if (span === undefined) return undefined;
  if (!span.list) return { value: bytes.subarray(span.start, span.end), end: span.end };
  if (depth === MAX_DEPTH) return undefined;
  const items: Rlp[] = [];
  for (let next = span.start; next < span.end;) {
    const item = read(bytes, next, span.end, depth + 1);
    if (item === undefined) return undefined;
    items.push(item.value);
    next = item.end;
  }
  return { value: items, end: span.end };
}

interface Span {
  readonly list: boolean;
  readonly start: number;
  readonly end: number;
}

function header(bytes: Uint8Array, at: number, end: number): Span | undefined {
  const first = bytes[at];
  if (first === undefined || at >= end) return undefined;
  if (first < 0x80) return { list: false, start: at, end: at + 1 };
  const list = first >= 0xc0;
  const short = first - (list ? 0xc0 : 0x80);
  let start = at + 1;
  let length = short;
  if (short > 55) {
    const width = short - 55;
    start += width;
    if (width > 4 || start > end || bytes[at + 1] === 0) return undefined;
    length = 0;
    for (let i = at + 1; i < start; i++) length = length * 256 + bytes[i]!;
    if (length < 56) return undefined;
  }
  if (length > end - start) return undefined;
  // A single byte below 0x80 stands for itself.
  if (!list && short === 1 && bytes[start]! < 0x80) return undefined;
  return { list, start, end: start + length };
}
