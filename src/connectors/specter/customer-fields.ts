// Our customer and addresses as Specter's form fields: names, form, lengths, language. Pure.
import type { CreateOrder } from "../../domain/commands.ts";
import { cut, tidy } from "./key.ts";
import type { Fields } from "./transport.ts";

/** First and last name as one. */
export const fullName = (person: { firstName?: string; lastName?: string }): string =>
  tidy(`${person.firstName ?? ""} ${person.lastName ?? ""}`);

/** Specter's language codes. Swedish is SE, Danish DA. Unknown languages get English, an unsaid one none. */
const LANGUAGES: Readonly<Record<string, string>> = {
  sv: "SE",
  en: "EN",
  nb: "NO",
  nn: "NO",
  no: "NO",
  fi: "FI",
  da: "DA",
  de: "DE",
  es: "ES",
};

export function languageCode(language: string | undefined): string | undefined {
  const primary = language?.trim().toLowerCase().split(/[-_]/)[0] ?? "";
  return primary === "" ? undefined : (LANGUAGES[primary] ?? "EN");
}

export interface DraftedCustomer {
  /** Seeds the key: the company, or "first last". */
  name: string;
  fields: Fields;
}

/**
 * A customer as Specter takes it (section 5.1): a company has a name, a person a first and a last one. Null when
 * there is no name at all. `known`: the customer exists, whose form is then not sent again.
 */
export function draftCustomer(order: CreateOrder, known: boolean): DraftedCustomer | null {
  const { customer, billing, shipping } = order;
  const person = {
    firstName: cut(customer.firstName ?? billing.firstName ?? shipping.firstName ?? "", 50),
    lastName: cut(customer.lastName ?? billing.lastName ?? shipping.lastName ?? "", 50),
  };
  const company = customer.form === "company" ? cut(customer.companyName ?? billing.companyName ?? "", 100) : "";
  const isCompany = company !== "";
  const name = isCompany ? company : fullName(person);
  if (name === "") return null;
  const form = isCompany ? "C" : "P";
  const who: Fields = isCompany
    ? {
        name: company,
        contactPerson: fullName(person) || undefined,
        orgNo: cut(customer.organisationNumber ?? "", 20) || undefined,
        vatNo: cut(customer.vatNumber ?? "", 30) || undefined,
      }
    : { firstName: person.firstName || undefined, surName: person.lastName || undefined };
  return {
    name,
    fields: {
      ...who,
      customerOrganizationalForm: known ? undefined : form,
      emailAddress: cut(customer.email ?? "", 100) || undefined,
      phoneNo: cut(customer.phone ?? "", 50) || undefined,
      currency: order.currency,
      language: languageCode(customer.language),
      ...addressFields(order),
    },
  };
}

/**
 * Both addresses, empty fields included: on a customer that is overwritten, a field left out would keep what an
 * earlier order said. That an empty field clears is an assumption. Without a delivery address, it is the invoice's.
 */
function addressFields({ billing, shipping, country }: CreateOrder): Fields {
  const delivery = shipping.street ? shipping : billing;
  const text = (value: string | undefined): string => tidy(value ?? "");
  return {
    invoiceCompanyName: text(billing.companyName),
    address: text(billing.street),
    addressRow2: text(billing.street2),
    zipCodeEng: text(billing.postalCode),
    city: text(billing.city),
    region: text(billing.region),
    countryCode: billing.country ?? country,
    deliveryCompanyName: text(delivery.companyName),
    deliveryAttention: fullName(delivery),
    deliveryAddress: text(delivery.street),
    deliveryAddressRow2: text(delivery.street2),
    deliveryZipCodeEng: text(delivery.postalCode),
    deliveryCity: text(delivery.city),
    deliveryregion: text(delivery.region),
    deliveryCountryCode: delivery.country ?? country,
  };
}
