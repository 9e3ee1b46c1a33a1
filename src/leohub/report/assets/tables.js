// Tables that sort.

/** What a cell sorts by: its exact value where it has one, else its words. */
const valueOf = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
};

function sort(table, header) {
  const column = header.cellIndex;
  const text = header.dataset.sort === "text";
  const first = text ? "ascending" : "descending";
  const second = text ? "descending" : "ascending";
  const order = header.ariaSort === first ? second : first;
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  const compare = text ? (a, b) => a.localeCompare(b) : (a, b) => a - b;
  const rows = [...table.tBodies[0].rows].filter((row) => !row.classList.contains("why"));
  // What unfolds under a row goes where the row goes.
  const under = new Map(rows.map((row) => [row, row.nextElementSibling]));
  // What is not defined has no place in the order: it stays last.
  rows.sort((a, b) => {
    const [one, other] = [valueOf(a, column), valueOf(b, column)];
    if (Number.isNaN(one) || Number.isNaN(other)) return Number.isNaN(one) - Number.isNaN(other);
    return sign * compare(one, other);
  });
  for (const row of rows) {
    const next = under.get(row);
    table.tBodies[0].append(row, ...(next?.classList.contains("why") ? [next] : []));
  }
}

for (const table of document.querySelectorAll("table.sortable")) {
  for (const header of table.tHead.rows[0].cells) {
    if (header.dataset.sort === "none") continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(table, header));
    header.append(button);
  }
}
