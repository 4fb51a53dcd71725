// Opaque names made of the world's own chance.
import type { World } from "../platform.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const letters = (world: World, alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[Math.floor(world.random() * alphabet.length)] ?? "0").join("");

/** As payment apps get it for a session: 24 letters and digits (section 3.4). */
export const paymentToken = (world: World): string => letters(world, LETTERS, 24);
export const hexToken = (world: World): string => letters(world, "0123456789abcdef", 32);
/** As buyers see it: nine capitals and digits, none easily mistaken. */
export const confirmationNumber = (world: World): string => letters(world, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 9);

export function uuid(world: World): string {
  const hex = hexToken(world);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
