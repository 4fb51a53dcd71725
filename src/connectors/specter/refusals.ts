// Specter's refusals in our words: which code of ours each one is, and what of its text may be shown.
import type { CreateOrder, Outcome } from "../../domain/commands.ts";
import { asStored } from "./key.ts";
import type { Failed } from "./transport.ts";

const DETAIL_CHARACTERS_MAX = 200;

/** What a call sent, as far as it matters for reading the refusal. */
export interface Sent {
  action: string;
  /** Names of the fields, for naming the one that Specter refuses. */
  fields: readonly string[];
  articleNumbers?: readonly string[];
  /** Texts about a person: an answer that repeats one is not shown. */
  personal?: readonly string[];
  /** The situation when the document that the call speaks of is not there (code 30). */
  missing?: { code: "ORDER_DELETED_IN_ERP" | "PLATFORM_REFUSED"; detail: string };
}

/**
 * A refused write as an outcome. Codes are C2, NOT DOCUMENTED - our contract; 40 (duplicate) is the caller's,
 * who knows what a duplicate means there. A failure without a code (`0;0;reason`) is `PLATFORM_REFUSED`.
 */
export function refused(failed: Failed, sent: Sent): Extract<Outcome, { kind: "refused" }> {
  const { action } = sent;
  switch (failed.code) {
    case "20": {
      const field = longestNamed(failed.message, sent.fields);
      const detail = field ? `does not accept the field ${field}` : "does not accept a field, and names none we know";
      return { kind: "refused", code: "PLATFORM_REFUSED", detail: `${action}: Specter ${detail} (code 20)` };
    }
    case "30":
      return {
        kind: "refused",
        ...(sent.missing ?? { code: "PLATFORM_REFUSED", detail: `${action}: not found (code 30)` }),
      };
    case "31": {
      const article = longestNamed(failed.message, sent.articleNumbers ?? []);
      const one = article ?? `one of ${(sent.articleNumbers ?? []).join(", ")}`.slice(0, DETAIL_CHARACTERS_MAX);
      return { kind: "refused", code: "ARTICLE_MISSING_IN_ERP", detail: `article ${one} (code 31)` };
    }
    case "41":
      return { kind: "refused", code: "ERP_WRONG_STATE", detail: refusalDetail(action, failed, sent.personal ?? []) };
    default:
      return { kind: "refused", code: "PLATFORM_REFUSED", detail: refusalDetail(action, failed, sent.personal ?? []) };
  }
}

/** The action, the code, and Specter's own words unless they repeat something that must not be shown. */
export function refusalDetail(action: string, failed: Failed, hidden: readonly string[]): string {
  const start = `${action}: code ${failed.code.slice(0, 10)}`;
  if (failed.message === "") return start;
  if (/[0-9a-f]{32}/i.test(failed.message) || repeatsAny(failed.message, hidden))
    return `${start}; its text repeats what was sent and is not shown`;
  return `${start}, ${failed.message}`.slice(0, DETAIL_CHARACTERS_MAX);
}

/** Everything in an order that tells something about a person. */
export const personalTexts = ({ customer, billing, shipping }: CreateOrder): string[] => [
  ...[billing, shipping].flatMap(({ country: _, ...address }) => Object.values(address)),
  ...Object.values({ ...customer, form: undefined, language: undefined }).filter((text) => text !== undefined),
];

/** Whole texts and each word of them: a surname alone tells as much as the full name. */
function repeatsAny(message: string, texts: readonly string[]): boolean {
  const heard = words(message);
  return texts.some((text) => words(asStored(text)).some((word) => heard.includes(word)));
}

const words = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1);

/** The longest of the names that the message holds as a word of its own (`SKU-1` is not in `SKU-12`). */
function longestNamed(message: string, names: readonly string[]): string | null {
  const held = names.filter((name) => {
    const literal = name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    return name !== "" && new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, "iu").test(message);
  });
  return held.reduce<string | null>((best, name) => (best && best.length >= name.length ? best : name), null);
}
