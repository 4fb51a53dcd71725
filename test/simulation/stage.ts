// One merchant's real object between simulated platforms: configured directly, its webhooks handed over as the accept
// path would, its alarm rung and its memory taken away by hand. Time passes only here.
import { createNetwork, type DeliverOptions, type Network } from "../../sandbox/inprocess.ts";
import type { Control, ControlAnswer, OutgoingWebhook } from "../../sandbox/platform.ts";
import { qliroPlatform } from "../../sandbox/qliro/index.ts";
import { specterPlatform } from "../../sandbox/specter/index.ts";
import { findConnector } from "../../src/connectors/registry.ts";
import type { MerchantConfig } from "../../src/durable/config.ts";
import type { MerchantRpc } from "../../src/durable/rpc.ts";
import { acceptedWebhook } from "../../src/http/accepted-webhook.ts";
import { seededRandom, virtual } from "../kit/virtual.ts";
import type { Body } from "./bodies.ts";
import { callLog, type LoggedCall } from "./calls.ts";
import { type Conditions, merchantConfig, QLIRO, qliroAccount, SPECTER, specterAccount } from "./setup.ts";

export type PlatformId = "qliro" | "specter";

export interface Stage {
  network: Network;
  readonly merchant: MerchantRpc;
  config: MerchantConfig;
  conditions: Conditions;
  /** Calls that change something at a platform, in order. */
  calls: LoggedCall[];
  /** How webhooks travel. */
  travel: DeliverOptions;
  /** Evict after about every second alarm. */
  evicting: boolean;
  /** The object dies at the so-maniest of its next calls, before or after the platform has seen it. */
  doom: { calls: number; when: "before" | "after" } | null;
  control(platform: PlatformId, command: Control): ControlAnswer;
  /** Pushes the configuration, changed, with the next version. */
  configure(change: (config: MerchantConfig) => void): Promise<void>;
  /** Lets everything happen that is due now. */
  settle(): Promise<void>;
  /** Lets time pass, from one due thing to the next. */
  advance(ms: number): Promise<void>;
  /** Lets time pass at once: what was due meanwhile is late. */
  jump(ms: number): Promise<void>;
  evict(): Promise<void>;
  /** The alarm is gone, and nobody noticed. */
  loseAlarm(): Promise<void>;
  /** Qliro tells of an order again. */
  ring(orderId: number, reference: string): Promise<void>;
  /** Rows of the object's own tables. */
  rows(query: string): Promise<Record<string, unknown>[]>;
}

const ROUNDS_MAX = 2_000;

/** A fresh object for this seed, approved and live. */
export async function openStage(seed: number, conditions: Conditions, body: Body): Promise<Stage> {
  const calls: LoggedCall[] = [];
  const network = createNetwork({
    now: () => virtual.now,
    random: () => virtual.random(),
    wait: async (ms) => {
      virtual.now += ms;
    },
  });
  network.add(qliroPlatform, "https://pago.qit.nu");
  network.add(specterPlatform, "https://api.specter.se");
  const logged = callLog(network, calls);
  virtual.fetch = body.alive(async (request) => {
    const dies = stage.doom !== null && --stage.doom.calls === 0 ? stage.doom : null;
    if (dies) stage.doom = null;
    if (dies?.when === "before") {
      body.die();
      throw new Error("The object died.");
    }
    const response = await logged(request);
    if (dies) body.die();
    return response;
  });
  virtual.outside = {
    publish: async () => undefined,
    runFinished: async () => undefined,
    health: () => sharedHealth(),
  };
  const config = await merchantConfig(seed, conditions);
  const chance = seededRandom(seed ^ 0x5eed);
  const send = (webhook: OutgoingWebhook) => receive(body.merchant(), webhook);
  const stage: Stage = {
    network,
    get merchant() {
      return body.merchant();
    },
    config,
    conditions,
    calls,
    travel: {},
    evicting: false,
    doom: null,
    control: (platform, command) => network.control(platform, command),
    async configure(change) {
      change(config);
      config.version += 1;
      await body.merchant().configure(structuredClone(config));
    },
    async settle() {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        const report = await network.deliver(send, stage.travel);
        const due = await body.alarmAt();
        if (due !== null && due <= virtual.now) {
          await body.ring();
          if (stage.evicting && chance() < 0.5) await body.evict();
        } else if (report.tried === 0) return;
      }
      throw new Error("The world never settles.");
    },
    async advance(ms) {
      const until = virtual.now + ms;
      await stage.settle();
      for (;;) {
        const times = [await body.alarmAt(), network.nextDueAt()]
          .filter((at) => at !== null)
          .filter((at) => at <= until);
        if (times.length === 0) break;
        virtual.now = Math.max(virtual.now, Math.min(...times));
        await stage.settle();
      }
      virtual.now = Math.max(virtual.now, until);
    },
    async jump(ms) {
      virtual.now += ms;
      await stage.settle();
    },
    evict: () => body.evict(),
    async ring(orderId, reference) {
      const push = {
        OrderId: orderId,
        MerchantReference: reference,
        Status: "Completed",
        Timestamp: new Date(virtual.now).toISOString(),
        NotificationType: "CustomerCheckoutStatus",
        PaymentTransactionId: 0,
      };
      const headers = { "content-type": "application/json" };
      await send({ url: "https://edge.test/hooks/qliro", method: "POST", headers, body: JSON.stringify(push) });
    },
    loseAlarm: () => body.loseAlarm(),
    rows: (query) => body.rows(query),
  };
  for (const [platform, command] of [
    ["qliro", qliroAccount()],
    ["specter", specterAccount(conditions)],
  ] as const) {
    const answer = network.control(platform, command);
    if (!answer.ok) throw new Error(`${platform}: ${answer.error}`);
  }
  network.control("qliro", { do: "set", switches: conditions.qliroSwitches });
  network.control("qliro", { do: "set", key: "KAFFE_SE", switches: conditions.qliroAccountSwitches });
  await body.merchant().configure(structuredClone(config));
  return stage;
}

/** What the accept path does with a request whose token is right. */
async function receive(merchant: MerchantRpc, webhook: OutgoingWebhook): Promise<{ status: number; body: string }> {
  const url = new URL(webhook.url);
  const [, , connectorId = ""] = url.pathname.split("/");
  const facet = findConnector(connectorId)?.webhooks;
  if (!facet) return { status: 404, body: "" };
  const headers = new Headers(webhook.headers);
  const incoming = {
    method: webhook.method,
    suffix: "",
    query: url.searchParams,
    headers,
    body: new TextEncoder().encode(webhook.body),
  };
  const connectionId = connectorId === "qliro" ? QLIRO : SPECTER;
  await merchant.receive(
    await acceptedWebhook(connectionId, facet, incoming, headers.get("content-type")?.split(";")[0] ?? ""),
  );
  const { status, body } = facet.acknowledge(incoming);
  return { status, body };
}

/** Nobody else uses the platforms here: the shared health learns nothing and stops nothing. */
const sharedHealth = () => ({
  isOpen: async () => null,
  reportFailure: async () => undefined,
  reportRecovery: async () => undefined,
});
