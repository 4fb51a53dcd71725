// Who bought and where it goes, in our words. Personal numbers stop here.
import type { Address, Customer } from "../../domain/observation.ts";
import type { QliroAddress, QliroOrder } from "./wire.ts";

/** A personal number is never kept. A company's number is told from one by its third digit (2 or more in Sweden). */
export function customerOf({ Customer: given, BillingAddress: billing }: QliroOrder): Customer {
  if (!given) return { form: "person" };
  const company = given.JuridicalType === "Company";
  const number = given.PersonalNumber.replace(/\D/g, "");
  return filled<Customer>({
    form: company ? "company" : "person",
    companyName: company ? given.CompanyName || billing?.CompanyName : undefined,
    firstName: given.FirstName,
    lastName: given.LastName,
    email: given.Email,
    phone: given.MobileNumber,
    organisationNumber: company && /^\d\d[2-9]\d{7}$/.test(number) ? number : undefined,
    vatNumber: company ? given.VatNumber : undefined,
  });
}

export const addressOf = (given: QliroAddress): Address =>
  filled<Address>({
    companyName: given?.CompanyName,
    firstName: given?.FirstName,
    lastName: given?.LastName,
    street: given?.Street,
    street2: given?.Street2,
    postalCode: given?.PostalCode,
    city: given?.City,
    region: given?.Area,
    country: given?.CountryCode.toUpperCase(),
  });

/** Without its empty fields. */
function filled<T extends object>(value: T): T {
  // Only optional fields can be empty here, so what is left is still a T.
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined && field !== "")) as T;
}
