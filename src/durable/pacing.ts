// What the pace of a platform lets begin at this moment. Only memory: a step that is not begun costs no write, and one
// that is begun finds room for all its requests.
import type { ConnectionId } from "../domain/ids.ts";
import type { Bucket } from "../transport/bucket.ts";

/** A step that was let begin; give it back with `release` when the step has ended. */
export interface Place {
  readonly id: ConnectionId;
  readonly requests: number;
  readonly round: number;
}

type Paced = ReadonlyMap<ConnectionId, { bucket: Bucket }>;

export class Pacing {
  readonly #now: () => number;
  readonly #places = new Set<Place>();
  /** When there is room again at connections that something was held back from, in milliseconds. */
  readonly #until = new Map<ConnectionId, number>();
  #links: Paced = new Map();
  #round = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A new round of beginning what is due. */
  survey(links: Paced): void {
    this.#links = links;
    this.#round += 1;
    this.#until.clear();
  }

  /** A place for a step of so many requests; null when it must wait. A connection without a bucket is not paced. */
  admit(id: ConnectionId, requests: number): Place | null {
    const bucket = this.#links.get(id)?.bucket;
    const ahead = this.#ahead(id);
    const waitMs = bucket && ahead === 0 ? this.#wait(id, requests) : 0;
    if (waitMs > 0 || (bucket && ahead > 0 && ahead + requests > bucket.room())) return null;
    const place: Place = { id, requests, round: this.#round };
    this.#places.add(place);
    return place;
  }

  release(place: Place): void {
    this.#places.delete(place);
  }

  /** Connections at which no step of so many requests can begin for now. */
  heldFor(requests: number): ConnectionId[] {
    return [...this.#links.keys()].filter((id) => this.#wait(id, requests) > 0);
  }

  /** Connections that something was held back from. */
  get held(): ConnectionId[] {
    return [...this.#until.keys()];
  }

  /** When something that is due at `at` can begin, in milliseconds. */
  soonest(id: ConnectionId, at: number): number {
    return Math.max(at, this.#until.get(id) ?? at);
  }

  #wait(id: ConnectionId, requests: number): number {
    const waitMs = this.#links.get(id)?.bucket.waitFor(requests) ?? 0;
    if (waitMs > 0)
      this.#until.set(id, Math.min(this.#until.get(id) ?? Number.POSITIVE_INFINITY, this.#now() + waitMs));
    return waitMs;
  }

  /** Requests that steps under way will still send: those of this round all of theirs, earlier ones all but the first. */
  #ahead(id: ConnectionId): number {
    let ahead = 0;
    for (const place of this.#places)
      if (place.id === id) ahead += place.round === this.#round ? place.requests : place.requests - 1;
    return ahead;
  }
}
