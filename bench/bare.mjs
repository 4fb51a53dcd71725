// What the accept path is held against: a Worker that hands a body to an object, which inserts one row and answers.
import { DurableObject } from "cloudflare:workers";

export class Bare extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS bodies (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)");
  }

  insert(body) {
    this.ctx.storage.sql.exec("INSERT INTO bodies (body) VALUES (?)", body);
  }
}

export default {
  async fetch(request, env) {
    const stub = env.BARE.get(env.BARE.idFromName("bare"));
    await stub.insert(await request.arrayBuffer());
    return new Response('{"received":true}', { headers: { "content-type": "application/json" } });
  },
};
