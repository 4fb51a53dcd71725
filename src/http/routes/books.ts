// What the merchant's object tells about orders, webhooks, commands and tasks, and the acts that support may do.
import { z } from "@hono/zod-openapi";
import { ok, type Result } from "../../domain/result.ts";
import type { Answer } from "../../durable/rpc.ts";
import { Command, Order, OrderListItem, State, Task, Webhook, WebhookListItem } from "../answers.ts";
import { ACT, READ } from "../authenticate.ts";
import { upToDate } from "../changes.ts";
import { type MerchantCall, merchantOperation, room } from "../operation.ts";
import { type Refusal, refusal } from "../problem.ts";
import { ListQuery, Note, pageOf } from "../schemas.ts";

const BASE = "/api/v1/merchants/{m}";

/** What the object does not have is a 404. */
export const found = <T>(value: T | null, what: string): Result<T, Refusal> =>
  value === null ? refusal("NOT_FOUND", `There is no such ${what}.`) : ok(value);

/** An act's answer as the API's. */
export const acted = <T>(answer: Answer<T>): Result<T, Refusal> =>
  answer.ok ? ok(answer.value) : refusal(answer.problem.code, answer.problem.detail);

const filter = z.string().max(200).optional();

const state = merchantOperation({
  method: "get",
  path: `${BASE}/state`,
  tag: "state",
  summary: "How the merchant is doing, at a glance",
  may: READ,
  answer: State,
  run: async ({ object }) => ok(await object.state()),
});

const orders = merchantOperation({
  method: "get",
  path: `${BASE}/orders`,
  tag: "orders",
  summary: "List orders; `query` finds any alias",
  may: READ,
  query: ListQuery.extend({ query: filter, status: filter }),
  answer: pageOf(OrderListItem),
  run: async ({ object }, { query }) => ok(await object.orders(query)),
});

const order = merchantOperation({
  method: "get",
  path: `${BASE}/orders/{o}`,
  tag: "orders",
  summary: "One order with its documents, its money and its timeline",
  may: READ,
  answer: Order,
  run: async ({ object }, { params }) => found(await object.order(params.o), "order"),
});

const webhooks = merchantOperation({
  method: "get",
  path: `${BASE}/webhooks`,
  tag: "webhooks",
  summary: "List the webhooks that came in",
  may: READ,
  query: ListQuery.extend({ state: filter, connectionId: filter }),
  answer: pageOf(WebhookListItem),
  run: async ({ object }, { query }) => ok(await object.webhooks(query)),
});

const webhook = merchantOperation({
  method: "get",
  path: `${BASE}/webhooks/{w}`,
  tag: "webhooks",
  summary: "The stored request, its verdict and what followed",
  may: READ,
  answer: Webhook,
  run: async ({ object }, { params }) => found(await object.webhook(params.w), "webhook"),
});

/** An act on the object, once it holds the newest configuration. */
async function act<T>(
  call: MerchantCall,
  on: (object: MerchantCall["object"], actor: string) => Promise<Answer<T>>,
): Promise<Result<T, Refusal>> {
  const object = await upToDate(call);
  return object.ok ? acted(await on(object.value, `${call.caller.role} ${call.caller.id}`)) : object;
}

const replay = merchantOperation({
  method: "post",
  path: `${BASE}/webhooks/{w}/replay`,
  tag: "webhooks",
  summary: "Look again at what the webhook is about",
  may: ACT,
  answer: Webhook,
  run: (call, { params }) => act(call, (object, actor) => object.replayWebhook(params.w, actor)),
});

const commands = merchantOperation({
  method: "get",
  path: `${BASE}/commands`,
  tag: "commands",
  summary: "List commands, e.g. those that are parked",
  may: READ,
  query: ListQuery.extend({ state: filter }),
  answer: pageOf(Command),
  run: async ({ object }, { query }) => ok(await object.commands(query)),
});

const command = merchantOperation({
  method: "get",
  path: `${BASE}/commands/{id}`,
  tag: "commands",
  summary: "One command with its attempts",
  may: READ,
  answer: Command,
  run: async ({ object }, { params }) => found(await object.command(params.id), "command"),
});

const retry = merchantOperation({
  method: "post",
  path: `${BASE}/commands/{id}/retry`,
  tag: "commands",
  summary: "Try a parked command again",
  may: ACT,
  answer: Command,
  run: (call, { params }) => act(call, (object, actor) => object.retryCommand(params.id, actor)),
});

const resolve = merchantOperation({
  method: "post",
  path: `${BASE}/commands/{id}/resolve`,
  tag: "commands",
  summary: "A person did it: name what came of it",
  may: ACT,
  body: z.strictObject({ externalId: z.string().trim().min(1).max(200), note: Note }),
  answer: Command,
  run: (call, { params, body }) => act(call, (object, actor) => object.resolveCommand(params.id, body, actor)),
});

const discard = merchantOperation({
  method: "post",
  path: `${BASE}/commands/{id}/discard`,
  tag: "commands",
  summary: "It shall not be done; say why",
  may: ACT,
  body: z.strictObject({ note: Note }),
  answer: Command,
  run: (call, { params, body }) => act(call, (object, actor) => object.discardCommand(params.id, body, actor)),
});

const tasks = merchantOperation({
  method: "get",
  path: `${BASE}/tasks`,
  tag: "tasks",
  summary: "List what only a person can do",
  may: READ,
  query: ListQuery.extend({ state: filter }),
  answer: pageOf(Task),
  run: async ({ object }, { query }) => ok(await object.tasks(query)),
});

const done = merchantOperation({
  method: "post",
  path: `${BASE}/tasks/{id}/done`,
  tag: "tasks",
  summary: "Mark a task as done",
  may: ACT,
  body: z.strictObject({
    choice: z.string().max(100).optional(),
    externalId: z.string().trim().min(1).max(200).optional(),
    note: Note.optional(),
  }),
  answer: Task,
  run: (call, { params, body }) => act(call, (object, actor) => object.taskDone(params.id, body, actor)),
});

export const books = room([
  state,
  orders,
  order,
  webhooks,
  webhook,
  replay,
  commands,
  command,
  retry,
  resolve,
  discard,
  tasks,
  done,
]);
