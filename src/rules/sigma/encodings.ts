import { problem, type Modified, type ModifierContext } from "./modifier.js";
import { joinParts, type SigmaValue, type StringPart, type StringValue } from "./value.js";

const BYTE_ORDER_MARK = "\xff\xfe";

/** UTF-16 as bytes; wildcards stay between the texts. */
export function toUtf16(
  order: "le" | "be",
  mark: boolean,
): (value: StringValue, context: ModifierContext) => Modified {
  return (value, { name }) => {
    if (value.encoding === "bytes")
      return problem(`${name} is applied to what is encoded already.`, `Remove ${name}.`);
    const encode = (text: string): string => {
      const bytes = Buffer.from(text, "utf16le");
      return (order === "le" ? bytes : bytes.swap16()).toString("latin1");
    };
    const parts = value.parts.map((part) =>
      part.kind === "text" ? { ...part, text: encode(part.text) } : part,
    );
    const marked: StringPart[] = mark ? [{ kind: "text", text: BYTE_ORDER_MARK }, ...parts] : parts;
    return { ...value, parts: joinParts(marked), encoding: "bytes" };
  };
}

export function toBase64(value: StringValue, context: ModifierContext): Modified {
  const bytes = toBytes(value, context);
  return Buffer.isBuffer(bytes) ? withText(value, bytes.toString("base64")) : bytes;
}

/** Of the encoded text only what does not depend on its neighbours counts. By offset, and by length modulo 3. */
const CUT_BEFORE = [0, 2, 3];
const CUT_BEHIND = [0, 3, 2];

/** The three texts that a value becomes by where it stands in what is encoded. */
export function toBase64Offsets(value: StringValue, context: ModifierContext): Modified {
  const bytes = toBytes(value, context);
  if (!Buffer.isBuffer(bytes)) return bytes;
  const values: SigmaValue[] = [];
  for (const [offset, before] of CUT_BEFORE.entries()) {
    const encoded = Buffer.concat([Buffer.alloc(offset, " "), bytes]).toString("base64");
    const behind = CUT_BEHIND[(bytes.length + offset) % 3] ?? 0;
    const text = encoded.slice(before, encoded.length - behind);
    if (text === "")
      return problem(
        "The value is too short to be found in what is encoded.",
        "Give it three characters or more.",
      );
    values.push(withText(value, text));
  }
  return { kind: "one_of", values };
}

function toBytes(value: StringValue, { name, modifiers }: ModifierContext): Buffer | Modified {
  let text = "";
  for (const part of value.parts) {
    if (part.kind === "placeholder")
      return problem(`${name} stands before expand.`, `Write |expand|${name}.`);
    if (part.kind !== "text") {
      const affix = modifiers.find((other) => ["contains", "startswith", "endswith"].includes(other));
      const hint =
        affix === undefined || value.raw.includes("*") || value.raw.includes("?")
          ? "Remove the wildcards, or put a backslash before them."
          : `Write |${name}|${affix}.`;
      return problem(`${name} cannot encode wildcards.`, hint);
    }
    text += part.text;
  }
  return Buffer.from(text, value.encoding === "bytes" ? "latin1" : "utf8");
}

function withText(value: StringValue, text: string): StringValue {
  return { ...value, parts: [{ kind: "text", text }], encoding: "text" };
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text of a part that is bytes, as a record could have it; undefined when it is no text. */
export function textOfBytes(bytes: string): string | undefined {
  const marked = bytes.startsWith(BYTE_ORDER_MARK);
  try {
    const rest = UTF8.decode(Buffer.from(marked ? bytes.slice(BYTE_ORDER_MARK.length) : bytes, "latin1"));
    return marked ? `\ufeff${rest}` : rest;
  } catch {
    // Not every sequence of bytes is UTF-8.
    return undefined;
  }
}
