// Canaries in every credential, in every personal field and in every part of a webhook: a story with faults is played,
// and then everything that comes out or is kept is searched for them.
import { exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  addressPlaces,
  directoryPlaces,
  objectPlaces,
  type Place,
  printedPlaces,
  type Sighting,
  sightings,
} from "./kit/canaries.ts";
import { forgetHealth, hookUrl } from "./kit/faults.ts";
import { virtual } from "./kit/virtual.ts";
import { ADMIN, type Json, makeWorld, SECRETS, type World } from "./kit/world.ts";

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;

/** Everything that must be seen nowhere but sealed, or as a digest. */
const CREDENTIALS = {
  ...SECRETS,
  relaySecret: "canary-relay-secret-0123456789",
  readApiUserKey: "canary-read-key-0123456789abcdef",
  admin: ADMIN,
  masterKey: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
};

/** One person, so odd in every field that nothing else looks like it. */
const PERSON = {
  firstName: "Kanarieförnamn",
  lastName: "Kanarieefternamn",
  email: "kanarie.post@example.com",
  phone: "+46709876543",
  street: "Kanariegatan 4711",
  shippingStreet: "Kanarieleveransen 815",
  city: "Kanarieholm",
  company: "Kanariebolaget AB",
  personalNumber: "19790625-2385",
};

/** Where each may stand. Everything else is a leak. */
const KEEPS_PERSONAL_DATA = ["object orders.content", "object webhooks.body"];
/** A webhook is kept as it came, until its retention ends: what a stranger writes into it is there, and only there. */
const KEEPS_THE_WEBHOOK = ["object webhooks.body", "object webhooks.headers", "object webhooks.query"];

const ROWS = [
  { reference: "SKU-1", description: "Wool hat", quantity: 2, price: 375.5, priceExVat: 300.4, vatRate: 25 },
  { reference: "SHIP", description: "Parcel", type: "Shipping", quantity: 1, price: 49, priceExVat: 39.2, vatRate: 25 },
];

const place = (world: World, reference: string): Json =>
  world.control("qliro", {
    do: "place",
    reference,
    rows: ROWS,
    customer: { firstName: PERSON.firstName, lastName: PERSON.lastName, email: PERSON.email, phone: PERSON.phone },
    billing: { street: PERSON.street, city: PERSON.city, companyName: PERSON.company },
    shipping: { street: PERSON.shippingStreet, city: PERSON.city },
    metadata: { note: PERSON.personalNumber, key: PERSON.email },
  });

/** What a platform may say about a person, or repeat of a credential, when something goes wrong. */
const gossip = (secret: string): string =>
  JSON.stringify({
    ErrorCode: "SOMETHING_ELSE",
    ErrorMessage: `Customer ${PERSON.firstName} ${PERSON.lastName} <${PERSON.email}> ${PERSON.personalNumber}, secret ${secret}`,
    Customer: { FirstName: PERSON.firstName, MobileNumber: PERSON.phone, PersonalNumber: PERSON.personalNumber },
    BillingAddress: { Street: PERSON.street, City: PERSON.city, CompanyName: PERSON.company },
  });

const specterGossip = `0;20;Kunden ${PERSON.firstName} ${PERSON.lastName} ${PERSON.street} ${PERSON.email} nekas ${SECRETS.specterKey}`;

/** Gives the world its last credentials: those that the usual world leaves out. */
async function withEveryCredential(world: World): Promise<void> {
  const saved = await world.api("PATCH", `/connections/${world.specter}`, {
    credentials: {
      relaySecret: CREDENTIALS.relaySecret,
      readApiUserId: "78",
      readApiUserKey: CREDENTIALS.readApiUserKey,
    },
  });
  expect(saved.status).toBe(200);
  world.control("specter", {
    do: "account",
    sbmId: 1234,
    write: { apiUserId: "77", apiUserKey: SECRETS.specterKey },
    read: { apiUserId: "78", apiUserKey: CREDENTIALS.readApiUserKey },
    integrationKey: SECRETS.integrationKey,
    articles: ["SKU-1", "SKU-2", "SHIP", "DISCOUNT", "ROUND", "FEE"],
    callback: { url: hookUrl(world, "specter"), method: "GET" },
  });
}

/** Strangers' webhooks, with canaries in body, header, query and path; and refused ones. */
async function knock(world: World): Promise<void> {
  const url = hookUrl(world, "qliro");
  const push = {
    OrderId: 5452321,
    NotificationType: "Strange",
    Timestamp: "2030-01-15T10:30:00",
    Customer: { FirstName: PERSON.firstName, Email: PERSON.email, PersonalNumber: PERSON.personalNumber },
    Street: PERSON.street,
    Comment: `${PERSON.email} ${PERSON.personalNumber} ${SECRETS.qliroSecret}`,
    ApiSecret: SECRETS.qliroSecret,
  };
  const headers = {
    "content-type": "application/json",
    "x-api-key": SECRETS.qliroSecret,
    "x-note": `${PERSON.email} ${SECRETS.plusSecret}`,
    authorization: `Bearer ${SECRETS.specterKey}`,
    cookie: `session=${SECRETS.integrationKey}`,
    "x-forwarded-for": "203.0.113.77",
  };
  const query = `?secret=${SECRETS.qliroSecret}&email=${encodeURIComponent(PERSON.email)}`;
  const at = (address: string, body: string) => exports.default.fetch(address, { method: "POST", headers, body });
  expect((await at(url + query, JSON.stringify(push))).status).toBe(200);
  expect((await at(url, JSON.stringify(push).slice(0, -40))).status).toBe(200);
  expect((await at(url, `{"OrderId": "${PERSON.email}", "NotificationType": "${PERSON.personalNumber}"}`)).status).toBe(
    200,
  );
  for (const spoiled of [`${url}x`, url.replace("/qliro/", "/klarna/"), `${url}/${PERSON.personalNumber}`]) {
    const refused = await at(spoiled + query, JSON.stringify(push));
    world.answers.push(await refused.text(), JSON.stringify([...refused.headers]));
  }
}

/** A life with everything that can be said no to on the way. */
async function play(world: World): Promise<void> {
  place(world, "K-1");
  const said = { body: gossip(SECRETS.qliroSecret), contentType: "application/json" };
  world.network.faults("qliro", { kind: "status", match: "GET /checkout/adminapi/v2/orders/*", status: 500, ...said });
  world.network.faults(
    "specter",
    { kind: "status", match: "newCustomerSubmit", status: 500, body: specterGossip },
    { kind: "status", match: "newOrderSubmit", status: 200, body: specterGossip },
  );
  await world.advance(QUARTER);
  // Refused by Specter: a person presses retry.
  for (const command of await world.commands("parked"))
    expect((await world.api("POST", `/commands/${command.id}/retry`)).status).toBeLessThan(300);
  await world.advance(QUARTER);
  await knock(world);
  world.network.faults(
    "qliro",
    {
      kind: "status",
      match: "MarkItemsAsShipped",
      status: 500,
      body: gossip(SECRETS.qliroSecret),
      contentType: "application/json",
    },
    {
      kind: "status",
      match: "MarkItemsAsShipped",
      status: 401,
      body: gossip(SECRETS.qliroSecret),
      contentType: "application/json",
    },
  );
  world.control("specter", { do: "invoice", externalOrderNo: "K-1", deliver: true });
  await world.advance(QUARTER);
  world.network.faults("qliro", { kind: "status", match: "GET /checkout/adminapi/v2/orders/*", status: 400, ...said });
  // 401 paused the connection: the secret is saved again.
  await world.api("PATCH", `/connections/${world.qliro}`, { credentials: { apiSecret: SECRETS.qliroSecret } });
  await world.advance(QUARTER);
  world.network.faults("qliro", {
    kind: "status",
    match: "ReturnItems",
    status: 400,
    body: gossip(SECRETS.plusSecret),
    contentType: "application/json",
  });
  const [invoice] = world.control("specter", { do: "show", externalOrderNo: "K-1" }).invoices;
  world.control("specter", { do: "credit", invoiceId: invoice.invoiceId, rows: [{ articleNo: "SKU-1", quantity: 1 }] });
  await world.advance(QUARTER);
  for (const state of ["parked", "unknown"])
    for (const command of await world.commands(state)) await world.api("POST", `/commands/${command.id}/retry`);
  await world.advance(QUARTER);
  // An order that nobody gets any further: it stays parked, with its log.
  place(world, "K-2");
  world.network.faults("specter", {
    kind: "status",
    match: "newOrderSubmit",
    times: null,
    status: 200,
    body: specterGossip,
  });
  await world.advance(QUARTER);
  // Wrong input that holds what it should not.
  await world.api("POST", "/connections", {
    connector: "qliro",
    environment: "test",
    credentials: { apiSecret: [SECRETS.qliroSecret] },
  });
  await world.api("PATCH", `/connections/${world.qliro}`, {
    credentials: { misspelt: SECRETS.qliroSecret, apiKey: "" },
  });
  virtual.now = Date.UTC(2030, 0, 16, 21, 59);
  await world.settle();
  world.control("qliro", { do: "settle", fee: { percent: 2.5, vatRate: 25 } });
  virtual.now = Date.UTC(2030, 0, 16, 22, 0);
  await world.tick();
  await world.advance(QUARTER);
}

/** Every GET operation of the OpenAPI document, for every resource of the merchant that a list names. */
async function everyAnswer(world: World): Promise<{ places: Place[]; operations: Set<string> }> {
  const places: Place[] = [];
  const operations = new Set<string>();
  const get = async (path: string): Promise<Json> => {
    const response = await exports.default.fetch(`http://edge.test${path}`, {
      headers: { authorization: `Bearer ${ADMIN}` },
    });
    const text = await response.text();
    places.push(
      { where: `GET ${path}`, text },
      { where: `GET ${path} headers`, text: JSON.stringify([...response.headers]) },
    );
    expect(response.status, `${path} ${text}`).toBeLessThan(500);
    return response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : null;
  };
  const document = await get("/openapi.json");
  for (const [template, methods] of Object.entries<Json>(document.paths)) {
    if (!methods.get) continue;
    operations.add(template);
    for (const path of await expanded(template, world.merchant, get)) await get(path);
  }
  await get(`/api/v1/search?q=K-`);
  for (const page of ["/docs", "/docs/errors", "/docs/errors/QLIRO_PLUS_CREDENTIALS_REQUIRED"]) await get(page);
  return { places, operations };
}

/** A template with ids in its places: the merchant's own, and those that the list before a place names. */
async function expanded(template: string, merchant: string, get: (path: string) => Promise<Json>): Promise<string[]> {
  let paths = [""];
  for (const segment of template.split("/").slice(1)) {
    if (!segment.startsWith("{")) paths = paths.map((path) => `${path}/${segment}`);
    else if (paths.every((path) => path.endsWith("/merchants"))) paths = paths.map((path) => `${path}/${merchant}`);
    else {
      const lists = await Promise.all(paths.map(async (path) => ({ path, answer: await get(`${path}?limit=200`) })));
      paths = lists.flatMap(({ path, answer }) => (answer?.items ?? []).map(({ id }: Json) => `${path}/${id}`));
    }
  }
  return paths;
}

/** What was found where, each pair once. */
const where = (found: readonly Sighting[]): string[] => [
  ...new Map(
    found.map((one) => [`${one.what} in ${one.where}`, `${one.what} in ${one.where}: ${one.around}`]),
  ).values(),
];

afterEach(() => void vi.restoreAllMocks());

describe("after a story with faults", () => {
  it("no secret and no personal data stands anywhere but where it must", { timeout: 120_000 }, async () => {
    const printed = printedPlaces();
    await forgetHealth();
    const world = await makeWorld();
    const addresses = addressPlaces();
    await withEveryCredential(world);
    const tokens = { qliro: hookUrl(world, "qliro"), specter: hookUrl(world, "specter") };
    const told = world.answers.length;
    await play(world);

    const { places: answered, operations } = await everyAnswer(world);
    const object = await objectPlaces(world.merchant);
    const directory = await directoryPlaces();
    const answers = world.answers.map((text, index) => ({ where: `answer ${index}`, text }));
    const everything = [...printed, ...addresses, ...answered, ...object, ...directory, ...answers];

    // The story went through all that was planned, or the search would find nothing for the wrong reason.
    const held = (store: string) => object.filter(({ where }) => where === `object ${store}`).map(({ text }) => text);
    expect(held("orders.content").join()).toContain(PERSON.lastName);
    expect(held("webhooks.body").join()).toContain(PERSON.email);
    expect(held("attempts.outcome")).toEqual(
      expect.arrayContaining(["done", "accepted", "later", "refused", "unauthorized", "unknown"]),
    );
    expect(held("payouts.state")).toEqual(["booked"]);
    expect(directory.some(({ where }) => where.startsWith("directory audit."))).toBe(true);
    expect(operations.size).toBeGreaterThan(20);
    // Every fault struck; the one that stays is the second order's.
    expect(world.network.faults("qliro")).toEqual([]);
    expect(world.network.faults("specter")).toHaveLength(1);

    const elsewhere = (kept: readonly string[]) => everything.filter(({ where }) => !kept.includes(where));
    expect(where(sightings(CREDENTIALS, elsewhere(KEEPS_THE_WEBHOOK)))).toEqual([]);
    expect(where(sightings(PERSON, elsewhere([...KEEPS_PERSONAL_DATA, ...KEEPS_THE_WEBHOOK])))).toEqual([]);

    // The token of a webhook address is told once, by the call that makes it.
    const own = Object.fromEntries(Object.entries(tokens).map(([name, url]) => [name, url.split("/").at(-1) ?? url]));
    const later = answers.slice(told);
    expect(where(sightings(own, [...printed, ...answered, ...object, ...directory, ...later]))).toEqual([]);
  });
});
