(() => {
  const form = document.querySelector("form.filter");
  const rows = [...document.querySelectorAll("tr[data-verdict]")];
  const show = () => {
    const words = form.elements.text.value.toLowerCase().split(/\s+/);
    const verdict = form.elements.verdict.value;
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits = (!verdict || row.dataset.verdict === verdict) && words.every((word) => text.includes(word));
      row.hidden = !fits;
      const article = document.getElementById(row.dataset.article);
      if (article) article.hidden = !fits;
      if (fits) shown += 1;
    }
    form.querySelector("output").textContent = `${shown} of ${rows.length} shown`;
  };
  form.addEventListener("input", show);
  form.addEventListener("reset", () => setTimeout(show));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
})();
