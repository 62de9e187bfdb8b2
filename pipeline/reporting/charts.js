// Curves tell the values under the pointer, or step by step with the arrow keys.

const SVG = "http:" + "//www.w3.org/2000/svg";

function crosshair(chart) {
  const series = JSON.parse(chart.dataset.series);
  const line = chart.appendChild(document.createElementNS(SVG, "line"));
  line.setAttribute("class", "crosshair");
  const steps = [...new Set(series.flatMap((each) => each.points.map((point) => point[0])))].sort((a, b) => a - b);
  let at = steps.length - 1;

  function show(index) {
    at = Math.max(0, Math.min(steps.length - 1, index));
    const x = steps[at];
    for (const [name, value] of Object.entries({ x1: x, x2: x, y1: 14, y2: 238 })) line.setAttribute(name, value);
    const near = series.map((each) => [each.name, each.points.reduce((a, b) => (Math.abs(b[0] - x) < Math.abs(a[0] - x) ? b : a))]);
    const text = near.map(([name, point]) => `${name}: ${point[3]} at step ${point[2]}`).join("\n");
    const box = chart.getBoundingClientRect();
    showTip(text, { left: box.left + (x / 440) * box.width, width: 0, top: box.top + 14, bottom: box.bottom });
  }

  function nearest(clientX) {
    const box = chart.getBoundingClientRect();
    const x = ((clientX - box.left) / box.width) * 440;
    return steps.reduce((best, step, index) => (Math.abs(step - x) < Math.abs(steps[best] - x) ? index : best), 0);
  }

  function leave() {
    line.removeAttribute("x1");
    line.removeAttribute("x2");
    line.setAttribute("y2", 14);
    hideTip();
  }

  chart.addEventListener("pointermove", (event) => show(nearest(event.clientX)));
  chart.addEventListener("pointerleave", leave);
  chart.addEventListener("blur", leave);
  chart.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move) return;
    event.preventDefault();
    show(at + move);
  });
}

for (const chart of document.querySelectorAll("[data-series]")) crosshair(chart);
