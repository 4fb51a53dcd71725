// What goes wrong: lines, answers, credentials, settings, and the object's own memory and alarm.
import type { FaultInput } from "../../sandbox/faults.ts";
import type { Action, Play } from "./play.ts";
import { QLIRO, qliroAccount, SPECTER, specterAccount } from "./setup.ts";
import type { PlatformId } from "./stage.ts";

const CALLS = {
  qliro: ["*", "MarkItemsAsShipped", "ReturnItems", "AddItemsToInvoice", "cancelOrder", "GET *", "settlement"],
  specter: [
    "*",
    "newOrderSubmit",
    "newCustomerSubmit",
    "getOrder",
    "newCreditInvoiceSubmit",
    "cancelOrderSubmit",
    "Batch",
    "newPaymentImportSubmit",
  ],
} as const satisfies Record<PlatformId, readonly [string, ...string[]]>;

function breakLine(play: Play): string {
  const { dice, stage } = play;
  const platform = dice.pick(["qliro", "specter"] as const);
  const match = dice.pick<string>(CALLS[platform]);
  const strikes = dice.chance(0.5) ? { times: dice.int(1, 3) } : { times: null, probability: dice.pick([0.3, 0.6, 1]) };
  const kinds: FaultInput[] = [
    { kind: "drop_before" },
    { kind: "drop_after" },
    { kind: "drop_after" },
    { kind: "status", status: 500 },
    { kind: "status", status: 503, retryAfterSeconds: dice.int(1, 600) },
    { kind: "status", status: 429, retryAfterSeconds: dice.int(1, 600) },
    { kind: "hang", ms: 60_000 },
    { kind: "slow", ms: dice.int(1, 130) * 1_000 },
  ];
  const fault: FaultInput = { ...(dice.one(kinds) ?? { kind: "drop_before" }), match, ...strikes };
  stage.network.faults(platform, fault);
  return `${platform} ${JSON.stringify(fault)}`;
}

function mendLines(play: Play): string {
  for (const platform of ["qliro", "specter"] as const) play.stage.network.faults(platform).length = 0;
  return "all lines are good again";
}

function disturbWebhooks(play: Play): string {
  const { dice, stage } = play;
  const platform = dice.pick(["qliro", "specter"] as const);
  const kinds: FaultInput[] = [
    { kind: "duplicate", copies: dice.int(1, 4) },
    { kind: "delay", ms: dice.int(1, 120) * 60_000 },
    { kind: "reorder", withinMs: dice.int(1, 600) * 1_000 },
    { kind: "lose" },
  ];
  const fault: FaultInput = { ...(dice.one(kinds) ?? { kind: "lose" }), times: dice.int(1, 4) };
  if (platform === "qliro" && fault.kind === "lose") play.pushesLost = true;
  stage.network.faults(platform, fault);
  return `webhooks of ${platform}: ${JSON.stringify(fault)}`;
}

function busy(play: Play): string {
  const times = play.dice.int(1, 8);
  play.stage.control("specter", { do: "busy", times });
  return `Specter is busy ${times} times`;
}

const REVOKED = "somebody-elses-secret";

export function setCredentials(play: Play, platform: PlatformId, valid: boolean): void {
  const command =
    platform === "qliro"
      ? qliroAccount(...(valid ? [] : [REVOKED]))
      : specterAccount(play.stage.conditions, ...(valid ? [] : [REVOKED]));
  play.stage.control(platform, { ...command, ...(platform === "specter" ? { articles: play.articles } : {}) });
  if (valid) play.revoked.delete(platform);
  else play.revoked.add(platform);
}

/** Saving them is what ends the pause. */
async function saveConnection(play: Play, id: string): Promise<void> {
  await play.stage.configure((config) => {
    for (const connection of config.connections) if (connection.id === id) connection.revision += 1;
  });
}

async function credentials(play: Play): Promise<string> {
  const platform = play.dice.pick(["qliro", "specter"] as const);
  const valid = play.revoked.has(platform);
  setCredentials(play, platform, valid);
  if (valid) await saveConnection(play, platform === "qliro" ? QLIRO : SPECTER);
  return `credentials of ${platform} are ${valid ? "valid again" : "revoked"}`;
}

async function flows(play: Play): Promise<string> {
  const flow = play.dice.pick(["orders", "invoices", "refunds", "payouts"] as const);
  const id = play.dice.pick([QLIRO, SPECTER]);
  let on = false;
  await play.stage.configure((config) => {
    for (const connection of config.connections)
      if (connection.id === id) {
        connection.flows[flow] = !connection.flows[flow];
        on = connection.flows[flow];
      }
  });
  return `flow ${flow} of ${id} is ${on ? "on" : "off"}`;
}

/** A push comes twice, or one from before comes late: neither changes anything. */
async function stalePush(play: Play): Promise<string> {
  const { stage, dice } = play;
  const old = structuredClone(stage.config);
  if (dice.chance(0.5)) {
    old.version -= 1;
    for (const connection of old.connections) connection.flows.orders = false;
  }
  const held = await stage.merchant.configure(old);
  if (held.version !== stage.config.version) throw new Error("An older configuration was taken.");
  return `configuration ${old.version} is pushed again`;
}

async function evict(play: Play): Promise<string> {
  await play.stage.evict();
  return "the object is evicted";
}

/** It dies in the middle of what it will do next, with a call on its way. */
function doom({ stage, dice }: Play): string {
  stage.doom = { calls: dice.int(1, 6), when: dice.pick(["before", "after", "after"]) };
  return `the object will die ${stage.doom.when} call ${stage.doom.calls}`;
}

async function loseAlarm(play: Play): Promise<string> {
  await play.stage.loseAlarm();
  if (play.dice.chance(0.7)) await play.stage.evict();
  return "the alarm is lost";
}

async function sweep(play: Play): Promise<string> {
  const { armed, overdue } = await play.stage.merchant.sweep();
  return `the sweep ${armed ? "arms" : "finds"} ${overdue}`;
}

export const troubleActions: Action[] = [
  { name: "break line", weight: 8, trouble: 1, run: breakLine },
  { name: "break line badly", weight: 6, trouble: 2, run: breakLine },
  { name: "mend lines", weight: 5, trouble: 1, run: mendLines },
  { name: "disturb webhooks", weight: 5, trouble: 1, run: disturbWebhooks },
  { name: "busy", weight: 2, trouble: 1, run: busy },
  { name: "credentials", weight: 2, trouble: 1, run: credentials },
  { name: "flows", weight: 3, run: flows },
  { name: "stale push", weight: 1, run: stalePush },
  { name: "evict", weight: 3, run: evict },
  { name: "doom", weight: 4, trouble: 1, run: doom },
  { name: "lose alarm", weight: 2, trouble: 1, run: loseAlarm },
  { name: "sweep", weight: 2, run: sweep },
];
