// What every connector promises when a platform misbehaves: which outcome each fault may become, and which never.
//
// The rule behind the table: a mutation that may have arrived is *unknown*, never refused and never "later". A read has
// no effect, so it is simply tried later. Nothing is concluded from an answer that is not the platform's.
import { describe, expect, it } from "vitest";
import type { HttpRequest, Pull, Read } from "../../src/connectors/connector.ts";
import type { LookUp, Outcome } from "../../src/domain/commands.ts";
import { isErrorCode } from "../../src/domain/errors.ts";
import {
  ACCESS_TOKEN,
  type AnyContext,
  callOf,
  complete,
  contextOf,
  execute,
  FAULTS,
  type Fault,
  kindsOf,
} from "./fixture.ts";

const faults = Object.keys(FAULTS) as Fault[];
const RETRY_AFTER_MS = 17_000;

/** What a write may become when its request was sent as the first and only one. */
const OF_WRITE: Record<Fault, readonly Outcome["kind"][]> = {
  "no answer": ["unknown"],
  "not sent": ["later"],
  "500": ["unknown"],
  "503": ["unknown"],
  "429": ["later"],
  "401": ["unauthorized"],
  "403": ["unauthorized"],
  "garbage of a proxy": ["unknown"],
  "garbage bytes": ["unknown"],
  "half of a JSON body": ["unknown"],
  // Some platforms answer a write with 204 and nothing.
  "an empty body": ["unknown", "done", "accepted"],
};

const OF_READ: Record<Fault, readonly Read<unknown>["kind"][]> = {
  "no answer": ["later"],
  "not sent": ["later"],
  "500": ["later"],
  "503": ["later"],
  "429": ["later"],
  "401": ["unauthorized"],
  "403": ["unauthorized"],
  "garbage of a proxy": ["refused", "later"],
  "garbage bytes": ["refused", "later"],
  "half of a JSON body": ["refused", "later"],
  "an empty body": ["refused", "later"],
};

const OF_LOOK_UP: Record<Fault, readonly LookUp["kind"][]> = {
  "no answer": ["unclear"],
  "not sent": ["unclear"],
  "500": ["unclear"],
  "503": ["unclear"],
  "429": ["unclear"],
  "401": ["unauthorized"],
  "403": ["unauthorized"],
  "garbage of a proxy": ["unclear"],
  "garbage bytes": ["unclear"],
  "half of a JSON body": ["unclear"],
  "an empty body": ["unclear"],
};

/** Whether an address lies within an origin, which may stand for every host of a domain (`https://*.example.com`). */
function lies(address: string, origin: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  const domain = /^https:\/\/\*(\..+)$/.exec(origin)?.[1];
  return domain === undefined ? url.origin === origin : url.protocol === "https:" && url.hostname.endsWith(domain);
}

describe.each(complete)("$id", (subject) => {
  const { connector, fixture } = subject;
  const isHarmless = fixture.isHarmless ?? ((request: HttpRequest) => request.method === "GET");
  // A credential that is an address (a shop's own host) is part of every request's URL, and no secret.
  const secrets = [...Object.values(fixture.credentials).filter((value) => value.length >= 12), ACCESS_TOKEN].filter(
    (value) => !connector.origins.some((origin) => lies(`https://${value}`, origin.test)),
  );

  /** Nothing that is shown to people repeats a credential, and no address carries one. */
  const expectNoSecret = (outcome: unknown, sent: readonly HttpRequest[]) => {
    const shown = JSON.stringify(outcome) + sent.map(({ url, label }) => `${url} ${label}`).join(" ");
    for (const secret of secrets) expect(shown).not.toContain(secret);
  };
  const expectPolite = (outcome: object, fault: Fault) => {
    if ("code" in outcome) expect(isErrorCode(String(outcome.code)), String(outcome.code)).toBe(true);
    if ("detail" in outcome) expect(String(outcome.detail)).toMatch(/\S/);
    if (fault === "429" && "retryAfterMs" in outcome) expect(outcome.retryAfterMs).toBe(RETRY_AFTER_MS);
    if (fault === "429" && "kind" in outcome && ["later", "unclear"].includes(String(outcome.kind)))
      expect(outcome).toHaveProperty("retryAfterMs", RETRY_AFTER_MS);
  };

  /** Every command, with the fault at its first request, and at its own where others come before. */
  const moments = fixture.commands.flatMap((command) => {
    const before = fixture.before?.[command.kind];
    return [{ command, before: [] }, ...(before ? [{ command, before }] : [])];
  });

  it.each(faults)("takes %s to a command for what it is", async (fault) => {
    for (const { command, before } of moments) {
      const { context, sent } = contextOf(subject, FAULTS[fault], before);
      const outcome = await execute(connector, context, command);
      const exception = fixture.exceptions?.[`${command.kind}:${fault}`];
      const wrote = sent.some((request) => !isHarmless(request));
      const allowed = exception ? [exception.outcome.kind] : wrote ? OF_WRITE[fault] : OF_READ[fault];
      expect(sent.length, command.kind).toBeGreaterThan(before.length);
      expect(allowed, `${command.kind}: ${JSON.stringify(outcome)}`).toContain(outcome?.kind);
      expectPolite(outcome ?? {}, fault);
      expectNoSecret(outcome, sent);
    }
  });

  it.each(faults)("takes %s on a second attempt no surer than on the first", async (fault) => {
    for (const { command, before } of moments) {
      const { context } = contextOf(subject, FAULTS[fault], before);
      const outcome = await execute(connector, context, command, 2);
      if (["no answer", "500", "503"].includes(fault))
        expect(["unknown", "later"], command.kind).toContain(outcome?.kind);
      expect(["done", "accepted"].includes(outcome?.kind ?? "") && fault !== "an empty body", command.kind).toBe(false);
    }
  });

  it("refuses what the platform refuses, with a code, and never calls a refusal unknown on the first attempt", async () => {
    for (const { command, before } of moments) {
      const answer = () => ({
        kind: "answer" as const,
        status: 422,
        headers: new Headers({ "content-type": "application/json" }),
        body: new TextEncoder().encode(`{"error":"no","echo":"${secrets[0]}"}`),
      });
      const { context, sent } = contextOf(subject, answer, before);
      const outcome = await execute(connector, context, command);
      expect(["refused", "later"], command.kind).toContain(outcome?.kind);
      expectPolite(outcome ?? {}, "500");
      expectNoSecret(outcome, sent);
    }
  });

  it("follows no redirect: an answer that points elsewhere is no success", async () => {
    for (const { command, before } of moments) {
      const answer = () => ({
        kind: "answer" as const,
        status: 302,
        headers: new Headers({ location: "https://elsewhere.example/login" }),
        body: new Uint8Array(),
      });
      const { context } = contextOf(subject, answer, before);
      expect(["refused", "unknown", "later"]).toContain((await execute(connector, context, command))?.kind);
    }
  });

  it.each(faults)("looks up after %s without concluding anything", async (fault) => {
    for (const command of fixture.commands) {
      const { context, sent } = contextOf(subject, FAULTS[fault]);
      const lookUp = await lookedUp(context, command);
      // Where our own number guards the repetition, nothing is asked.
      if (sent.length === 0) expect(lookUp?.kind, command.kind).toBe("repeat_is_safe");
      else expect(OF_LOOK_UP[fault], `${command.kind}: ${JSON.stringify(lookUp)}`).toContain(lookUp?.kind);
      expect(sent.filter((request) => !isHarmless(request))).toEqual([]);
      expectPolite(lookUp ?? {}, fault);
      expectNoSecret(lookUp, sent);
    }
  });

  const lookedUp = (context: AnyContext, payload: (typeof fixture.commands)[number]): Promise<LookUp> | undefined => {
    switch (payload.kind) {
      case "capture":
      case "refund":
      case "cancel_payment":
        return connector.payments?.lookUp(context, callOf(payload, 2));
      case "create_order":
      case "cancel_order":
      case "create_invoice":
      case "create_credit_invoice":
      case "register_payment":
      case "book_payout":
        return connector.accounting?.lookUp(context, callOf(payload, 2));
      default:
        return payload satisfies never;
    }
  };

  it.each(faults)("takes %s to a read for what it is", async (fault) => {
    for (const [name, read] of reads()) {
      const { context, sent } = contextOf(subject, FAULTS[fault]);
      const result = await read(context);
      expect(sent.length, name).toBeGreaterThan(0);
      expect(OF_READ[fault], `${name}: ${JSON.stringify(result)}`).toContain(result.kind);
      expectPolite(result, fault);
      expectNoSecret(result, sent);
    }
  });

  it("reads what there is with the fixture's answers", async () => {
    for (const [name, read, answers] of reads()) {
      const { context, sent } = contextOf(subject, answers);
      const result = await read(context);
      expect(["found", "page"], `${name}: ${JSON.stringify(result)}`).toContain(result.kind);
      expectNoSecret(result, sent);
    }
  });

  it("sends every request to an origin that it names, with a label for people", async () => {
    const origins = connector.origins.map(({ test }) => test);
    const asked: HttpRequest[] = [];
    for (const command of fixture.commands) {
      const { context, sent } = contextOf(subject, FAULTS["500"]);
      await execute(connector, context, command);
      asked.push(...sent);
    }
    for (const [, read] of reads()) {
      const { context, sent } = contextOf(subject, FAULTS["500"]);
      await read(context);
      asked.push(...sent);
    }
    for (const { url, label } of asked) {
      expect(
        origins.some((origin) => lies(url, origin)),
        url,
      ).toBe(true);
      expect(new URL(url).username + new URL(url).password + new URL(url).hash).toBe("");
      expect(label).toMatch(/^\p{L}/u);
      expect(label).not.toMatch(/[/?=&]/);
    }
  });

  it("sends the same command the same way each time: what a retry repeats is what was sent before", async () => {
    for (const { command, before } of moments) {
      const once = contextOf(subject, FAULTS["no answer"], before);
      const twice = contextOf(subject, FAULTS["no answer"], before);
      await execute(connector, once.context, command, 1);
      await execute(connector, twice.context, command, 2);
      expect(twice.sent.map(({ method, url, body }) => ({ method, url, body }))).toEqual(
        once.sent.map(({ method, url, body }) => ({ method, url, body })),
      );
    }
  });

  it("says of every kind of command whether something blocks it", () => {
    const { context } = contextOf(subject, []);
    for (const kind of kindsOf(connector)) {
      const code = connector.payments?.blocker(kind, context.credentials, context.settings) ?? null;
      expect(code, kind).toBeNull();
    }
  });

  /** Every read of the connector: its name, the call, and the answers that make it succeed. */
  function reads(): [string, (context: AnyContext) => Promise<Read<unknown> | Pull>, (typeof fixture)["verify"]][] {
    const facet = connector.payments ?? connector.accounting ?? connector.storefront;
    const { payouts, changes } = fixture;
    return [
      ["verify", (context) => connector.verify(context), fixture.verify],
      ...fixture.orders.map(({ type, value, answers }): ReturnType<typeof reads>[number] => [
        `observe ${type}`,
        async (context) => facet?.observe(context, type, value) ?? { kind: "absent" },
        answers,
      ]),
      ...(payouts
        ? ([
            [
              "list payouts",
              async (context) => connector.payouts?.list(context, payouts.from, payouts.to) ?? { kind: "absent" },
              payouts.list,
            ],
            [
              "payout lines",
              async (context) => connector.payouts?.lines(context, payouts.header, null) ?? { kind: "absent" },
              payouts.lines,
            ],
          ] satisfies ReturnType<typeof reads>)
        : []),
      ...Object.entries(changes ?? {}).map(([feed, answers]): ReturnType<typeof reads>[number] => [
        `pull ${feed}`,
        async (context) => connector.changes?.pull(context, feed) ?? { kind: "absent" },
        answers,
      ]),
    ];
  }
});
