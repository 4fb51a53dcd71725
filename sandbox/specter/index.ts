// The simulated Specter: an ERP with a memory, its HTTP API, its callbacks and its control commands (README.md beside it).
import type { PlatformModule } from "../platform.ts";
import { serve } from "./calls.ts";
import { obey } from "./control.ts";
import { truth } from "./truth.ts";

export const specterPlatform: PlatformModule = {
  id: "specter",
  /** `snapshot` is what `snapshot()` gave, or nothing for a Specter without accounts. Anything else throws: a defect. */
  create(snapshot) {
    const known = snapshot === undefined || snapshot === null ? { accounts: {} } : truth.parse(snapshot);
    return {
      handle: (request, world) => serve(known, request, world),
      control: (command, world) => obey(known, command, world),
      snapshot: () => structuredClone(known),
    };
  },
  /** A receiver answers `1;Done` (reference/specter.md section 6.3). */
  acknowledged: (status, body) => status === 200 && body.startsWith("1;"),
  /** No retry policy is known, so none is assumed: a trigger that is not received is lost, and the poll finds it. */
  retryAfterMs: [],
};
