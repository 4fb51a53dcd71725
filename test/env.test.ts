import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { parseSettings, readSettings } from "../src/env.ts";

const KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const good = {
  ENVIRONMENT: "staging",
  PUBLIC_ORIGIN: "https://edge.example.com",
  ADMIN_TOKEN: "a-long-enough-token",
  MASTER_KEY: KEY,
};

describe("the settings of the Worker", () => {
  it("have sensible values where nothing is given", () => {
    expect(parseSettings(good)).toEqual({
      ok: true,
      value: {
        environment: "staging",
        publicOrigin: "https://edge.example.com",
        platformBaseUrls: {},
        adminToken: "a-long-enough-token",
        masterKeys: { current: KEY, previous: null },
        oauthClients: {},
        jurisdiction: null,
        webhookRetentionDays: 90,
      },
    });
  });

  it("send no production traffic to stand-ins", () => {
    const PLATFORM_BASE_URLS = '{"qliro":"http://127.0.0.1:9001"}';
    const origins = (ENVIRONMENT: string) => {
      const parsed = parseSettings({ ...good, ENVIRONMENT, PLATFORM_BASE_URLS });
      return parsed.ok ? parsed.value.platformBaseUrls : parsed.error;
    };
    expect(origins("local")).toEqual({ qliro: "http://127.0.0.1:9001" });
    expect(origins("production")).toEqual({});
  });

  it.each([
    [{ ADMIN_TOKEN: undefined }, "The setting ADMIN_TOKEN is missing; give the root API token."],
    [
      { ADMIN_TOKEN: "short", ENVIRONMENT: "production" },
      "The setting ADMIN_TOKEN must be at least 16 characters long in production.",
    ],
    [{ MASTER_KEY: undefined }, "The setting MASTER_KEY is missing; give the base64 of 32 random bytes."],
    [{ MASTER_KEY: "c2hvcnQ=" }, "The setting MASTER_KEY must be the base64 of exactly 32 bytes."],
    [{ MASTER_KEY_PREVIOUS: "%%" }, "The setting MASTER_KEY_PREVIOUS must be the base64 of exactly 32 bytes."],
    [{ ENVIRONMENT: "dev" }, "The setting ENVIRONMENT must be local, staging or production."],
    [
      { PUBLIC_ORIGIN: "https://edge.example.com/edge" },
      "The setting PUBLIC_ORIGIN must be an origin such as https://edge.example.com, without a path.",
    ],
    [{ PLATFORM_BASE_URLS: "{" }, "The setting PLATFORM_BASE_URLS is not JSON."],
    [{ WEBHOOK_RETENTION_DAYS: "0" }, "The setting WEBHOOK_RETENTION_DAYS must be at least 1 day."],
    [{ DURABLE_JURISDICTION: "mars" }, "The setting DURABLE_JURISDICTION must be eu or fedramp, or be left out."],
  ])("name what is missing or wrong in one sentence: %j", (over, sentence) => {
    expect(parseSettings({ ...good, ...over })).toEqual({ ok: false, error: sentence });
  });

  it("take a short root token anywhere but in production", () => {
    expect(parseSettings({ ...good, ADMIN_TOKEN: "x" })).toMatchObject({ ok: true, value: { adminToken: "x" } });
  });

  it("take an origin with the slash that browsers show", () => {
    const parsed = parseSettings({ ...good, PUBLIC_ORIGIN: "https://edge.example.com/" });
    expect(parsed).toMatchObject({ ok: true, value: { publicOrigin: "https://edge.example.com" } });
  });

  it("treat an empty text as not given", () => {
    const parsed = parseSettings({ ...good, DURABLE_JURISDICTION: "", MASTER_KEY_PREVIOUS: "" });
    expect(parsed).toMatchObject({ ok: true, value: { jurisdiction: null } });
  });

  it("are read once per environment", () => {
    expect(readSettings(env)).toBe(readSettings(env));
  });
});
