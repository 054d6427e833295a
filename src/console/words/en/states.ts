// Words of the states of a notification, in English.
export const states = {
  pending: "Pending",
  delivered: "Delivered",
  dead: "Dead",
  held: "Held",
  closed: "Closed",
  overdue: "Overdue",
};
