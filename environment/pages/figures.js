// Draws each figure when it is scrolled to, over its picture; on narrow screens it is narrower, and what is left is scrolled.
(() => {
  const NARROWEST = 520;
  const draw = (figure) => {
    const given = JSON.parse(figure.querySelector("script").textContent);
    const room = figure.clientWidth || document.documentElement.clientWidth;
    const wanted = given.layout.width || 700;
    given.layout.width = Math.min(wanted, Math.max(room, NARROWEST));
    const plot = document.createElement("div");
    figure.querySelector("img").replaceWith(plot);
    window.Plotly.newPlot(plot, given);
  };
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((e) => e.isIntersecting)) {
      watch.unobserve(entry.target);
      window.plotly.then(() => draw(entry.target));
    }
  }, { rootMargin: "300px" });
  document.querySelectorAll("figure[data-plotly]").forEach((figure) => watch.observe(figure));
})();
