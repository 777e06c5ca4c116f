// Draws the figures, whose data stands beside them as JSON, and sorts the tables. Nothing is fetched.
(() => {
  const NARROW = 520;
  const here = document.currentScript.src;
  let drawer = null;

  // Plotly is megabytes: only a page with a figure waits for it, and only its figures do.
  function plotly() {
    drawer ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      Object.assign(script, { src: new URL("plotly.min.js", here), onload: resolve, onerror: reject });
      document.head.append(script);
    });
    return drawer;
  }

  function ink() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    return { text: colour("--pst-color-text-base"), line: colour("--pst-color-border") };
  }

  function themed(layout) {
    const { text, line } = ink();
    const changes = { "font.color": text };
    for (const axis of Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))) {
      Object.assign(changes, { [`${axis}.gridcolor`]: line, [`${axis}.linecolor`]: line, [`${axis}.tickcolor`]: line });
    }
    return changes;
  }

  function narrow(data, layout) {
    layout.font.size = 11;
    const longest = Math.max(0, ...data.map((trace) => (trace.name || "").length));
    if (longest > 12) Object.assign(layout.legend, { entrywidthmode: "fraction", entrywidth: longest > 28 ? 1 : 0.5 });
    layout.legend.font.size = 10;
  }

  async function draw(plot) {
    const { data, layout } = JSON.parse(plot.parentElement.querySelector("script").textContent);
    const touch = matchMedia("(pointer: coarse)").matches;
    if (touch) layout.dragmode = false; // a finger on a figure scrolls the page
    await plotly();
    if (plot.clientWidth < NARROW) narrow(data, layout);
    for (const [path, colour] of Object.entries(themed(layout))) {
      const [part, name] = path.split(".");
      (layout[part] ??= {})[name] = colour;
    }
    await Plotly.newPlot(plot, data, layout, { responsive: true, displayModeBar: false });
  }

  function key(row, column) {
    return row.cells[column].dataset.key;
  }

  // Numbers where a whole column is: among words that look like some, as revisions may, no order by value would hold.
  function order(keys) {
    const numeric = keys.every((text) => !Number.isNaN(Number(text)));
    return numeric ? (a, b) => Number(a) - Number(b) : (a, b) => a.localeCompare(b);
  }

  function sort(head) {
    const up = head.getAttribute("aria-sort") === "descending" || !head.hasAttribute("aria-sort");
    const body = head.closest("table").tBodies[0];
    const compare = order([...body.rows].map((row) => key(row, head.cellIndex)));
    const rows = [...body.rows].sort((a, b) => {
      const [left, right] = [key(a, head.cellIndex), key(b, head.cellIndex)];
      if (left === "" || right === "") return (left === "") - (right === "");
      return up ? compare(left, right) : compare(right, left);
    });
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    body.append(...rows);
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const head of document.querySelectorAll("table.sortable th")) {
      head.querySelector("button").addEventListener("click", () => sort(head));
    }
    const plots = [...document.querySelectorAll("figure.exhibit .plot")];
    const isFolded = (plot) => plot.closest("details:not([open])") !== null;
    plots.filter((plot) => !isFolded(plot)).forEach(draw); // a hidden figure has no width to be drawn to
    for (const fold of document.querySelectorAll("details.exhibit")) {
      fold.addEventListener("toggle", () => {
        [...fold.querySelectorAll(".plot")].filter((plot) => !plot.layout && !isFolded(plot)).forEach(draw);
      });
    }
    const recolour = () => plots.forEach((plot) => plot.layout && Plotly.relayout(plot, themed(plot.layout)));
    new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  });
})();
