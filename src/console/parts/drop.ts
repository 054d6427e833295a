// Script: a file that is dropped anywhere on a form becomes the form's file. Without scripts the field takes the file.

// Otherwise the browser would open a file that is dropped outside of the field, and the page would be lost with what
// was typed.
export const DROP = `for (const form of document.querySelectorAll("form[data-drop]")) {
  const file = form.querySelector("input[type=file]");
  const hint = document.createElement("p");
  hint.className = "faint";
  hint.textContent = form.dataset.drop;
  file.after(hint);
  form.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    form.classList.remove("over");
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    file.files = event.dataTransfer.files;
    file.focus();
  });
}
`;
