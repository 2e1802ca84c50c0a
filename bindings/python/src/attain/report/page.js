// Sorting, filtering and details of the page of attain.report.html. The rows are in the page already; this shows, hides and moves them.
// Each row is a <tbody> of its own, with its details in a second <tr>, so that both move together.
"use strict";
(function () {
  const table = document.getElementById("rows");
  const rows = Array.from(table.tBodies);
  const find = (id) => document.getElementById(id);
  const search = find("search"), programme = find("programme"), unit = find("unit"), shown = find("shown"), none = find("none");
  const tiles = Array.from(document.querySelectorAll(".tile"));
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  // "Đạt", "đạt" and "dat" are the same to somebody who searches.
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[\u0110\u0111]/g, "d").toLowerCase();

  for (const row of rows) {
    row.folded = fold(row.dataset.text + " " + row.textContent);
  }

  function wanted() {
    const verdicts = tiles.filter((tile) => tile.getAttribute("aria-pressed") === "true").map((tile) => tile.value);
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    return (row) =>
      (verdicts.length === 0 || verdicts.includes(row.dataset.verdict)) &&
      (!programme || programme.value === "" || programme.value === row.dataset.programme) &&
      (!unit || unit.value === "" || unit.value === row.dataset.unit) &&
      words.every((word) => row.folded.includes(word));
  }

  function filter() {
    const keep = wanted();
    let n = 0;
    for (const row of rows) {
      row.hidden = !keep(row);
      n += row.hidden ? 0 : 1;
    }
    shown.textContent = shown.dataset.text.replace("{}", n).replace("{}", rows.length);
    none.hidden = n > 0;
  }

  // Cells without a number stay at the end, whichever way the others are sorted.
  function sort(head, place) {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) {
      other.removeAttribute("aria-sort");
    }
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row) => row.rows[0].cells[place].dataset.sort || "";
    const isNumber = head.classList.contains("n") || head.dataset.number === "1";
    const compare = (a, b) => {
      const x = key(a), y = key(b);
      if (x === "" || y === "") {
        return (x === "") - (y === "");
      }
      const by = isNumber ? Number(x) - Number(y) : collator.compare(x, y);
      return down ? -by : by;
    };
    rows.map((row, i) => [row, i]).sort((a, b) => compare(a[0], b[0]) || a[1] - b[1]).forEach((pair) => table.appendChild(pair[0]));
  }

  Array.from(table.tHead.rows[0].cells).forEach((head, place) => {
    const button = head.querySelector("button");
    if (button) {
      button.addEventListener("click", () => sort(head, place));
    }
  });
  for (const tile of tiles) {
    tile.addEventListener("click", () => {
      tile.setAttribute("aria-pressed", String(tile.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  }
  table.addEventListener("click", (event) => {
    const why = event.target.closest(".why");
    if (why) {
      const detail = find(why.getAttribute("aria-controls"));
      detail.hidden = !detail.hidden;
      why.setAttribute("aria-expanded", String(!detail.hidden));
    }
  });
  search.addEventListener("input", filter);
  for (const select of [programme, unit]) {
    if (select) {
      select.addEventListener("change", filter);
    }
  }
  find("reset").addEventListener("click", () => {
    search.value = "";
    for (const select of [programme, unit]) {
      if (select) {
        select.value = "";
      }
    }
    tiles.forEach((tile) => tile.setAttribute("aria-pressed", "false"));
    filter();
  });
  filter();
})();
