"""The looks of a report's page."""

from __future__ import annotations

from typing import Final

_ANSI_COLOURS: Final = {  # light, dark
    31: ("#b3261e", "#ff8a80"), 32: ("#1b6e2c", "#7bd88f"), 33: ("#8a5a00", "#e5c07b"), 34: ("#1a56b0", "#82aaff"),
    35: ("#8b2f8f", "#d8a0e6"), 36: ("#0b6a75", "#6fd3de"), 91: ("#b3261e", "#ff8a80"), 92: ("#2d7a1f", "#a5e075"),
    93: ("#7a6200", "#f0d95b"), 94: ("#3949ab", "#a3b8ff"), 95: ("#9c1f6b", "#f2a3cf"), 96: ("#00687a", "#8fe3ee"),
}  # fmt: skip

STYLE: Final = (
    ":root{color-scheme:light dark;--bg:#fff;--text:#1c1f23;--soft:#5b636d;--line:#d8dde3;--card:#f5f7f9;"
    "--value:#3b7dd8;--error:#aab4c0;--bad:#c0352b;--good:#1b7f3b}"
    "@media (prefers-color-scheme:dark){:root{--bg:#15181c;--text:#e4e7eb;--soft:#9aa4af;--line:#343b43;--card:#1e2328;"
    "--value:#5b9bf0;--error:#5d6875;--bad:#ff7b72;--good:#56c271}}"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:0 auto;padding:16px 20px 40px;background:var(--bg);color:var(--text)}"
    "h1{font-size:24px;margin:8px 0 0}h1+p{margin:0 0 16px;color:var(--soft);overflow-wrap:anywhere}h2{font-size:18px;margin:28px 0 8px}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:10px}"
    ".tile{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:8px 12px}"
    ".tile b{display:block;font-size:22px;font-variant-numeric:tabular-nums}.tile span{color:var(--soft);font-size:13px}"
    ".tile.bad b,td.bad{color:var(--bad)}.tile.good b{color:var(--good)}"
    "details{border:1px solid var(--line);border-radius:8px;margin:8px 0;padding:6px 12px;background:var(--card)}"
    "summary{cursor:pointer;overflow-wrap:anywhere}summary span{color:var(--soft)}details p{margin:6px 0;overflow-wrap:anywhere}"
    "summary .kind{color:var(--bad);border:1px solid var(--bad);border-radius:4px;padding:0 6px;font-size:13px}"
    "pre,code{font:12.5px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}"
    "pre{overflow:auto;max-height:560px;background:var(--bg);border:1px solid var(--line);border-radius:6px;padding:8px;margin:6px 0}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{padding:2px 10px;text-align:left;white-space:nowrap}"
    "th{color:var(--soft);font-weight:normal;font-size:13px}td{border-top:1px solid var(--line)}"
    ".number{text-align:right;font-variant-numeric:tabular-nums}.bar{display:block;width:240px;height:10px}"
    "rect.value,.legend .value{fill:var(--value);background:var(--value)}"
    "rect.error,.legend .error{fill:var(--error);background:var(--error)}"
    "rect.finding,.legend .finding{fill:var(--bad);background:var(--bad)}"
    ".legend{color:var(--soft);font-size:13px;margin:4px 0}.legend i{display:inline-block;width:10px;height:10px;margin:0 4px 0 10px}"
    ".columns text{font:12px system-ui,sans-serif;text-anchor:middle;fill:var(--text)}.columns .faint{fill:var(--soft);font-size:11px}"
    "footer{margin-top:32px;color:var(--soft);font-size:13px}.a1{font-weight:bold}.a2{color:var(--soft)}"
    + "".join(f".a{code}{{color:{light}}}" for code, (light, _) in _ANSI_COLOURS.items())
    + "@media (prefers-color-scheme:dark){"
    + "".join(f".a{code}{{color:{dark}}}" for code, (_, dark) in _ANSI_COLOURS.items())
    + "}"
)
