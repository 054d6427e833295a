// Words of where a notification came from, in English.
export const sources = {
  notification: "KICC's notification",
  "status-api": "KICC's answer when asked (status API)",
  test: "Test, made up here",
};
