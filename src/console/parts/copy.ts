// Script: a button beside whatever may be copied. Without it the same text is selected by one click.

// A page without scripts has no such button, rather than one that does nothing.
export const COPY = `for (const text of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = text.dataset.copy;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = text.dataset.copied;
    } catch {
      getSelection().selectAllChildren(text);
    }
  });
  text.after(" ", button);
}
`;
