// How a route changes a merchant's configuration: written with its audit entry, then pushed to the object.
import type { Change, Committed } from "../directory/change.ts";
import { pushConfig } from "../directory/config.ts";
import { getMerchant, type Merchant } from "../directory/merchants.ts";
import type { MerchantId } from "../domain/ids.ts";
import { ok, type Result } from "../domain/result.ts";
import type { MerchantRpc } from "../durable/rpc.ts";
import type { Call, MerchantCall } from "./operation.ts";
import { type Refusal, refusal } from "./problem.ts";

type Told = Pick<Change, "action" | "subject" | "before" | "after">;

/** A change that depends on what was read: it fails when the configuration moved meanwhile. */
export const planned = (call: MerchantCall, told: Told): Change => ({
  ...unconditional(call, told),
  expectedVersion: call.merchant.configVersion,
});

/** A change that nothing read went into: an addition, or the replacement of a whole mapping. */
export const unconditional = ({ caller, now, merchant }: MerchantCall, told: Told): Change => ({
  actor: { id: caller.id, role: caller.role },
  now,
  merchantId: merchant.id,
  expectedVersion: null,
  ...told,
});

/** Brings the configuration to the object. A failure is left to the hourly sweep: the change itself stands. */
export const push = (call: Call, merchantId: MerchantId): Promise<boolean> =>
  pushConfig({ db: call.db, stub: (id) => call.deps.stub(call.context.env, id) }, merchantId);

/** Waits for a write and pushes what it changed. */
export async function save(call: MerchantCall, written: Promise<Committed>): Promise<Result<true, Refusal>> {
  if ((await written) === "conflict") {
    return refusal("CONFLICT", "The merchant's configuration was changed by someone else meanwhile.");
  }
  await push(call, call.merchant.id);
  return ok(true);
}

/** The merchant as it stands after a change. */
export async function reread(call: MerchantCall): Promise<Merchant> {
  return (await getMerchant(call.db, call.merchant.id)) ?? call.merchant;
}

/** The object, once it holds the newest configuration: for acts that depend on it. */
export async function upToDate(call: MerchantCall): Promise<Result<MerchantRpc, Refusal>> {
  const { merchant } = call;
  if (merchant.pushedVersion >= merchant.configVersion || (await push(call, merchant.id))) return ok(call.object);
  return refusal("UNAVAILABLE", "The merchant's object did not take the newest configuration.");
}
