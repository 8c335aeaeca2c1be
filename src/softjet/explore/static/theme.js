// Light or dark: as the system has it, until someone says otherwise.

const NEXT = { "": "dark", dark: "light", light: "" };
const WORDS = { "": "Theme: system", dark: "Theme: dark", light: "Theme: light" };

export function theme(button) {
  let now = kept() ?? "";
  const apply = () => {
    if (now) document.documentElement.dataset.theme = now;
    else delete document.documentElement.dataset.theme;
    button.textContent = WORDS[now];
  };
  button.addEventListener("click", () => {
    now = NEXT[now];
    try {
      localStorage.setItem("softjet-theme", now);
    } catch {
      // A page from disk may have no storage: the choice lasts as long as the page.
    }
    apply();
  });
  apply();
}

function kept() {
  try {
    const found = localStorage.getItem("softjet-theme");
    return found in NEXT ? found : "";
  } catch {
    return "";
  }
}
