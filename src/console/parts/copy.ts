// Script: adds a button beside each text to copy. Without scripts one click selects the text.

// Without scripts there is no button, instead of one that does nothing.
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
