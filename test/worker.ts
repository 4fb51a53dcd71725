// The Worker under test: the real one, with its clock, chance and network in the hands of the tests.
import { registry } from "../src/connectors/registry.ts";
import { type Errand, runErrand, tick } from "../src/cron/clock.ts";
import { MerchantObject, type Outside } from "../src/durable/merchant.ts";
import { type Bindings, merchantStub, platformStatus } from "../src/env.ts";
import { createApi } from "../src/http/app.ts";
import { acceptWebhook } from "../src/http/hooks.ts";
import { outsideOf } from "../src/index.ts";
import { virtual, virtualPorts } from "./kit/virtual.ts";
import { countWrites } from "./kit/writes.ts";

export { PlatformHealth } from "../src/index.ts";

export class Merchant extends MerchantObject {
  constructor(ctx: DurableObjectState, env: Bindings) {
    countWrites(ctx.storage);
    super(ctx, env);
  }

  protected override outside(env: Bindings): Outside {
    return { ...outsideOf(env, virtualPorts), ...virtual.outside };
  }
}

const api = createApi({
  connectors: registry,
  stub: merchantStub,
  platformStatus: (env, connectors) => platformStatus(env, connectors, virtualPorts.now),
  now: virtualPorts.now,
  random: Math.random,
  log: (entry) => console.error(JSON.stringify(entry)),
});

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname.startsWith("/hooks/"))
      return acceptWebhook(request, env, context, virtualPorts.now());
    return api.fetch(request, env, context);
  },
  scheduled: (controller, env) => tick(env, controller.cron, controller.scheduledTime),
  async queue(batch, env) {
    for (const message of batch.messages) await runErrand(env, message.body);
  },
} satisfies ExportedHandler<Bindings, Errand>;
