// Words of times, durations and amounts, in English.
export const format = {
  ago: (time: string) => `${time} ago`,
  ahead: (time: string) => `in ${time}`,
  unit_s: " s",
  unit_min: " min",
  unit_h: " h",
  unit_d: " d",
  asSent: "as KICC sent it",
  noCurrency: "no currency",
};
