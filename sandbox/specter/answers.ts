// Specter's two ways to answer: a line `result;id;message`, or XML with an APIresponse (reference/specter.md section 4).
import { toLatin1 } from "./latin1.ts";

/** The codes of "our contract" (C2); 0 where Specter itself gives a reason only. */
export type Code = 0 | 10 | 11 | 20 | 30 | 31 | 40 | 41 | 90 | 99;

export interface Refusal {
  kind: "refused";
  code: Code;
  message: string;
}

export type Answer =
  | Refusal
  /** A write or an acknowledgement went well. `xml` is more to say where XML was asked for. */
  | { kind: "done"; id: string; xml?: string }
  /** What a read found: the children of the root element. */
  | { kind: "document"; xml: string };

export const refuse = (code: Code, message: string): Refusal => ({ kind: "refused", code, message });
export const isRefusal = (value: object): value is Refusal => "kind" in value && value.kind === "refused";
export const done = (id: number | string, xml?: string): Answer => ({
  kind: "done",
  id: String(id),
  ...(xml && { xml }),
});

/** Code 40: the existing id stands between the only single quotes of the message. */
export const duplicate = (what: string, id: number): Refusal => refuse(40, `${what} is used already by '${id}'`);

/** Always HTTP 200: a caller judges by the body. */
export function render(answer: Answer, useXml: boolean): Response {
  return useXml
    ? respond(`<root>${inXml(answer)}</root>`, "text/xml")
    : respond(inText(answer).replace(/[\r\n]+/g, " "), "text/plain");
}

const respond = (text: string, type: string): Response =>
  new Response(toLatin1(text), { headers: { "content-type": `${type}; charset=iso-8859-1` } });

function inText(answer: Answer): string {
  switch (answer.kind) {
    case "done":
      return `1;${answer.id};OK`;
    case "refused":
      return `0;${answer.code};${answer.message}`;
    case "document":
      return answer.xml;
    default:
      return answer satisfies never;
  }
}

function inXml(answer: Answer): string {
  switch (answer.kind) {
    case "done":
      // The element that carries a new id in XML is not public; `id` is an assumption.
      return `<APIresponse><result>1</result><code>0</code><id>${xmlText(answer.id)}</id><message>OK</message></APIresponse>${answer.xml ?? ""}`;
    case "refused": {
      // The sample of an open batch has no result element.
      const result = answer.code === 99 ? "" : "<result>0</result>";
      return `<APIresponse>${result}<code>${answer.code}</code><message>${xmlText(answer.message)}</message></APIresponse>`;
    }
    case "document":
      return answer.xml;
    default:
      return answer satisfies never;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text for an element or a double-quoted attribute. */
export const xmlText = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? "");

/** ` name="value"` for each attribute, in the order given. */
export const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
    .join("");
