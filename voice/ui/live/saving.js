// Hands data to the person: as a file, or to the clipboard.

// `2026-11-23T07-20-05`, which every file system takes.
function stamp() {
  return new Date().toISOString().slice(0, 19).replaceAll(":", "-");
}

function saveJson(name, value) {
  saveText(name, JSON.stringify(value, null, 2));
}

function saveText(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// Says what became of it, for the person.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  } catch {
    return "The browser did not allow copying. Download it instead.";
  }
}
