// The front door: webhooks and the API by HTTP, the clock, the queue; and the objects, wired to the outside.
import { type Errand, runErrand, tick } from "./cron/clock.ts";
import { openDirectory } from "./directory/database.ts";
import { dropFromOrderIndex, upsertOrderIndex } from "./directory/order-index.ts";
import { recordRunFinished } from "./directory/schedules.ts";
import { MerchantObject, type Outside } from "./durable/merchant.ts";
import { platformHealth } from "./durable/platform-health.ts";
import { systemPorts } from "./durable/ports.ts";
import type { Bindings } from "./env.ts";
import { api } from "./http/app.ts";
import { acceptWebhook } from "./http/hooks.ts";

export { PlatformHealth } from "./durable/platform-health.ts";

/** What the merchant object needs from outside, on the real runtime. */
export function outsideOf(env: Bindings, ports = systemPorts): Outside {
  return {
    ports,
    health: (connector, environment) =>
      platformHealth(env.PLATFORM_HEALTH, connector.id, { now: ports.now, environment }),
    async publish(merchantId, entries, gone) {
      const db = openDirectory(env.DB);
      await upsertOrderIndex(db, merchantId, entries, ports.now());
      await dropFromOrderIndex(db, merchantId, gone);
    },
    runFinished: (connectionId, date) => recordRunFinished(openDirectory(env.DB), connectionId, date),
  };
}

export class Merchant extends MerchantObject {
  protected override outside(env: Bindings): Outside {
    return outsideOf(env);
  }
}

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname.startsWith("/hooks/")) return acceptWebhook(request, env, context, Date.now());
    return api.fetch(request, env, context);
  },

  async scheduled(controller, env) {
    await tick(env, controller.cron, controller.scheduledTime);
  },

  async queue(batch, env) {
    for (const message of batch.messages) {
      try {
        await runErrand(env, message.body);
        message.ack();
      } catch {
        message.retry();
      }
    }
  },
} satisfies ExportedHandler<Bindings, Errand>;
