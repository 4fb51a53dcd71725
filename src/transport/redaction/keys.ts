// Says which field names hold personal data or secrets, in the spellings of the platforms; case and separators do not matter.

/** A name that contains one of these holds personal data. */
const CONTAINED = [
  "email epost phone telefon mobilnummer mobilenumber cellular",
  "personalnumber personnummer personnr personalid nationalid nationalidentification identitynumber socialsecurity",
  "identificationnumber dateofbirth birthdate birthday",
  "firstname lastname givenname familyname surname middlename fullname holdername customername shoppername",
  "consumername buyername payername recipientname receivername contactname contactperson companyname",
  "deliveryname billingname shippingname invoicename ownername attention careof",
  "deliverycity billingcity shippingcity invoicecity customercity",
  "address street postalcode postcode zipcode postnummer housenumber",
  "iban bankaccount accountholder useragent latitude longitude yourreference ourreference customernote",
  "organisationnumber organizationnumber corporateid vatnumber vatregistration taxid",
].flatMap((line) => line.split(" "));

/** A name that is one of these holds personal data. */
const EXACT = new Set(
  [
    "ip zip city town dob ssn co att attn tel fax gsm cell mobile mobil pnr civicno civicnumber orgnr orgno",
    "namn fornamn efternamn gata postnr ort adress telefonnr customerip clientip shopperip browserip remoteip userip",
    "buyerip company customer shopper consumer buyer recipient payer contact",
  ].flatMap((line) => line.split(" ")),
);

/** A name that contains one of these holds a secret: one that we cannot know by value, such as a token just given out. */
const SECRET = [
  "secret password passwd passphrase accesstoken refreshtoken idtoken apikey hmac signature authorization privatekey",
  "clientassertion codeverifier",
].flatMap((line) => line.split(" "));

/** Form fields that are secrets by their whole name: the key of a signed call, the code of an OAuth exchange. */
const SECRET_FIELDS = new Set(["key", "token", "code", "assertion"]);

/** An object or list under such a name describes a person: everything in it is masked by default. */
const PERSON =
  /(address|customer|shopper|consumer|buyer|recipient|payer|contact|cardholder)(e?s)?(info|information|details|data|name)?\d*$/;
const PERSON_EXACT = new Set(["billing", "shipping", "person", "user", "identity", "owner"]);

/** What stays readable inside a person's object. */
const HARMLESS = new Set(
  [
    "id country countrycode countryiso currency currencycode type kind status language locale form active",
    "createdat updatedat createdutc modifiedutc customernumber customerno ordernumber orderno externalid",
  ].flatMap((line) => line.split(" ")),
);

/** Lower case, letters and digits only. Swedish letters lose their dots, so that "Förnamn" is "fornamn". */
const normalise = (key: string): string =>
  key
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");

/** Whether a scalar under this name is personal data or a secret. */
export function isPersonalKey(key: string): boolean {
  const name = normalise(key);
  return EXACT.has(name) || [...CONTAINED, ...SECRET].some((part) => name.includes(part));
}

/** Whether a form field of this name is a secret. */
export const isSecretField = (key: string): boolean => SECRET_FIELDS.has(normalise(key));

/** Whether an object or a list under this name describes a person. */
export function isPersonKey(key: string): boolean {
  const name = normalise(key);
  return PERSON_EXACT.has(name) || PERSON.test(name) || isPersonalKey(key);
}

/** Whether a scalar under this name may be shown inside a person's object. */
export const isHarmlessKey = (key: string): boolean => HARMLESS.has(normalise(key));

/** Whether a scalar is masked: `path` is the names around it, outermost first, its own name last. */
export function isMasked(path: readonly string[]): boolean {
  const own = path.at(-1) ?? "";
  return isPersonalKey(own) || (path.slice(0, -1).some(isPersonKey) && !isHarmlessKey(own));
}
