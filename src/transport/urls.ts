// Decides, before anything is sent, whether an address may be called at all (DESIGN section 12).
//
// Known limit: a public name may resolve to a private address. Workers resolve names themselves and reach no private
// network, so the name is not looked up here.
import { type Problem, problem } from "../domain/errors.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { hostKind } from "./addresses.ts";

export interface UrlRules {
  /** Whether ENVIRONMENT is `production`; outside of it loopback addresses are allowed, also over HTTP, on any port. */
  production: boolean;
  /**
   * Origins that may be called, e.g. `https://api.fortnox.se` or `https://*.adyen.com` (`*.` stands for one or more
   * labels). A port other than 443 is allowed only when it is named here. Absent: any public host on port 443.
   */
  allowedOrigins?: readonly string[] | undefined;
}

/**
 * Checks an address given by a person or a payload. The answer is the URL to call: what was checked is what is sent.
 * Errors: `URL_REFUSED`, whose detail names the reason and never repeats the address.
 */
export function checkUrl(text: string, rules: UrlRules): Result<URL, Problem> {
  if (!URL.canParse(text)) return refused("It is not a complete address such as https://shop.example.se/path.");
  const url = new URL(text);
  const reason = refusalOf(url, rules);
  return reason === null ? ok(url) : refused(reason);
}

const refused = (reason: string): Result<never, Problem> => err(problem("URL_REFUSED", reason));

function refusalOf(url: URL, rules: UrlRules): string | null {
  if (url.protocol !== "https:" && url.protocol !== "http:") return "Only https addresses are called.";
  if (url.username !== "" || url.password !== "") return "An address must not carry a user name or password.";
  const kind = hostKind(url.hostname);
  const local = kind === "loopback" && !rules.production;
  if (!local && url.protocol !== "https:") return "Only https addresses are called.";
  if (!local && kind !== "public") return "The host is private, loopback, or not a public name.";
  if (rules.allowedOrigins !== undefined) {
    return rules.allowedOrigins.some((allowed) => originMatches(url, allowed))
      ? null
      : "The host (or its port) is not one that this connection may call.";
  }
  return url.port === "" || local ? null : "Only the standard port is called.";
}

/** Whether a URL lies within an allowed origin, which may be given with a path (it is ignored) or a `*.` host. */
function originMatches(url: URL, allowed: string): boolean {
  const wildcard = /^(https?:\/\/)\*\.(.+)$/i.exec(allowed);
  if (wildcard === null) return URL.canParse(allowed) && new URL(allowed).origin === url.origin;
  const base = `${wildcard[1]}${wildcard[2]}`;
  if (!URL.canParse(base)) return false;
  const { protocol, hostname, port } = new URL(base);
  return url.protocol === protocol && url.port === port && url.hostname.endsWith(`.${hostname}`);
}
