// What a connector hands to the conformance suite, and the small world that the suite hands to the connector.
import type {
  Context,
  Hint,
  HttpAnswer,
  HttpFailure,
  HttpRequest,
  IncomingWebhook,
} from "../../src/connectors/connector.ts";
import { type AnyConnector, registry } from "../../src/connectors/registry.ts";
import type { Command, CommandKind, Outcome } from "../../src/domain/commands.ts";
import type { ConnectorId } from "../../src/domain/observation.ts";
import type { PayoutHeader } from "../../src/domain/payout.ts";
import { type ScriptStep, scripted } from "../connectors/kit/http.ts";
import { memoryOver } from "../connectors/kit/memory.ts";

/** What a connection made by OAuth gets for an access token. */
export const ACCESS_TOKEN = "conformance-access-token-0123456789";

/** A webhook as the platform sends it. */
export interface Sample {
  /** What it tells, for the name of a test. */
  name: string;
  method: "GET" | "POST";
  suffix?: string;
  /** Without question mark. */
  query?: string;
  headers?: Record<string, string>;
  body: string;
  /** The platform's own signature proves it; false where the token in the URL is all the proof. */
  signed: boolean;
  /** Kinds of the hints it gives, in order. */
  hints: Hint["kind"][];
}

export interface WebhookFixture {
  /** Authentic at `now` (milliseconds) with the fixture's credentials: one of each kind that the platform sends. */
  samples(now: number): Promise<Sample[]>;
  /** Authentic, of a type that no documentation knows. */
  unknown(now: number): Promise<Sample[]>;
  /** The same event as `of` (the name of a sample), sent once more in another form that the platform may choose. */
  repeats?(now: number): Promise<(Sample & { of: string })[]>;
  /** The platform's own acknowledgement, as documented. */
  acknowledgement: { status: number; contentType: string; body: string };
  /** Where the platform signs; null where it never does. */
  signature: null | {
    /** Name of the credential that signs. */
    secret: string;
    /** Header that carries the signature; null where the body or the query does. */
    header: string | null;
    /** Every byte of the body is signed: whichever changes, the webhook is refused. */
    coversBody: boolean;
    /** Samples with something changed that must be refused, where the header and the body are not all there is. */
    forgeries?(now: number): Promise<Sample[]>;
  };
}

/** A read with the answers that make it succeed. */
export interface ReadFixture {
  type: string;
  value: string;
  answers: ScriptStep[];
}

export interface Fixture {
  id: ConnectorId;
  /** Every credential filled, optional ones too; secrets of 16 characters or more, so that outputs can be searched. */
  credentials: Record<string, string>;
  /** The required settings and no others. */
  settings: Record<string, unknown>;
  /** What commands need beyond them. */
  workingSettings?: Record<string, unknown>;
  /** Milliseconds at which the answers were given. */
  now: number;
  webhooks?: WebhookFixture;
  /** Good answers to `verify`. */
  verify: ScriptStep[];
  /** Orders to observe, with the answers; several where they differ in kind. */
  orders: ReadFixture[];
  /** One command of each kind that the connector executes. */
  commands: Command[];
  payouts?: { from: string; to: string; list: ScriptStep[]; header: PayoutHeader; lines: ScriptStep[] };
  changes?: Record<string, ScriptStep[]>;
  /** Which requests change nothing, or nothing that a repetition would do twice. Default: GET. */
  isHarmless?(request: HttpRequest): boolean;
  /** Good answers to the harmless requests that come before a command's own. */
  before?: Partial<Record<CommandKind, ScriptStep[]>>;
  /** Outcomes that differ from the rule for a documented reason: `<command kind>:<fault>`. */
  exceptions?: Record<string, { outcome: Pick<Outcome, "kind">; reason: string }>;
  /** Personal numbers in the answers: no translation may keep one. */
  personalNumbers?: string[];
}

const files = import.meta.glob<{ fixture: Fixture }>("./fixtures/*.ts", { eager: true });

/** Every connector of the registry with its fixture, or without one. */
export const subjects: readonly { connector: AnyConnector; fixture: Fixture | undefined }[] = registry.map(
  (connector) => ({ connector, fixture: files[`./fixtures/${connector.id}.ts`]?.fixture }),
);

/** Names of fixture files. */
export const fixtureNames = Object.keys(files).map((path) => path.replace(/^.*\/|\.ts$/g, ""));

/** Connectors with a fixture; one without fails in registry.test.ts. */
export const complete: readonly { id: string; connector: AnyConnector; fixture: Fixture }[] = subjects.flatMap(
  ({ connector, fixture }) => (fixture ? [{ id: connector.id, connector, fixture }] : []),
);

export type AnyContext = Context<Record<string, unknown>, unknown>;
type Answering = (request: HttpRequest) => HttpAnswer | HttpFailure;

/** A context whose every request gets the same answer, or the answers of a script; and what was sent. */
export function contextOf(
  { connector, fixture }: { connector: AnyConnector; fixture: Fixture },
  answers: Answering | ScriptStep[],
  /** Answers to the first requests, before the others begin. */
  before: ScriptStep[] = [],
): { context: AnyContext; sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  const script = scripted(...before, ...(typeof answers === "function" ? [] : answers));
  return {
    sent,
    context: {
      connectionId: "con_conformance",
      environment: "test",
      credentials: connector.credentials.parse(fixture.credentials),
      settings: connector.settings.parse({ ...fixture.settings, ...fixture.workingSettings }),
      http: {
        async send(request) {
          sent.push(request);
          return typeof answers === "function" && script.remaining() === 0 ? answers(request) : script.send(request);
        },
      },
      memory: memoryOver(new Map()),
      accessToken: async () => ({ kind: "found", value: ACCESS_TOKEN }),
      now: () => fixture.now,
      random: () => 0.5,
      timezone: "Europe/Stockholm",
      origin: (_, defaultOrigin) => defaultOrigin,
    },
  };
}

export const answering =
  (status: number, body: string | Uint8Array = "", headers: Record<string, string> = {}): Answering =>
  () => ({
    kind: "answer",
    status,
    headers: new Headers(headers),
    body: typeof body === "string" ? new TextEncoder().encode(body) : body,
  });

/** What can go wrong between us and a platform, whatever the platform. */
export const FAULTS = {
  "no answer": (() => ({ kind: "no_answer", code: "NETWORK_NO_ANSWER", detail: "timed out" })) satisfies Answering,
  "not sent": (() => ({ kind: "not_sent", code: "PLATFORM_UNAVAILABLE", detail: "open" })) satisfies Answering,
  "500": answering(500, "Internal Server Error"),
  "503": answering(503, "<html>Service Unavailable</html>"),
  "429": answering(429, "", { "retry-after": "17" }),
  "401": answering(401, '{"error":"unauthorized"}', { "content-type": "application/json" }),
  "403": answering(403, '{"error":"forbidden"}', { "content-type": "application/json" }),
  "garbage of a proxy": answering(200, "<!doctype html><title>Sign in to the hotel's network</title>"),
  "garbage bytes": answering(
    200,
    Uint8Array.from({ length: 400 }, (_, at) => (at * 197 + 31) % 256),
  ),
  "half of a JSON body": answering(200, '{"id":"1","status":"ok","items":[{"amou'),
  "an empty body": answering(200),
} as const satisfies Record<string, Answering>;

export type Fault = keyof typeof FAULTS;

/** The command as the engine hands it over for its first attempt. */
export const callOf = <C extends Command>(payload: C, attempt = 1) => ({
  id: "cmd_01JHABCDEFGHJKMNPQRSTVWXYZ",
  requestKey: "d92b8c60-6781-4946-9854-e70b27452d5a",
  payload,
  known: [],
  attempt,
});

/** Runs a command through the facet that has it; null where the connector has none. */
export async function execute(
  connector: AnyConnector,
  context: AnyContext,
  payload: Command,
  attempt = 1,
): Promise<Outcome | null> {
  const { payments, accounting } = connector;
  switch (payload.kind) {
    case "capture":
      return (await payments?.capture(context, callOf(payload, attempt))) ?? null;
    case "refund":
      return (await payments?.refund(context, callOf(payload, attempt))) ?? null;
    case "cancel_payment":
      return (await payments?.cancel(context, callOf(payload, attempt))) ?? null;
    case "create_order":
    case "cancel_order":
    case "create_invoice":
    case "create_credit_invoice":
    case "register_payment":
    case "book_payout":
      return (await accounting?.execute(context, callOf(payload, attempt))) ?? null;
    default:
      return payload satisfies never;
  }
}

export const PAYMENT_KINDS = ["capture", "refund", "cancel_payment"] as const satisfies readonly CommandKind[];
export const ACCOUNTING_KINDS = [
  "create_order",
  "cancel_order",
  "create_invoice",
  "create_credit_invoice",
  "register_payment",
  "book_payout",
] as const satisfies readonly CommandKind[];

/** The kinds of command that the connector's facets take. */
export const kindsOf = ({ payments, accounting }: AnyConnector): CommandKind[] => [
  ...(payments ? PAYMENT_KINDS : []),
  ...(accounting ? ACCOUNTING_KINDS : []),
];

/** A sample as the facet reads it. */
export const incoming = (sample: Sample): IncomingWebhook => ({
  method: sample.method,
  suffix: sample.suffix ?? "",
  query: new URLSearchParams(sample.query),
  headers: new Headers(sample.headers),
  body: new TextEncoder().encode(sample.body),
});

/** The values of the fixture's credentials that are secret, as the JSON Schema marks them. */
export function secretsOf(fixture: Fixture, schema: { properties?: Record<string, { secret?: boolean }> }): string[] {
  return Object.entries(fixture.credentials)
    .filter(([name]) => schema.properties?.[name]?.secret === true)
    .map(([, value]) => value);
}
