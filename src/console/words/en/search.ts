// Words of the search box, in English.
export const search = {
  submit: "Search",
  label: "Order number, KICC id or reference",
  hint: "shopOrderNo, pgCno, cancelPgCno, reference or ntf_ id: whole, or 4 or more of its first characters",
};
