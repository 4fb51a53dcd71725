// Masks personal data in form-encoded bodies by field name, also where names carry a path: `billing[first_name]`.
import { isMasked, isSecretField } from "./keys.ts";
import { MASK } from "./mask.ts";
import { maskShapes } from "./shapes.ts";

/** Masks by field name; `nested` is applied to values that hold a document of their own. */
export function maskForm(text: string, nested: (text: string) => string | null): string {
  return text
    .split("&")
    .map((pair) => {
      const equals = pair.indexOf("=");
      return equals === -1 ? pair : `${pair.slice(0, equals)}=${valueMasked(pair, equals, nested)}`;
    })
    .join("&");
}

function valueMasked(pair: string, equals: number, nested: (text: string) => string | null): string {
  const key = decoded(pair.slice(0, equals));
  const given = pair.slice(equals + 1);
  const value = decoded(given);
  if (key === null || value === null || isSecretField(key) || isMasked(pathOf(key))) return given === "" ? "" : MASK;
  const inner = nested(value);
  if (inner !== null) return encodeURIComponent(inner);
  return maskShapes(value) === value ? given : MASK;
}

const pathOf = (key: string): string[] => key.split(/[.[\]]+/).filter((part) => part !== "");

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}
