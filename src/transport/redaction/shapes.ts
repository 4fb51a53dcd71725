// Masks values that look like personal data wherever they stand: personal numbers and e-mail addresses.
import { MASK } from "./mask.ts";

/** Swedish forms: YYMMDD-NNNN, YYYYMMDD-NNNN (also with +) and YYYYMMDDNNNN. */
const SWEDISH = /(?<!\d)(\d{2})?(\d{2})(\d{2})(\d{2})([-+]|%2B)?\d{4}(?!\d)/gi;

/** Danish DDMMYY-NNNN and Finnish DDMMYY-NNNC. */
const DANISH_OR_FINNISH = /(?<![0-9A-Za-z])(\d{2})(\d{2})\d{2}[-+ABCDEFUVWXY]\d{3}[0-9A-Z](?![0-9A-Za-z])/g;

const EMAIL =
  /[^\s"'<>=&?/:;,(){}[\]\\@|]{1,64}(?:@|%40)[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,5}\.\p{L}{2,24}/giu;

/** The longest value that a shape can match, in characters. */
export const LONGEST_SHAPE = 512;

/** Masks personal numbers with a valid date (coordination numbers too) and e-mail addresses. */
export function maskShapes(text: string): string {
  return text
    .replace(SWEDISH, (found, century?: string, year?: string, month?: string, day?: string, sign?: string) =>
      isSwedish(century, year, month, day, sign) ? MASK : found,
    )
    .replace(DANISH_OR_FINNISH, (found, day: string, month: string) =>
      isDay(Number(day), Number(month), 2000) ? MASK : found,
    )
    .replace(EMAIL, MASK);
}

function isSwedish(century = "", year = "", month = "", day = "", sign = ""): boolean {
  // Ten digits in a row are far more often an order number than a personal number.
  if (century === "" && sign === "") return false;
  if (century !== "" && !["18", "19", "20"].includes(century)) return false;
  const dayOfMonth = Number(day) > 60 ? Number(day) - 60 : Number(day);
  // Without a century, 2000 stands for either: a year that is leap in one of them is accepted.
  const fullYear = Number(century === "" ? `20${year}` : `${century}${year}`);
  return isDay(dayOfMonth, Number(month), fullYear);
}

function isDay(day: number, month: number, year: number): boolean {
  if (day < 1 || month < 1 || month > 12) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
