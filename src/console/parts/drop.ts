// Script: a file that is dropped anywhere on a form becomes the form's file. Without it a file is chosen by the field.

// A browser opens a file that is dropped where nothing takes it: the page, and what was typed, would be gone.
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
