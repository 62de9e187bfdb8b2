// The viewer: which image, which part, which two sides, how compared. The address of nothing is asked; all is in the page.

const scenes = JSON.parse(document.getElementById("pictures").textContent);
const part = (id) => document.getElementById(id);
const viewer = part("viewer");
const stage = part("stage");
const DEEPEST = 16;
const PERIOD = matchMedia("(prefers-reduced-motion: reduce)").matches ? 2400 : 800;
const state = {
  scene: 0, part: 0, left: 0, right: 0, mode: "slide", split: 0.5, shown: "right", gain: 3, zoom: 1,
  centre: [0.5, 0.5], sheets: [], scale: 1,
};
let turn = 0;

function made(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

function paint() {
  if (!state.sheets.length) return;
  draw(state);
  const sides = scenes[state.scene].sides;
  const [left, right] = [sides[state.left].name, sides[state.right].name];
  const single = state.mode === "blink";
  const brighter = state.mode === "difference" ? " brighter" : "";
  part("tag-left").textContent = `${left}${brighter}`;
  part("tag-right").textContent = `${right}${brighter}`;
  part("tag-left").hidden = single && state.shown !== "left";
  part("tag-right").hidden = single && state.shown !== "right";
  stage.dataset.mode = state.mode;
  part("divider").hidden = state.mode !== "slide";
  part("divider").style.left = `${100 * state.split}%`;
  part("split").value = Math.round(100 * state.split);
  part("gain").value = state.gain;
  part("gain-shown").textContent = `×${2 ** state.gain}`;
  part("zoom-shown").textContent = `${Number((state.scale * state.zoom).toFixed(1))}×`;
  part("out").disabled = state.zoom === 1;
  part("in").disabled = state.zoom === DEEPEST;
  stage.classList.toggle("zoomed", state.zoom > 1);
  canvas.setAttribute("aria-label", `${scenes[state.scene].image}: ${left} and ${right}, ${state.mode}`);
}

function change(what) {
  Object.assign(state, what);
  for (const button of document.querySelectorAll("[data-mode]:is(button)")) button.ariaPressed = `${button.dataset.mode === state.mode}`;
  for (const label of document.querySelectorAll("[data-for]")) label.hidden = label.dataset.for !== state.mode;
  paint();
}

function zoom(factor, about = [0.5, 0.5]) {
  const next = Math.max(1, Math.min(DEEPEST, state.zoom * factor));
  const keep = (axis) => state.centre[axis] + (about[axis] - 0.5) * (1 / state.zoom - 1 / next);
  const inside = (value) => Math.max(0.5 / next, Math.min(1 - 0.5 / next, value));
  change({ zoom: next, centre: [inside(keep(0)), inside(keep(1))] });
}

function pan(x, y) {
  const inside = (value) => Math.max(0.5 / state.zoom, Math.min(1 - 0.5 / state.zoom, value));
  change({ centre: [inside(state.centre[0] + x / state.zoom), inside(state.centre[1] + y / state.zoom)] });
}

function resized() {
  if (!state.sheets.length) return;
  fit(state, stage.parentElement.clientWidth);
  paint();
}

// Keep the sides that are compared when the next image has them too, else take those that it proposes.
function choose(scene) {
  const before = scenes[state.scene].sides;
  const names = scene.sides.map((side) => side.name);
  const kept = [before[state.left].name, before[state.right].name].map((name) => names.indexOf(name));
  [state.left, state.right] = state.sheets.length && !kept.includes(-1) ? kept : scene.start;
}

async function show(sceneNumber, partNumber) {
  const own = ++turn;
  const scene = scenes[sceneNumber];
  const found = scene.parts[partNumber];
  const [, , height, width] = found.box;
  const sheets = await Promise.all(found.pixels.map((text) => sheetOf(text, width, height)));
  if (own !== turn) return;
  choose(scene);
  Object.assign(state, { scene: sceneNumber, part: partNumber, sheets, centre: [0.5, 0.5], zoom: 1, shown: "right" });
  listSides(scene);
  frame(scene);
  resized();
  said();
}

function said() {
  const scene = scenes[state.scene];
  const [left, right] = [scene.sides[state.left].name, scene.sides[state.right].name];
  part("said").textContent = `${scene.image}, part ${state.part + 1} of ${scene.parts.length}: ${left} and ${right}`;
}

// The whole picture with the frames of its parts, and the strip of images.
function frame(scene) {
  const [height, width] = scene.size;
  const frames = scene.parts.map(({ box: [top, left, high, wide] }, number) => {
    const button = made("button", { type: "button", textContent: number + 1, ariaPressed: `${number === state.part}` });
    const places = { top: top / height, left: left / width, height: high / height, width: wide / width };
    for (const [name, value] of Object.entries(places)) button.style[name] = `${100 * value}%`;
    button.ariaLabel = `part ${number + 1}`;
    button.addEventListener("click", () => show(state.scene, number));
    return button;
  });
  part("context").src = `data:image/webp;base64,${scene.thumbnail}`;
  part("boxes").replaceChildren(...frames);
  const [top, left] = scene.parts[state.part].box;
  const clip = scene.frame ? `, frame ${scene.frame[0]} of ${scene.frame[1]}` : "";
  part("where").textContent = `${scene.image}${clip}, ${width} × ${height}; part ${state.part + 1} at x ${left}, y ${top}`;
  for (const [number, button] of [...part("scenes").querySelectorAll("button")].entries()) {
    button.ariaPressed = `${number === state.scene}`;
    if (number === state.scene) reveal(button);
  }
}

function reveal(button) {
  const strip = part("scenes");
  const [own, room] = [button.getBoundingClientRect(), strip.getBoundingClientRect()];
  if (own.left < room.left || own.right > room.right) strip.scrollLeft += own.left - room.left - room.width / 2;
}

function listSides(scene) {
  const rows = scene.sides.map((side, number) => {
    const picks = ["left", "right"].map((hand) => {
      const input = made("input", { type: "radio", name: hand, checked: state[hand] === number });
      input.ariaLabel = `${side.name} ${hand}`;
      input.addEventListener("change", () => pick(hand, number));
      return made("td", {}, input);
    });
    const digit = number < 9 ? made("kbd", { className: "digit", textContent: number + 1 }) : "";
    const name = made("td", { className: side.look }, made("span", { className: "ink", textContent: side.name }), digit);
    return made("tr", {}, ...picks, name, made("td", { textContent: side.score }));
  });
  part("sides-metric").textContent = scene.metric;
  part("sides").tBodies[0].replaceChildren(...rows);
}

function pick(hand, number) {
  if (number >= scenes[state.scene].sides.length) return;
  part("sides").querySelectorAll(`input[name="${hand}"]`)[number].checked = true;
  change({ [hand]: number, shown: hand });
  said();
}

function listScenes() {
  const sets = [...new Set(scenes.map((scene) => scene.suite))];
  const groups = sets.map((suite) => {
    const row = made("div", { className: "row" });
    for (const [number, scene] of scenes.entries()) {
      if (scene.suite !== suite) continue;
      const button = made("button", { type: "button", title: scene.image, ariaLabel: `${scene.image} of ${suite}` });
      button.append(made("img", { src: `data:image/webp;base64,${scene.thumbnail}`, alt: "", decoding: "async" }));
      button.addEventListener("click", () => show(number, 0));
      row.append(button);
    }
    return made("div", { className: "set" }, suite, row);
  });
  part("scenes").replaceChildren(...groups);
}

function toggleHelp() {
  part("keys").hidden = !part("keys").hidden;
  part("help").ariaExpanded = `${!part("keys").hidden}`;
}

function blink() {
  change({ mode: "blink", shown: state.mode === "blink" && state.shown === "right" ? "left" : "right" });
}

function nextScene(step) {
  return show((state.scene + step + scenes.length) % scenes.length, 0);
}

function nextPart(step) {
  const count = scenes[state.scene].parts.length;
  return show(state.scene, (state.part + step + count) % count);
}

const KEYS = {
  ArrowLeft: () => nextScene(-1), ArrowRight: () => nextScene(1), ArrowUp: () => nextPart(-1), ArrowDown: () => nextPart(1),
  " ": blink, "+": () => zoom(2), "=": () => zoom(2), "-": () => zoom(0.5), 0: () => zoom(1 / DEEPEST),
  s: () => change({ mode: "slide" }), b: blink, d: () => change({ mode: "difference" }),
  ",": () => change({ split: Math.max(0, state.split - 0.05) }), ".": () => change({ split: Math.min(1, state.split + 0.05) }),
};
const PANS = { ArrowLeft: [-0.125, 0], ArrowRight: [0.125, 0], ArrowUp: [0, -0.125], ArrowDown: [0, 0.125] };
const SCROLLING = ["ArrowUp", "ArrowDown", " "]; // the page's own keys until the viewer has the focus

function actionOf(event, inside) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit) return () => pick(event.shiftKey ? "left" : "right", Number(digit[1]) - 1);
  if (event.shiftKey && PANS[event.key]) return () => pan(...PANS[event.key]);
  if (!inside && SCROLLING.includes(event.key)) return null;
  return KEYS[event.key] ?? KEYS[event.key.toLowerCase()] ?? null;
}

// Keys of the viewer work where it has the focus, and, but for those that scroll, while it is in sight and nothing has.
document.addEventListener("keydown", (event) => {
  if (event.key === "?") return toggleHelp();
  const inside = viewer.contains(event.target);
  if (event.defaultPrevented || (!inside && event.target !== document.body)) return undefined;
  const native = event.target.closest("input") ? ["Arrow", " "] : event.target.closest("button") ? [" "] : [];
  if (native.some((key) => event.key.startsWith(key))) return undefined;
  const box = viewer.getBoundingClientRect();
  if (!inside && (box.bottom < 0 || box.top > window.innerHeight)) return undefined;
  const act = actionOf(event, inside);
  if (!act) return undefined;
  event.preventDefault();
  if (!inside) canvas.focus({ preventScroll: true });
  return act();
});

// After a click in the viewer its keys work at once; who goes by Tab stays on the button, or in the list of sides.
viewer.addEventListener("click", (event) => {
  if (event.detail > 0 && !event.target.closest("[type=range]")) canvas.focus({ preventScroll: true });
});

function connect() {
  for (const button of document.querySelectorAll("button[data-mode]")) {
    button.addEventListener("click", () => change({ mode: button.dataset.mode }));
  }
  part("split").addEventListener("input", (event) => change({ split: Number(event.target.value) / 100 }));
  part("gain").addEventListener("input", (event) => change({ gain: Number(event.target.value) }));
  part("in").addEventListener("click", () => zoom(2));
  part("out").addEventListener("click", () => zoom(0.5));
  part("help").addEventListener("click", toggleHelp);
  draggable(stage, state, change, () => state.mode === "blink" && blink());
  stage.addEventListener("pointermove", (event) => {
    if (state.sheets.length) part("pixel").textContent = pixelAt(state, placeOf(event), scenes[state.scene].parts[state.part].box);
  });
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 2 : 0.5, placeOf(event));
  }, { passive: false });
  setInterval(() => state.mode === "blink" && part("automatic").checked && blink(), PERIOD);
  window.addEventListener("resize", resized);
}

if (scenes.length) {
  viewer.hidden = false;
  part("no-viewer").hidden = true;
  connect();
  listScenes();
  change({});
  show(0, 0).then(() => (viewer.dataset.ready = "true"));
} else {
  part("no-viewer").textContent = "No image is shown: no pair of the suites has both LR and a truth.";
}
