"use strict";
// Sentences that appear beside what they explain: on hovering, on focus, on touch. One bubble for all.

const bubble = document.getElementById("tip");

function showTip(text, box) {
  bubble.textContent = text;
  bubble.hidden = false;
  const room = document.documentElement.clientWidth - bubble.offsetWidth - 12;
  const left = Math.max(12, Math.min(box.left + box.width / 2 - bubble.offsetWidth / 2, room));
  const above = box.top - bubble.offsetHeight - 8;
  bubble.style.left = `${left + scrollX}px`;
  bubble.style.top = `${(above > 4 ? above : box.bottom + 8) + scrollY}px`;
}

function hideTip() {
  bubble.hidden = true;
}

function tipped(event) {
  const owner = event.target.closest?.("[data-tip]");
  if (owner) showTip(owner.dataset.tip, owner.getBoundingClientRect());
  else if (!event.target.closest?.("[data-series]")) hideTip();
}

for (const owner of document.querySelectorAll("[data-tip]")) {
  if (!owner.hasAttribute("aria-label")) owner.setAttribute("aria-description", owner.dataset.tip);
}
document.addEventListener("pointerover", tipped);
document.addEventListener("focusin", tipped);
document.addEventListener("focusout", hideTip);
document.addEventListener("keydown", (event) => event.key === "Escape" && hideTip());

document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = getComputedStyle(root).colorScheme === "dark"
    || (getComputedStyle(root).colorScheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.style.colorScheme = dark ? "light" : "dark";
});
