// The icon of the console's tabs.

export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#0b5c56"/><path d="M4 5.5h8M4 8h8M4 10.5h5" stroke="#fff" stroke-width="1.5" stroke-linecap="round"/></svg>`;
