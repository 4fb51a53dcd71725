// Sealing with the keys of this Worker: the current one seals, the one before still opens.

import type { Problem } from "../domain/errors.ts";
import type { Result } from "../domain/result.ts";
import type { Settings } from "../env.ts";
import { seal, unseal } from "../sealing.ts";

export interface Vault {
  /** Seals a text for one owner, e.g. a connection id. */
  seal(text: string, owner: string): Promise<string>;
  /** Opens what was sealed for that owner; an error says why it cannot be read. */
  open(sealed: string, owner: string): Promise<Result<string, Problem>>;
}

export const vaultOf = ({ masterKeys }: Settings): Vault => ({
  seal: (text, owner) => seal(text, masterKeys.current, owner),
  open: (sealed, owner) => unseal(sealed, [masterKeys.current, masterKeys.previous], owner),
});
