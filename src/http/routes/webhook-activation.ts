// Webhook URLs: switched on, rotated with an overlap, switched off. The secret part is shown once, here.
import { z } from "@hono/zod-openapi";
import { findConnector } from "../../connectors/registry.ts";
import type { Connection } from "../../directory/connections.ts";
import { startPayouts } from "../../directory/schedules.ts";
import { activateWebhooks, deactivateWebhooks, rotateWebhooks } from "../../directory/webhook-tokens.ts";
import { ok, type Result } from "../../domain/result.ts";
import { localDate } from "../../domain/schedule.ts";
import { hashToken, newToken } from "../../sealing.ts";
import { CONFIGURE } from "../authenticate.ts";
import { planned, save } from "../changes.ts";
import { connectionOf } from "../connection-answer.ts";
import { type MerchantCall, merchantOperation, room } from "../operation.ts";
import { type Refusal, refusal } from "../problem.ts";

const tag = "webhooks in";
const BASE = "/api/v1/merchants/{m}/connections/{c}/webhooks";

const Activation = z
  .object({
    active: z.boolean(),
    /** null where the platform does not call, and where webhooks are off. */
    url: z.string().nullable(),
    registered: z.boolean(),
    instructions: z.string().optional(),
    /** Why the platform's API did not take the registration; it can be repeated by activating again. */
    problem: z
      .object({
        code: z.string(),
        title: z.string(),
        detail: z.string(),
        cause: z.string(),
        fix: z.string(),
        severity: z.string(),
      })
      .optional(),
  })
  .openapi("WebhookActivation");

type Answer = z.infer<typeof Activation>;

/** Said where there is no URL to give: the platform is asked, it does not call. */
const NOTHING_TO_SET_UP = "This platform does not call us; it is asked for changes. There is nothing to set up.";

/** What all webhook URLs of a connection begin with. */
const oursOf = (call: MerchantCall, row: Connection): string =>
  `${call.settings.publicOrigin}/hooks/${row.connector}/${row.id}/`;

/** Registers a fresh token's URL at the platform where its API can; a person gets instructions where it cannot. */
async function answerFor(call: MerchantCall, row: Connection, token: string): Promise<Answer> {
  const facet = findConnector(row.connector, call.deps.connectors)?.webhooks;
  if (!facet) return { active: true, url: null, registered: false, instructions: NOTHING_TO_SET_UP };
  const url = `${oursOf(call, row)}${token}`;
  const registered = facet.register ? await call.object.registerWebhooks(row.id, url, oursOf(call, row)) : null;
  if (registered?.done) return { active: true, url, registered: true };
  return {
    active: true,
    url,
    registered: false,
    instructions: facet.instructions(url),
    ...(registered?.problem ? { problem: registered.problem } : {}),
  };
}

/** Webhooks are for approved merchants only. */
function approved(call: MerchantCall): Result<true, Refusal> {
  const { stage } = call.merchant;
  return stage === "approved" ? ok(true) : refusal("STAGE_REQUIRED", `The merchant is in stage ${stage}.`);
}

const activate = merchantOperation({
  method: "post",
  path: `${BASE}/activate`,
  tag,
  summary: "Switch webhooks on and get the URL; URLs given before stay valid",
  may: CONFIGURE,
  answer: Activation,
  run: async (call, { params }) => {
    const found = await connectionOf(call, params.c);
    if (!found.ok) return found;
    const allowed = approved(call);
    if (!allowed.ok) return allowed;
    const row = found.value;
    const token = newToken();
    const today = localDate(call.now, call.merchant.timezone);
    const progress = row.flowPayouts ? [startPayouts(call.db, row.id, today)] : [];
    const plan = planned(call, { action: "webhooks.activate", subject: row.id });
    const saved = await save(call, activateWebhooks(call.db, plan, row.id, await hashToken(token), progress));
    return saved.ok ? ok(await answerFor(call, row, token)) : saved;
  },
});

const rotate = merchantOperation({
  method: "post",
  path: `${BASE}/rotate`,
  tag,
  summary: "Get a new URL; URLs given before stay valid for 24 hours",
  may: CONFIGURE,
  answer: Activation,
  run: async (call, { params }) => {
    const found = await connectionOf(call, params.c);
    if (!found.ok) return found;
    const allowed = approved(call);
    if (!allowed.ok) return allowed;
    const row = found.value;
    if (!row.active) return refusal("CONFLICT", "Webhooks are off: activate them first.");
    const token = newToken();
    const plan = planned(call, { action: "webhooks.rotate", subject: row.id });
    const saved = await save(call, rotateWebhooks(call.db, plan, row.id, await hashToken(token)));
    return saved.ok ? ok(await answerFor(call, row, token)) : saved;
  },
});

const deactivate = merchantOperation({
  method: "post",
  path: `${BASE}/deactivate`,
  tag,
  summary: "Switch webhooks off; every URL ends at once",
  may: CONFIGURE,
  answer: Activation,
  run: async (call, { params }) => {
    const found = await connectionOf(call, params.c);
    if (!found.ok) return found;
    const plan = planned(call, { action: "webhooks.deactivate", subject: found.value.id });
    const saved = await save(call, deactivateWebhooks(call.db, plan, found.value.id));
    if (!saved.ok) return saved;
    const facet = findConnector(found.value.connector, call.deps.connectors)?.webhooks;
    if (facet?.unregister) await call.object.unregisterWebhooks(found.value.id, oursOf(call, found.value));
    return ok({ active: false, url: null, registered: false });
  },
});

export const webhookActivation = room([activate, rotate, deactivate]);
