// Who bought and where it goes, in our words. Orders of a till or a company may have no address at all.
import type { Address, Customer } from "../../domain/observation.ts";
import { orderNumber } from "./references.ts";
import type { ShopifyAddress, ShopifyOrder } from "./wire.ts";

export interface Parties {
  customer: Customer;
  billing: Address;
  shipping: Address;
  /** Where it goes: the delivery's country, else the bill's, else the shop's own (a till); empty where none is said. */
  country: string;
}

/** A missing address is the other one. A buyer without any name is named after the order, for ERPs that need a name. */
export function partiesOf(order: ShopifyOrder): Parties {
  const billed = order.billingAddress ?? order.shippingAddress;
  const shipped = order.shippingAddress ?? order.billingAddress;
  const company = [billed?.company, shipped?.company].find(Boolean);
  const first = [billed, shipped, order.customer].find((one) => one?.firstName || one?.lastName);
  const nameless = !company && !first;
  return {
    customer: filled<Customer>({
      form: company ? "company" : "person",
      companyName: company,
      firstName: first?.firstName,
      lastName: nameless ? `Order ${orderNumber(order.name)}` : first?.lastName,
      email: order.email,
      phone: order.phone || billed?.phone || shipped?.phone,
      language: order.customerLocale,
    }),
    billing: addressOf(billed),
    shipping: addressOf(shipped),
    country: (shipped?.countryCodeV2 || billed?.countryCodeV2 || order.shopCountry).toUpperCase(),
  };
}

const addressOf = (given: ShopifyAddress): Address =>
  filled<Address>({
    companyName: given?.company,
    firstName: given?.firstName,
    lastName: given?.lastName,
    street: given?.address1,
    street2: given?.address2,
    postalCode: given?.zip,
    city: given?.city,
    region: given?.provinceCode,
    country: given?.countryCodeV2.toUpperCase(),
  });

/** Without its empty fields. */
function filled<T extends object>(value: T): T {
  // Only optional fields can be empty here, so what is left is still a T.
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined && field !== "")) as T;
}
