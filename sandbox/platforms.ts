// The table of contents of the sandbox: every simulated platform there is.
import type { PlatformModule } from "./platform.ts";
import { qliroPlatform } from "./qliro/index.ts";
import { shopifyPlatform } from "./shopify/index.ts";
import { specterPlatform } from "./specter/index.ts";

export const PLATFORMS: readonly PlatformModule[] = [qliroPlatform, shopifyPlatform, specterPlatform];

/** The platform with this id (the first segment of a path). */
export const platformById = (id: string): PlatformModule | undefined => PLATFORMS.find((module) => module.id === id);
