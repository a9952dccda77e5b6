// Copies this page's address with a persona in it; where the browser does not allow that, shows it to be copied.

export default function ({ data, parentElement }) {
  const said = parentElement.querySelector(".said");
  const link = parentElement.querySelector(".link");
  const address = new URL(window.location.href);
  address.hash = "";
  address.search = new URLSearchParams({ [data.parameter]: data.written }).toString();
  // What was said of another link is over.
  if (link.value !== address.href) said.textContent = "";
  link.value = address.href;
  parentElement.querySelector(".copy").onclick = async () => {
    try {
      await navigator.clipboard.writeText(address.href);
      said.textContent = "Copied.";
    } catch {
      link.hidden = false;
      link.select();
      said.textContent = "Copy it from here:";
    }
  };
}
