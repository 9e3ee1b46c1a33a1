// Tables that sort, a curve that can be read off, and what the steps of a chain rest on.

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

const chart = document.querySelector(".chart");
const plot = chart.querySelector(".plot");
const readout = chart.querySelector(".readout");
const points = JSON.parse(chart.dataset.points);
const count = new Intl.NumberFormat("en");

plot.addEventListener("pointermove", ({ clientX }) => {
  const frame = plot.getBoundingClientRect();
  const hubs = ((clientX - frame.left) / frame.width) * chart.dataset.hubsEnd;
  const near = points.reduce((a, b) => (Math.abs(b[0] - hubs) < Math.abs(a[0] - hubs) ? b : a));
  readout.textContent = `${count.format(near[0])} ${near[0] === 1 ? "hub" : "hubs"}: ${count.format(near[1])} people, bound ${count.format(near[2])}`;
  readout.hidden = false;
  const half = readout.offsetWidth / 2;
  const left = (near[0] / chart.dataset.hubsEnd) * frame.width;
  readout.style.left = `${Math.min(Math.max(left, half - 60), frame.width - half)}px`;
  readout.style.bottom = `${(near[1] / chart.dataset.peopleEnd) * 100 - 8}%`;
});
plot.addEventListener("pointerleave", () => { readout.hidden = true; });

/** The numbers that a step rests on; each leads to its source. */
function inputsOf(numbers) {
  const list = document.createElement("ul");
  list.className = "inputs";
  for (const [row, title, value, range, basis] of numbers) {
    const [item, link] = [document.createElement("li"), document.createElement("a")];
    link.href = `#number-${row}`;
    link.textContent = title;
    item.append(link, ` ${value}${range ? ` (${range})` : ""}, ${basis}`);
    list.append(item);
  }
  return list;
}

const inputs = document.getElementById("inputs");
if (inputs) {
  const numbers = JSON.parse(inputs.textContent);
  for (const chain of document.querySelectorAll(".why details")) {
    chain.addEventListener("toggle", () => {
      for (const step of chain.querySelectorAll("[data-step]")) {
        if (numbers[step.dataset.step].length) step.cells[2].append(inputsOf(numbers[step.dataset.step]));
      }
    }, { once: true });
  }
  // A number that is asked for must not stay folded away.
  const unfold = () => {
    const row = location.hash.startsWith("#number-") && document.getElementById(location.hash.slice(1));
    if (!row) return;
    row.closest("details").open = true;
    row.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", unfold);
  unfold();
}

// Paper has no way to unfold what is folded.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details:not(.why details)")) folded.open = true;
});
