/// The style of the page: the reader's own fonts and colours of light or dark, one column, no picture.
let pageStyle: HTML = """
    :root{color-scheme:light dark;--ink:#1c2330;--soft:#566074;--paper:#fbfbf9;--card:#fff;--line:#e2e4e9;\
    --link:#1d4ed8;\
    --good:#15693b;--good-bg:#dcf5e5;--bad:#a1161b;--bad-bg:#fde3e3;--warn:#7a4a05;--warn-bg:#fdf0d0;\
    --blue:#1e4b8f;--blue-bg:#e1ecfb;--violet:#5b3a97;--violet-bg:#ede5fa;--teal:#0f5f66;--teal-bg:#daf1f2;\
    --code:#f1f2f5}
    @media (prefers-color-scheme:dark){:root{--ink:#e7e9ee;--soft:#a3acbd;--paper:#14171d;--card:#1b1f27;\
    --line:#2e3440;\
    --link:#8ab4ff;--good:#7ee2a4;--good-bg:#143423;--bad:#ffa3a3;--bad-bg:#431b1d;--warn:#f5cd7a;--warn-bg:#3b2d0f;\
    --blue:#a5c8ff;--blue-bg:#182c4b;--violet:#cdb6ff;--violet-bg:#2c2146;--teal:#8fdfe4;--teal-bg:#12343a;\
    --code:#10131a}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:60rem;padding:2.5rem 1.25rem 2rem;background:var(--paper);color:var(--ink);\
    font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
    h1{margin:0;font-size:1.75rem;letter-spacing:-.02em;line-height:1.2}
    header p{margin:.4rem 0 0;max-width:42rem;color:var(--soft)}
    h2{margin:2.25rem 0 .75rem;font-size:1.15rem}
    h2 small{margin-left:.4rem;font-size:.875rem;font-weight:400;color:var(--soft)}
    a{color:var(--link);text-underline-offset:.15em}
    a:focus-visible,pre:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
    .events{margin:0;padding:0;list-style:none;background:var(--card);border:1px solid var(--line);border-radius:10px}
    .events li{display:grid;grid-template-columns:8.5rem minmax(0,1fr) auto;gap:.1rem 1rem;align-items:baseline;\
    padding:.7rem 1rem;border-top:1px solid var(--line)}
    .events li:first-child{border-top:0}
    .kind,.result{justify-self:start;padding:.05rem .55rem;border-radius:99px;font-size:.8125rem;white-space:nowrap}
    .materialization,.materialization_started{color:var(--blue);background:var(--blue-bg)}
    .materialization_failed{color:var(--bad);background:var(--bad-bg)}
    .materialization_skipped{color:var(--warn);background:var(--warn-bg)}
    .observation{color:var(--violet);background:var(--violet-bg)}
    .check{color:var(--teal);background:var(--teal-bg)}
    .passed{color:var(--good);background:var(--good-bg)}
    .failed{color:var(--bad);background:var(--bad-bg)}
    .warned{color:var(--warn);background:var(--warn-bg)}
    .key{grid-column:2;font-weight:600;color:var(--ink);text-decoration-color:var(--soft);\
    text-decoration-thickness:1px;overflow-wrap:anywhere}
    .facts{grid-column:2;grid-row:2;display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:baseline;\
    font-size:.875rem;color:var(--soft);overflow-wrap:anywhere;min-width:0}
    .facts:empty{display:none}
    .fact{min-width:0}
    time{grid-column:3;grid-row:1;font-size:.875rem;color:var(--soft);white-space:nowrap}
    .empty,.notice{margin:0;padding:1rem;background:var(--card);border:1px solid var(--line);border-radius:10px}
    .notice{margin-top:2rem;border-color:var(--bad);color:var(--bad);background:var(--bad-bg)}
    main p{margin:.75rem 0 .4rem}
    pre{margin:0;padding:.8rem 1rem;overflow-x:auto;background:var(--code);border:1px solid var(--line);\
    border-radius:10px;\
    font:.8125rem/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    footer{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.5rem 1.5rem;margin-top:2.5rem;\
    padding-top:1rem;\
    border-top:1px solid var(--line);font-size:.875rem;color:var(--soft)}
    footer nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
    @media (max-width:36rem){body{padding-top:1.5rem}
    .events li{grid-template-columns:minmax(0,1fr) auto}
    .key{grid-column:1/-1}.facts{grid-column:1/-1;grid-row:3}time{grid-column:2}}
    """
