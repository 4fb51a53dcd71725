// newCustomerSubmit: create a customer, or find and perhaps overwrite one (reference/specter.md section 5.1).
import { type Answer, done, refuse } from "./answers.ts";
import type { Parameters } from "./parameters.ts";
import { type Account, type Customer, take } from "./truth.ts";

export const LANGUAGE = /^(SE|EN|NO|FI|DA|DE|ES)$/;

/** Field → most characters; undefined where no limit is public. */
const TEXT_FIELDS: readonly (readonly [name: string, charactersMax?: number])[] = [
  ["name", 100],
  ["firstName", 50],
  ["surName", 50],
  ["contactPerson"],
  ["attention"],
  ["deliveryAttention"],
  ["orgNo", 20],
  ["vatNo", 30],
  ["emailAddress", 100],
  ["phoneNo", 50],
  ["mobileNo", 50],
  ["homepage", 50],
  ["invoiceCompanyName"],
  ["address"],
  ["addressRow2"],
  ["zipCodeEng"],
  ["city"],
  ["region"],
  ["deliveryCompanyName"],
  ["deliveryAddress"],
  ["deliveryAddressRow2"],
  ["deliveryZipCodeEng"],
  ["deliveryCity"],
  ["deliveryRegion"],
];

/** The seed of the key: the name as sent, or "first last" where no name is sent. */
export const customerSeed = (parameters: Parameters): string =>
  parameters.has("name")
    ? parameters.raw("name")
    : `${parameters.raw("firstName").trim()} ${parameters.raw("surName").trim()}`;

/** Answers with the customer id. A matched customer is overwritten only with forceCustomerUpdate=1. */
export function newCustomerSubmit(account: Account, parameters: Parameters): Answer {
  const fields = readFields(parameters);
  const form = parameters.matching("customerOrganizationalForm", /^[CP]$/, "C or P");
  const customerId = parameters.integer("customerId");
  const force = parameters.flag("forceCustomerUpdate");
  if (parameters.fault) return refuse(20, parameters.fault);

  const existing = customerId === null ? matched(account, fields) : account.customers[customerId];
  if (!existing) {
    if (customerId !== null) return refuse(30, `Customer ${customerId} not found`);
    return create(account, parameters, form, fields);
  }
  if (force) Object.assign(existing.fields, fields);
  return done(existing.customerId);
}

function create(account: Account, parameters: Parameters, form: string, fields: Customer["fields"]): Answer {
  if (form === "P") {
    parameters.required("firstName");
    parameters.required("surName");
  } else if (form === "C") parameters.required("name");
  else parameters.blame("customerOrganizationalForm", "needed for a new customer");
  if (parameters.fault) return refuse(20, parameters.fault);
  const customerId = take(account, "customerId");
  account.customers[customerId] = { customerId, form: form === "P" ? "P" : "C", fields };
  return done(customerId);
}

function readFields(parameters: Parameters): Customer["fields"] {
  const fields: Customer["fields"] = {};
  const keep = (name: string, value: string): void => {
    if (value !== "") fields[name] = value;
  };
  for (const [name, charactersMax] of TEXT_FIELDS) keep(name, parameters.text(name, charactersMax));
  keep("currency", parameters.currency("currency"));
  keep("language", parameters.matching("language", LANGUAGE, "one of SE, EN, NO, FI, DA, DE, ES"));
  for (const name of ["countryCode", "deliveryCountryCode"]) {
    keep(name, parameters.matching(name, /^[A-Z]{2}$/, "a country code of two letters"));
  }
  keep("customerGroupId", parameters.matching("customerGroupId", /^\d+$/, "a whole number"));
  parameters.required("emailAddress");
  return fields;
}

/**
 * Either the e-mail address or the organisation number is enough, so a shared address merges customers. How they
 * are compared is not public: here without case, and organisation numbers without spaces and hyphens.
 */
function matched(account: Account, fields: Customer["fields"]): Customer | undefined {
  const email = (values: Customer["fields"]): string => values.emailAddress?.toLowerCase() ?? "";
  const orgNo = (values: Customer["fields"]): string => values.orgNo?.replace(/[ -]/g, "") ?? "";
  const customers = Object.values(account.customers);
  return (
    customers.find((customer) => email(customer.fields) === email(fields)) ??
    customers.find((customer) => orgNo(fields) !== "" && orgNo(customer.fields) === orgNo(fields))
  );
}
