// A Specter connection for tests: invented secrets of the reference, a clock that stands still, a memory to look into.

import {
  type SpecterCredentials,
  type SpecterSettings,
  settingsSchema,
} from "../../../src/connectors/specter/config.ts";
import { latin1 } from "../../../src/connectors/specter/key.ts";
import type { SpecterContext } from "../../../src/connectors/specter/transport.ts";
import type { AccountingCommand, CommandCall, CreateOrder } from "../../../src/domain/commands.ts";
import { type ScriptedHttp, type ScriptStep, scripted } from "../kit/http.ts";
import { memoryOver } from "../kit/memory.ts";

/** reference/specter.md section 3. */
export const CREDENTIALS: SpecterCredentials = {
  sbmId: "1234",
  apiUserId: "77",
  apiUserKey: "0123456789abcdef0123456789abcdef",
  integrationKey: "11111111-2222-3333-4444-555555555555",
};

export const settings = (given: Record<string, unknown> = {}): SpecterSettings =>
  settingsSchema.parse({ paymentTypes: { qliro: "QL" }, shippingArticleNumber: "FRAKT", ...given });

export interface TestConnection {
  context: SpecterContext;
  http: ScriptedHttp;
  remembered: Map<string, string>;
}

export function connection(
  steps: ScriptStep[],
  given: Record<string, unknown> = {},
  credentials: SpecterCredentials = CREDENTIALS,
): TestConnection {
  const http = scripted(...steps);
  const remembered = new Map<string, string>();
  const context: SpecterContext = {
    connectionId: "con_1",
    environment: "test",
    credentials,
    settings: settings(given),
    http,
    memory: memoryOver(remembered),
    accessToken: async () => ({ kind: "unauthorized", detail: "no OAuth" }),
    now: () => Date.UTC(2026, 0, 5, 12),
    random: () => 0.5,
    timezone: "Europe/Stockholm",
    origin: (_key, defaultOrigin) => defaultOrigin,
  };
  return { context, http, remembered };
}

/** Specter's answers are Latin-1 bytes. */
export const says = (text: string): ScriptStep => ({ answer: latin1(text) });

export const xmlError = (code: string, message: string): ScriptStep =>
  says(`<root><APIresponse><result>0</result><code>${code}</code><message>${message}</message></APIresponse></root>`);

export const XML_OK = says(
  "<root><APIresponse><result>1</result><code>0</code><message>OK</message></APIresponse></root>",
);

export const call = <C extends AccountingCommand>(payload: C, attempt = 1): CommandCall<C> => ({
  id: "cmd_1",
  requestKey: "00000000-0000-4000-8000-000000000000",
  payload,
  known: [],
  attempt,
});

/** A person, a product, freight and a discount; the rows add up to the total without rounding. */
export const ORDER: CreateOrder = {
  kind: "create_order",
  orderNumber: "QL-778812",
  orderDate: "2026-01-05",
  currency: "SEK",
  country: "SE",
  customer: {
    form: "person",
    firstName: "Åsa",
    lastName: "Öberg",
    email: "Asa.Oberg@example.com",
    phone: "+46701234567",
    language: "sv-SE",
  },
  billing: {
    firstName: "Åsa",
    lastName: "Öberg",
    street: "Storgatan 12",
    postalCode: "41101",
    city: "Göteborg",
    country: "SE",
  },
  shipping: {
    firstName: "Åsa",
    lastName: "Öberg",
    street: "Kajen 3 łg",
    postalCode: "41102",
    city: "Göteborg",
    country: "SE",
  },
  rows: [
    {
      key: "r1",
      kind: "product",
      reference: "SKU-1",
      articleNumber: "SKU-1",
      description: "Kopp, blå",
      quantity: 2,
      unitPriceMinor: 9900,
      vatRateBps: 2500,
    },
    {
      key: "r2",
      kind: "shipping",
      reference: "ship",
      articleNumber: "ship",
      description: "Frakt",
      quantity: 1,
      unitPriceMinor: 4900,
      vatRateBps: 2500,
    },
    {
      key: "r3",
      kind: "discount",
      reference: "NYAR10",
      articleNumber: "NYAR10",
      description: "Rabatt",
      quantity: 1,
      unitPriceMinor: -2000,
      vatRateBps: 2550,
    },
  ],
  totalMinor: 22700,
  payment: { connector: "qliro", method: "card", reference: "QLIRO-4510023" },
};

/** What was sent, in the form of the golden files: the query and the body with one parameter per line. */
export const sentForms = (http: ScriptedHttp) =>
  http.sent.map((request) => {
    const [address = "", query = ""] = request.url.split("?");
    return { request: `${request.method} ${address}`, query: query.split("&"), body: request.text.split("&") };
  });
