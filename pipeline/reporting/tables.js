// Tables that a click on a header sorts: the better values first, then the other way round; what has no value stays last.

function valueOf(row, column) {
  const cell = row.cells[column];
  const text = cell.dataset.value ?? cell.textContent;
  return text === "" || column === 0 ? text : Number(text);
}

function compareRows(column, sign) {
  return (one, other) => {
    const [a, b] = [valueOf(one, column), valueOf(other, column)];
    if (a === "" || b === "") return column && (a === "") - (b === "");
    return sign * (typeof a === "string" ? a.localeCompare(b, "en") : a - b);
  };
}

function sortBy(header) {
  const table = header.closest("table");
  const opposite = { ascending: "descending", descending: "ascending" };
  const order = opposite[header.ariaSort] ?? header.dataset.first;
  for (const other of table.querySelectorAll("[aria-sort]")) other.ariaSort = "none";
  header.ariaSort = order;
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort(compareRows(header.cellIndex, order === "ascending" ? 1 : -1)));
}

for (const button of document.querySelectorAll(".sortable th button")) {
  button.addEventListener("click", () => sortBy(button.closest("th")));
}
