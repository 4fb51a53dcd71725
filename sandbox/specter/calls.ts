// One HTTP call to the simulated Specter: who calls, is the key right, which action, and how the answer is written.
import type { World } from "../platform.ts";
import { type Action, type Entry, findAction } from "./actions.ts";
import { type Answer, type Refusal, refuse, render } from "./answers.ts";
import { specterKey } from "./key.ts";
import { decodeForm, fromLatin1 } from "./latin1.ts";
import { Parameters } from "./parameters.ts";
import { type Account, accountOf, type Truth } from "./truth.ts";

/** Writes may come as GET, but a long query overflows (section 4); the exact limit is an assumption. */
const QUERY_CHARACTERS_MAX = 2048;

/** Parameters that any call may carry. */
const COMMON = ["action", "sbmId", "apiUserId", "useXML", "webshopId", "key", "forceCustomerUpdate"] as const;

/** Serves /putInfo.asp and /getInfo.asp; everything they say is HTTP 200. */
export async function serve(truth: Truth, request: Request, world: World): Promise<Response> {
  const url = new URL(request.url);
  const entry = entryOf(url.pathname);
  if (!entry) return new Response("Not Found", { status: 404 });
  if (request.method !== "GET" && request.method !== "POST") {
    return new Response("Method Not Allowed", { status: 405, headers: { allow: "GET, POST" } });
  }
  if (url.search.length > QUERY_CHARACTERS_MAX) return new Response("Request-URI Too Long", { status: 414 });
  const parameters = new Parameters([...decodeForm(url.search.slice(1)), ...(await formOf(request))]);
  const useXml = parameters.raw("useXML").trim() === "2";
  return render(await answerTo(truth, entry, parameters, useXml, world), useXml);
}

function entryOf(path: string): Entry | null {
  const page = path.toLowerCase();
  if (page === "/putinfo.asp") return "putInfo";
  return page === "/getinfo.asp" ? "getInfo" : null;
}

/** A body of another type is not looked at. */
async function formOf(request: Request): Promise<[string, string][]> {
  const type = request.headers.get("content-type")?.toLowerCase() ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) return [];
  return decodeForm(fromLatin1(new Uint8Array(await request.arrayBuffer())));
}

async function answerTo(
  truth: Truth,
  entry: Entry,
  parameters: Parameters,
  useXml: boolean,
  world: World,
): Promise<Answer> {
  const account = accountOf(truth, parameters.raw("sbmId").trim());
  if (!account) return refuse(11, "Unknown sbmId");
  if (account.busy > 0) {
    account.busy -= 1;
    return refuse(90, "Busy, try again later");
  }
  const user = entry === "putInfo" ? account.write : account.read;
  if (parameters.raw("apiUserId").trim() !== user.apiUserId) return refuse(11, "Unknown apiUserId");
  const name = parameters.raw("action").trim();
  const action = findAction(account, entry, name);
  if (!action) return refuse(0, "Unknown action");
  const wrongKey = await keyFault(account, user.apiUserKey, action, parameters);
  if (wrongKey) return wrongKey;
  if (action.xmlOnly && !useXml) return refuse(20, "useXML: must be 2, this is answered as XML only");
  for (const parameter of COMMON) parameters.raw(parameter);
  const answer = action.run(account, parameters, world);
  if (answer.kind !== "refused") rememberUnread(account, name, parameters);
  return answer;
}

async function keyFault(
  account: Account,
  apiUserKey: string,
  action: Action,
  parameters: Parameters,
): Promise<Refusal | null> {
  const given = parameters.raw("key");
  const secrets = { sbmId: account.sbmId, apiUserKey, integrationKey: account.integrationKey };
  for (const seed of action.seeds(parameters, account)) {
    if (given === (await specterKey(secrets, seed))) return null;
  }
  return refuse(10, "Bad key");
}

function rememberUnread(account: Account, action: string, parameters: Parameters): void {
  const unread = parameters.unread();
  if (unread.length === 0) return;
  account.ignoredParameters[action] = [...new Set([...(account.ignoredParameters[action] ?? []), ...unread])].sort();
}
