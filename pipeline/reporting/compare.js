// Two sides of a part of an image on one canvas: split by a slider, one after the other, or their difference.

const GAP = 24; // pixels around the divider where a drag takes hold of it
const BRIGHTER = { left: [86, 180, 233], right: [255, 150, 50] };
const canvas = document.getElementById("canvas");
const surface = canvas.getContext("2d", { alpha: false });

// Decode a side to a canvas of the part's size; LR is smaller and each of its pixels becomes a square.
async function sheetOf(text, width, height) {
  const image = new Image();
  image.src = `data:image/webp;base64,${text}`;
  await image.decode();
  const sheet = Object.assign(document.createElement("canvas"), { width, height });
  const pen = sheet.getContext("2d", { willReadFrequently: true });
  pen.imageSmoothingEnabled = false;
  pen.drawImage(image, 0, 0, width, height);
  return sheet;
}

function valuesOf(sheet) {
  return sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height);
}

// Black where both are equal; else the largest difference of a channel in the colour of the brighter side.
function differenceOf(left, right, gain) {
  const [a, b] = [valuesOf(left).data, valuesOf(right)];
  const made = b.data;
  for (let at = 0; at < made.length; at += 4) {
    const steps = [0, 1, 2].map((channel) => made[at + channel] - a[at + channel]);
    const size = Math.min(1, (gain * Math.max(...steps.map(Math.abs))) / 255);
    const colour = steps[0] + steps[1] + steps[2] < 0 ? BRIGHTER.left : BRIGHTER.right;
    for (const channel of [0, 1, 2]) made[at + channel] = size * colour[channel];
  }
  const sheet = Object.assign(document.createElement("canvas"), { width: left.width, height: left.height });
  sheet.getContext("2d").putImageData(b, 0, 0);
  return sheet;
}

// The rectangle of the part that is seen, in its pixels: left, top, width, height.
function seen(state) {
  const { width, height } = state.sheets[0];
  const [wide, high] = [width / state.zoom, height / state.zoom];
  const clamped = (centre, size, whole) => Math.round(Math.max(0, Math.min(whole - size, centre * whole - size / 2)));
  return [clamped(state.centre[0], wide, width), clamped(state.centre[1], high, height), wide, high];
}

// Make the canvas a whole number of screen pixels for each pixel of the part, as large as there is room.
function fit(state, room) {
  const { width, height } = state.sheets[0];
  const ratio = window.devicePixelRatio || 1;
  const most = Math.min((room * ratio) / width, (window.innerHeight * 0.82 * ratio) / height);
  const factor = most >= 1 ? Math.floor(most) : most;
  [canvas.width, canvas.height] = [Math.round(width * factor), Math.round(height * factor)];
  [canvas.style.width, canvas.style.height] = [`${canvas.width / ratio}px`, `${canvas.height / ratio}px`];
  state.scale = factor / ratio;
}

function draw(state) {
  const [left, right] = [state.sheets[state.left], state.sheets[state.right]];
  const put = (sheet) => surface.drawImage(sheet, ...seen(state), 0, 0, canvas.width, canvas.height);
  surface.imageSmoothingEnabled = false;
  if (state.mode === "difference") return put(differenceOf(left, right, 2 ** state.gain));
  if (state.mode === "blink") return put(state.shown === "left" ? left : right);
  put(left);
  surface.save();
  surface.beginPath();
  surface.rect(Math.round(canvas.width * state.split), 0, canvas.width, canvas.height);
  surface.clip();
  put(right);
  return surface.restore();
}

// Place of a pointer on the canvas, from 0 to 1 in both directions.
function placeOf(event) {
  const box = canvas.getBoundingClientRect();
  const inside = (value) => Math.max(0, Math.min(1, value));
  return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
}

// Say what stands under the pointer: where in the image, and the values of both sides.
function pixelAt(state, place, [top, left]) {
  const [x0, y0, wide, high] = seen(state);
  const [width, height] = [state.sheets[0].width, state.sheets[0].height];
  const x = Math.min(width - 1, Math.floor(x0 + place[0] * wide));
  const y = Math.min(height - 1, Math.floor(y0 + place[1] * high));
  const value = (side) => {
    const [r, g, b] = state.sheets[side].getContext("2d").getImageData(x, y, 1, 1).data;
    return r === g && g === b ? `${r}` : `${r} ${g} ${b}`;
  };
  return `x ${left + x}  y ${top + y}   left ${value(state.left)}   right ${value(state.right)}`;
}

// Drag the slider, or the picture where it is larger than the canvas; `moved` is told after each change.
function draggable(stage, state, moved, tapped) {
  let hold = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const near = Math.abs(placeOf(event)[0] - state.split) * canvas.clientWidth < GAP;
    const slides = state.mode === "slide" && (near || state.zoom === 1);
    hold = { slides, from: placeOf(event), centre: [...state.centre], still: true };
    stage.setPointerCapture(event.pointerId);
    if (slides) moved({ split: placeOf(event)[0] });
  });
  stage.addEventListener("pointermove", (event) => {
    if (!hold) return;
    const place = placeOf(event);
    hold.still &&= Math.hypot(place[0] - hold.from[0], place[1] - hold.from[1]) < 0.01;
    if (hold.slides) moved({ split: place[0] });
    else if (!hold.still) moved({ centre: [0, 1].map((axis) => inside(hold.centre[axis] - (place[axis] - hold.from[axis]) / state.zoom)) });
  });
  const release = () => {
    if (hold?.still && !hold.slides) tapped();
    hold = null;
  };
  const inside = (value) => Math.max(0.5 / state.zoom, Math.min(1 - 0.5 / state.zoom, value));
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", () => (hold = null));
}
