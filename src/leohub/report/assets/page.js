// A curve that can be read off, and what the steps of a chain rest on.

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
