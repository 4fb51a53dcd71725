// What Specter answers, as data: the text line, the XML tree, and the schemas of the documents in it.
//
// Sources: reference/specter.md sections 4 and 6.2; `getOrder` and invoices are C2, NOT DOCUMENTED - our contract.
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { z } from "zod";
import { parseDecimal } from "../../domain/money.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { bodyText } from "../shared/answers.ts";
import { PRICE_EXPONENT, QUANTITY_EXPONENT } from "./prices.ts";

/** An answer in Specter's own terms. `message` is for people and may repeat what was sent: never show it unread. */
export type SpecterAnswer =
  | { kind: "ok"; id: string; message: string }
  | { kind: "failed"; code: string; message: string }
  | { kind: "unreadable"; reason: string };

/** The body as text: Latin-1, unless the answer itself says UTF-8. */
export function answerText(body: Uint8Array, contentType: string | null): string {
  const text = bodyText(body, "latin1");
  const declared = /charset=["']?utf-?8/i.test(contentType ?? "") || /^\s*<\?xml[^>]*encoding=["']utf-?8/i.test(text);
  return declared ? bodyText(body, "utf-8") : text;
}

/** `result;id;message`. The message may hold semicolons, so only the first two divide. */
export function parseTextAnswer(text: string): SpecterAnswer {
  const parts = /^\s*(\d+)\s*;([^;]*)(?:;([\s\S]*))?$/.exec(text);
  if (!parts) return { kind: "unreadable", reason: "the answer is not a line of result;id;message" };
  const [, result, second = "", message = ""] = parts;
  if (Number(result) === 1) return { kind: "ok", id: second.trim(), message: message.trim() };
  return { kind: "failed", code: second.trim() || "0", message: message.trim() };
}

export type XmlTree = Record<string, unknown>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseAttributeValue: false,
  parseTagValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  processEntities: false,
  tagValueProcessor: (_name, value) => decodeEntities(value),
  attributeValueProcessor: (_name, value) => decodeEntities(value),
  isArray: (name) => ["order", "row", "invoice"].includes(name),
});

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The five entities of XML and character numbers, in one pass: nothing can expand twice. */
const decodeEntities = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex?: string, decimal?: string, name = "") => {
    if (hex === undefined && decimal === undefined) return NAMED[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/**
 * The children of the root element. Its name is not known, so any will do but that of a
 * web page. A cut-off text is an error.
 */
export function parseXml(text: string): Result<XmlTree, string> {
  if (/<!DOCTYPE/i.test(text)) return err("the answer declares a document type");
  if (!text.trimStart().startsWith("<") || XMLValidator.validate(text) !== true)
    return err("the answer is not complete XML");
  const roots = Object.entries(z.record(z.string(), z.unknown()).catch({}).parse(parser.parse(text)));
  const [only] = roots;
  if (only === undefined || roots.length !== 1) return err("the answer has no single root element");
  if (only[0].toLowerCase() === "html") return err("the answer is a web page");
  if (only[1] === "") return ok({});
  const root = z.record(z.string(), z.unknown()).safeParse(only[1]);
  return root.success ? ok(root.data) : err("the root element has no children");
}

/** An empty element is parsed as an empty text; what is inside it is then absent. */
const element = <S extends z.ZodType>(inside: S) =>
  z.preprocess((value) => (value === "" || value === undefined ? {} : value), inside);

const apiResponseSchema = element(
  z.object({ result: z.string().optional(), code: z.string().optional(), message: z.string().default("") }),
);

/** What `APIresponse` says; null where the answer has none. A code without a result is a failure (code 99). */
export function apiResponse(root: XmlTree): SpecterAnswer | null {
  if (root.APIresponse === undefined) return null;
  const parsed = apiResponseSchema.safeParse(root.APIresponse);
  if (!parsed.success) return { kind: "unreadable", reason: "APIresponse is not as documented" };
  const { result, code = "0", message } = parsed.data;
  const succeeded = result === undefined ? code === "0" : result.trim() === "1";
  return succeeded ? { kind: "ok", id: "", message } : { kind: "failed", code: code.trim() || "0", message };
}

const attribute = z.string().trim().default("");

/** A decimal with a dot as an integer of 10^-exponent. */
const decimal = (exponent: number) =>
  z.string().transform((text, issues) => {
    const parsed = parseDecimal(text, exponent);
    if (parsed.ok) return parsed.value;
    issues.addIssue({ code: "custom", message: parsed.error.reason });
    return z.NEVER;
  });

const quantity = decimal(QUANTITY_EXPONENT);
const priced = {
  articleNo: attribute,
  noOfItems: quantity,
  priceExclVAT: decimal(PRICE_EXPONENT),
  /** Percent, read as basis points. */
  vatPercent: decimal(2),
};

const orderRowSchema = z.object({ id: attribute, ...priced, deliveredItems: quantity.optional() });
const invoiceRowSchema = z.object({ orderRowId: attribute, ...priced });

const invoiceSchema = z.object({
  invoiceId: z.string().trim().min(1),
  credit: attribute,
  originalInvoiceId: attribute,
  date: attribute,
  total: z.string(),
  vat: z.string(),
  currency: attribute,
  row: z.array(invoiceRowSchema).optional(),
});

export const orderSchema = z.object({
  orderNo: z.string().trim().min(1),
  externalOrderNo: attribute,
  currency: z.string().trim().length(3).toUpperCase(),
  payTypeIdentifier: attribute,
  payTypeReference: attribute,
  orderstatus: element(z.object({ statusId: attribute, deliveryStatus: attribute })),
  rows: element(z.object({ row: z.array(orderRowSchema).default([]) })),
  invoices: element(z.object({ invoice: z.array(invoiceSchema).default([]) })),
});

export type SpecterPricedRow = { articleNo: string; noOfItems: number; priceExclVAT: number; vatPercent: number };
export type SpecterOrder = z.infer<typeof orderSchema>;
export type SpecterInvoice = z.infer<typeof invoiceSchema>;

const changeRowSchema = z.object({ orderNo: attribute });

/** The rows of a change feed: of each, only which order it is about. The truth is read afterwards. */
export const changesSchema = {
  orders: element(z.object({ order: z.array(changeRowSchema).default([]) })).transform((feed) => feed.order),
  invoices: element(z.object({ invoice: z.array(changeRowSchema).default([]) })).transform((feed) => feed.invoice),
};

/** The id between single quotes in a message: an open batch (99), or a document that exists already (40). */
export const quotedId = (message: string): string | null => /'([^']+)'/.exec(message)?.[1]?.trim() || null;
