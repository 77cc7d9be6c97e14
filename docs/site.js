// Code and tables that are wider than the page can be scrolled by keyboard, also where
// there is no mouse: the theme takes them out of the way of the keyboard there.
addEventListener("load", () => {
  for (const wide of document.querySelectorAll("pre > code, .md-typeset__scrollwrap")) {
    const reach = () => {
      if (wide.scrollWidth > wide.clientWidth && !wide.hasAttribute("tabindex")) wide.tabIndex = 0;
    };
    new MutationObserver(reach).observe(wide, { attributeFilter: ["tabindex"] });
    new ResizeObserver(reach).observe(wide);
  }
});
