// How a simulation gets at the object: through the runtime, as in production, or inside the object's own context, where
// the same code runs without a hop per step, and can be killed in the middle of one.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { MerchantObject, type Outside } from "../../src/durable/merchant.ts";
import type { MerchantRpc } from "../../src/durable/rpc.ts";
import { type Bindings, merchantStub } from "../../src/env.ts";
import { outsideOf } from "../../src/index.ts";
import { virtual, virtualPorts } from "../kit/virtual.ts";

export interface Body {
  merchant(): MerchantRpc;
  alarmAt(): Promise<number | null>;
  ring(): Promise<void>;
  /** Takes the object's memory away; what is stored stays. */
  evict(): Promise<void>;
  /** The object dies in the middle of what it does; nothing of it goes on. Only where `canDie`. */
  die(): void;
  canDie: boolean;
  loseAlarm(): Promise<void>;
  rows(query: string): Promise<Record<string, unknown>[]>;
  /** Given to the object as `fetch`: what a dead object asked for never comes back to it. */
  alive(fetch: (request: Request) => Promise<Response>): (request: Request) => Promise<Response>;
}

const stubOf = (merchantId: string) => env.MERCHANT.get(env.MERCHANT.idFromName(merchantId));

/** Every step is a call through the runtime; the alarm and the eviction are the runtime's own. */
export async function throughRuntime<T>(merchantId: `mer_${string}`, work: (body: Body) => Promise<T>): Promise<T> {
  const merchant = merchantStub(env, merchantId);
  return work({
    merchant: () => merchant,
    alarmAt: () => runInDurableObject(stubOf(merchantId), (_, state) => state.storage.getAlarm()),
    ring: async () => void (await runDurableObjectAlarm(stubOf(merchantId))),
    evict: () => evictDurableObject(stubOf(merchantId)),
    die: () => undefined,
    canDie: false,
    loseAlarm: () => runInDurableObject(stubOf(merchantId), (_, state) => state.storage.deleteAlarm()),
    rows: (query) => runInDurableObject(stubOf(merchantId), (_, state) => state.storage.sql.exec(query).toArray()),
    alive: (fetch) => fetch,
  });
}

/** What a dead object runs into when something of it goes on. */
export class LifeIsOver extends Error {
  override readonly name = "LifeIsOver";
}

/** One life of the object: from one start to the next. */
interface Life {
  dead: boolean;
  died: PromiseWithResolvers<void>;
}

const beginLife = (): Life => ({ dead: false, died: Promise.withResolvers() });

/** The life that the next instance is given. */
let life = beginLife();

/** The object itself, without what other tests have their Worker measure. A dead one cannot even tell the time. */
class Merchant extends MerchantObject {
  protected override outside(bindings: Bindings): Outside {
    const mine = life;
    const now = () => {
      if (mine.dead) throw new LifeIsOver();
      return virtual.now;
    };
    return { ...outsideOf(bindings, { ...virtualPorts, now }), ...virtual.outside };
  }
}

const never = new Promise<never>(() => undefined);

/** All steps in one call of the object; a new life is a new instance on the same storage. */
export async function insideObject<T>(merchantId: `mer_${string}`, work: (body: Body) => Promise<T>): Promise<T> {
  return runInDurableObject(stubOf(merchantId), async (_, state) => {
    const { storage } = state;
    life = beginLife();
    let instance = new Merchant(state, env);
    const ready = () => state.blockConcurrencyWhile(async () => undefined);
    const begin = async () => {
      life.dead = true;
      life = beginLife();
      instance = new Merchant(state, env);
      await ready();
    };
    await ready();
    return work({
      // The class implements MerchantRpc; called directly, every method is that method.
      merchant: () => instance as unknown as MerchantRpc,
      alarmAt: () => storage.getAlarm(),
      async ring() {
        await storage.deleteAlarm();
        await Promise.race([instance.alarm(), life.died.promise]);
        if (life.dead) await begin();
      },
      evict: begin,
      die() {
        life.dead = true;
        life.died.resolve();
      },
      canDie: true,
      loseAlarm: () => storage.deleteAlarm(),
      rows: async (query) => storage.sql.exec(query).toArray(),
      alive: (fetch) => async (request) => {
        const mine = life;
        if (mine.dead) return never;
        const response = await fetch(request).catch((lost: unknown) => (mine.dead ? never : Promise.reject(lost)));
        return mine.dead ? never : response;
      },
    });
  });
}
