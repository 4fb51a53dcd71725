// How the tests call the simulated Specter: real requests with Latin-1 percent-encoding, and the key worked out apart from it.
import type { Control, ControlAnswer, OutgoingWebhook, SimulatedPlatform } from "../../../sandbox/platform.ts";
import { specterPlatform } from "../../../sandbox/specter/index.ts";

export const WRITE = { apiUserId: "7", apiUserKey: "0123456789abcdef0123456789abcdef" };
export const READ = { apiUserId: "8", apiUserKey: "fedcba9876543210fedcba9876543210" };
export const INTEGRATION_KEY = "11111111-2222-3333-4444-555555555555";
export const ACCOUNT = {
  do: "account",
  sbmId: 1234,
  write: WRITE,
  read: READ,
  integrationKey: INTEGRATION_KEY,
  articles: ["SKU-1", "SKU-2", "FRAKT", "RABATT"],
  callback: { url: "https://edge.example/hooks/specter/con_1/tok" },
} as const;

export type Fields = Record<string, string | number>;
interface Options {
  seed?: string;
  key?: string;
  useXML?: string;
  sbmId?: string;
  apiUserId?: string;
}

/** ISO-8859-1 percent-encoding, written here a second time so that a mistake in the simulator shows. */
export const encode = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${[...String(value)].map(encodeCharacter).join("")}`)
    .join("&");

const encodeCharacter = (character: string): string =>
  /[A-Za-z0-9._-]/.test(character)
    ? character
    : `%${(character.codePointAt(0) ?? 63).toString(16).toUpperCase().padStart(2, "0")}`;

const hex = async (text: string): Promise<string> => {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("MD5", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

export const keyOf = async (apiUserKey: string, seed: string): Promise<string> =>
  hex(INTEGRATION_KEY + (await hex(`${apiUserKey}1234${seed}`)));

export interface Specter {
  platform: SimulatedPlatform;
  sent: OutgoingWebhook[];
  /** A write: action and ids in the query, the rest in the form; answers the text line. */
  put(action: string, fields: Fields, options?: Options): Promise<string>;
  /** A read: everything in the query; answers the XML. */
  get(action: string, fields: Fields, options?: Options): Promise<string>;
  control(command: Control): ControlAnswer;
  /** Customer 1001 and an order of 2 × SKU-1 at 79.20 and one FRAKT at 39.20, 25 %: 247.00. */
  order(fields?: Fields): Promise<string>;
}

const SEEDS: Record<string, string> = {
  newOrderSubmit: "customerId",
  getOrder: "orderNo",
  cancelOrderSubmit: "orderNo",
  newInvoiceSubmit: "orderNo",
  newCreditInvoiceSubmit: "originalInvoiceId",
  newInvoicePaymentSubmit: "invoiceId",
  newPaymentImportSubmit: "externalPayoutId",
};

const seedOf = (action: string, fields: Fields): string =>
  action === "newCustomerSubmit"
    ? String(fields.name ?? `${fields.firstName} ${fields.surName}`)
    : String(fields[SEEDS[action] ?? "batchNo"] ?? "");

/** A Specter with one account, or the one of a snapshot. The clock stands at 2026-01-05 12:00 UTC. */
export function openSpecter(overrides: Record<string, unknown> = {}, snapshot?: unknown): Specter {
  const platform = specterPlatform.create(snapshot);
  const sent: OutgoingWebhook[] = [];
  const world = {
    now: () => Date.UTC(2026, 0, 5, 12),
    random: () => 0,
    send: (hook: OutgoingWebhook) => sent.push(hook),
  };
  const control = (command: Control): ControlAnswer => platform.control(command, world);
  if (snapshot === undefined) control({ ...ACCOUNT, ...overrides });
  const text = async (request: Request): Promise<string> => {
    const response = await platform.handle(request, world);
    return Array.from(new Uint8Array(await response.arrayBuffer()), (byte) => String.fromCharCode(byte)).join("");
  };
  const put: Specter["put"] = async (action, fields, options = {}) => {
    const key = options.key ?? (await keyOf(WRITE.apiUserKey, options.seed ?? seedOf(action, fields)));
    const { sbmId = "1234", apiUserId = WRITE.apiUserId, useXML = "1" } = options;
    const query = encode({ action, sbmId, apiUserId, useXML });
    return text(
      new Request(`https://api.specter.se/putInfo.asp?${query}`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: encode({ ...fields, key }),
      }),
    );
  };
  const get: Specter["get"] = async (action, fields, options = {}) => {
    const key = options.key ?? (await keyOf(READ.apiUserKey, options.seed ?? seedOf(action, fields)));
    const { sbmId = "1234", apiUserId = READ.apiUserId, useXML = "2" } = options;
    const query = encode({ action, sbmId, apiUserId, useXML, ...fields, key });
    return text(new Request(`https://api.specter.se/getInfo.asp?${query}`));
  };
  const order: Specter["order"] = async (fields = {}) => {
    await put("newCustomerSubmit", PERSON);
    return put("newOrderSubmit", { ...ORDER, ...fields });
  };
  return { platform, sent, put, get, control, order };
}

export const PERSON: Fields = {
  customerOrganizationalForm: "P",
  firstName: "Åsa",
  surName: "Öberg",
  emailAddress: "asa@example.se",
  countryCode: "SE",
};

export const ORDER: Fields = {
  customerId: 1001,
  externalOrderNo: "QL-1",
  currency: "SEK",
  payTypeIdentifier: "QL",
  payTypeReference: "QLIRO-4510023",
  articleNo_1: "SKU-1",
  priceExclVAT_1: "79.200",
  noOfItems_1: "2",
  vatPercent_1: "25",
  articleNo_2: "FRAKT",
  priceExclVAT_2: "39.2",
  noOfItems_2: "1",
  vatPercent_2: "25",
};
