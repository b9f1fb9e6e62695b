"""The style of a comparison's page: for phones and wide screens, in light and dark.

Added is blue and removed is orange, which people who cannot tell red from green can tell; the
signs and the edges say the same without color.
"""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f6f8; --text: #1b1f24; --quiet: #545c66; --edge: #d3d8de;
  --link: #0a58b0; --why: #fff7d6; --why-edge: #b98900;
  --added: #dcedff; --added-edge: #0b62c4; --removed: #ffe9d9; --removed-edge: #b34a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171c; --panel: #1d2128; --text: #e6e9ed; --quiet: #a4adb8; --edge: #3a414b;
    --link: #82b9ff; --why: #332b10; --why-edge: #dcb02a;
    --added: #12345a; --added-edge: #6fb1ff; --removed: #4c2810; --removed-edge: #ff9a52;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0 auto; padding: 1.5rem clamp(0.75rem, 3vw, 3rem) 4rem; max-width: 90rem;
  background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.25; margin: 0 0 0.5rem; }
h2 { font-size: 1.25rem; margin: 0; }
h3 { font-size: 1rem; margin: 1.25rem 0 0.25rem; }
p, ul { margin: 0.5rem 0; max-width: 70ch; }
ul { padding-left: 1.25rem; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
p code, li code { font-size: 0.92em; }
.quiet { color: var(--quiet); }
.count { white-space: nowrap; font-variant-numeric: tabular-nums; font-weight: 600; }
.tag {
  font-size: 0.8rem; font-weight: 600; border: 1px solid currentColor; border-radius: 1rem;
  padding: 0.05rem 0.6rem; white-space: nowrap; color: var(--quiet);
}
nav ul { list-style: none; padding: 0; max-width: none; }
nav li { padding: 0.2rem 0; border-bottom: 1px solid var(--edge); }
nav li > * { margin-right: 0.5rem; }
section { margin-top: 2.5rem; }
.title { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; }
.top { margin-left: auto; font-size: 0.9rem; }
.why {
  background: var(--why); border-left: 0.35rem solid var(--why-edge); border-radius: 0.25rem;
  padding: 0.6rem 0.9rem; margin: 0.75rem 0; font-size: 1.08rem; max-width: none;
}
.why p { margin: 0; }
.why b { margin-right: 0.35rem; }
.hunk {
  border: 1px solid var(--edge); border-radius: 0.35rem; margin: 0.75rem 0; overflow: hidden;
}
.place {
  background: var(--panel); color: var(--quiet); padding: 0.2rem 0.75rem; margin: 0;
  font-size: 0.8rem; max-width: none; border-bottom: 1px solid var(--edge);
}
.lines { font-size: 0.82rem; line-height: 1.5; }
@media (min-width: 1000px) { .lines { font-size: 0.94rem; } }
.line, .half {
  display: grid; grid-template-columns: 3.2em 3.2em 1.6em minmax(0, 1fr);
  border-left: 0.3rem solid transparent;
}
.half { grid-template-columns: 3.2em 1.6em minmax(0, 1fr); }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
.half + .half { border-left-width: 0.3rem; }
.number {
  color: var(--quiet); text-align: right; padding-right: 0.6em; user-select: none;
  font-variant-numeric: tabular-nums;
}
.sign { text-align: center; font-weight: 700; user-select: none; }
.lines code, ins, del { white-space: pre-wrap; tab-size: 4; text-decoration: none; min-width: 0; }
.lines code {
  /* What is wrapped goes on a little to the right of where the line's code starts. */
  --hang: calc((min(var(--indent, 0), 12) + 2) * 1ch);
  padding: 0 0.5rem 0 var(--hang); text-indent: calc(-1 * var(--hang));
}
.added { background: var(--added); border-left-color: var(--added-edge); }
.removed { background: var(--removed); border-left-color: var(--removed-edge); }
.nothing { background: var(--panel); }
.verdicts { list-style: none; padding: 0; max-width: none; }
.verdicts li {
  padding: 0.3rem 0 0.3rem 0.75rem; border-left: 0.3rem solid var(--added-edge); margin: 0.25rem 0;
}
.verdicts li.breaks { border-left-color: var(--removed-edge); }
.verdicts b { display: inline-block; min-width: 7.6em; }
.breaks b { color: var(--removed-edge); }
@media (max-width: 52rem) {
  .pair { grid-template-columns: minmax(0, 1fr); }
  .pair .again, .pair .nothing { display: none; }
}
@media (max-width: 40rem) {
  .lines { font-size: 0.75rem; }
  .line { grid-template-columns: 2.4em 1.5em minmax(0, 1fr); }
  .line .old { display: none; }
  .removed .old { display: block; }
  .removed .new { display: none; }
  .half { grid-template-columns: 2.4em 1.5em minmax(0, 1fr); }
}
"""
