// The page at /mock: everything in one answer, nothing from anywhere else. What it does is console-script.ts.
import { createHash } from 'node:crypto'
import { runConsole } from './console-script.ts'

const styles = `
:root {
  color-scheme: light dark;
  --surface: light-dark(#ffffff, #14171c);
  --subtle: light-dark(#f5f6f8, #0e1115);
  --well: light-dark(#f5f6f8, #1c2027);
  --line: light-dark(#d7dbe2, #323946);
  --line-strong: light-dark(#838c9b, #737e8f);
  --text: light-dark(#1a2130, #e9ecf1);
  --muted: light-dark(#566072, #a3adbd);
  --accent: light-dark(#3451d1, #93a6ff);
  --on-accent: light-dark(#ffffff, #14171c);
  --good: light-dark(#0c6b3e, #4fc58c);
  --working: light-dark(#875600, #e3a83c);
  --bad: light-dark(#b42318, #ff8078);
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  display: flex; flex-direction: column; min-height: 100dvh; margin: 0;
  background: var(--subtle);
  color: var(--text);
  font: 14px/20px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif;
  font-variant-numeric: tabular-nums;
  -webkit-text-size-adjust: 100%;
}
h1, h2, p, ul, dl, dd { margin: 0; padding: 0; font-size: inherit; font-weight: inherit; }
ul { list-style: none; }
h1 { font-weight: 500; font-size: 16px; line-height: 24px; }
code, textarea { font: 13px/20px ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; }
code { overflow-wrap: anywhere; }
h2 { font-weight: 500; }
button { font: inherit; }
button, textarea { color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
header, main, #down { width: 100%; max-width: 1120px; margin: 0 auto; padding-inline: 24px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 24px; padding-block: 24px 16px; }
header dl { display: flex; gap: 24px; margin-inline-start: auto; }
header dl div { display: flex; gap: 8px; }
dt, .muted, .empty, .hint { color: var(--muted); }
.hint, .empty { font-size: 13px; }
main { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 16px; align-items: start; padding-block-end: 32px; }
.column, section, form { display: grid; grid-template-columns: minmax(0, 1fr); }
.column { gap: 16px; }
section { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 16px; gap: 12px; }
.head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 4px 12px; }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; }
button {
  min-height: 32px; padding: 5px 12px; border: 1px solid var(--line-strong); border-radius: 6px;
  background: var(--surface); cursor: pointer; transition: background-color 120ms ease-out;
}
button:hover { background: var(--well); }
button:active { border-color: var(--accent); }
button:disabled { color: var(--muted); border-color: var(--line); cursor: default; background: var(--surface); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.main:hover { background: color-mix(in srgb, var(--accent) 88%, var(--text)); }
button.quiet { border-color: transparent; color: var(--muted); padding-inline: 8px; }
.head button.quiet { min-height: 32px; margin-block: -6px; margin-inline: 0 -8px; }
button.quiet:hover, button.quiet[aria-pressed='true'] { color: var(--text); background: var(--well); }
@media (pointer: coarse) { button { min-height: 44px; } }
textarea {
  display: block; width: 100%; min-height: 178px; resize: vertical; padding: 8px 12px; border: 1px solid var(--line-strong);
  border-radius: 6px; background: var(--well);
  tab-size: 2;
}
form { gap: 8px; margin-block-start: 4px; }
ul:empty { display: none; }
.foot { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; }
.row { display: flex; align-items: baseline; gap: 12px; padding-block: 6px; border-block-start: 1px solid var(--line); }
.row:first-child { border-block-start: 0; }
.row .who, .row .words { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
#clients .row { justify-content: space-between; }
#clients .who { font-weight: 500; }
#log .row { font-size: 13px; }
#log .kind { flex: 0 0 72px; color: var(--muted); }
#log [data-kind='event'] .kind { color: var(--accent); }
#log [data-kind='client'] .kind { color: var(--good); }
#log [data-kind='fault'] .kind { color: var(--working); }
#log [data-kind='problem'] .kind, #log [data-kind='problem'] .words { color: var(--bad); }
#log [data-kind='problem'] .words { white-space: normal; }
.state::before { content: ''; display: inline-block; width: 8px; height: 8px; margin-inline-end: 8px; border: 1.5px solid currentColor; border-radius: 50%; }
.state { color: var(--muted); font-size: 13px; }
.state[data-state='playing'] { color: var(--good); }
.state[data-state='playing']::before { background: currentColor; }
.state[data-state='paused']::before { border-radius: 1px; border-width: 0 2.5px; }
.state[data-state='on'] { color: var(--working); }
.state[data-state='on']::before { background: currentColor; }
#said { min-height: 20px; font-size: 13px; color: var(--muted); overflow-wrap: anywhere; }
#said[data-tone='bad'] { color: var(--bad); }
#said-bar { position: sticky; bottom: 0; margin-block-start: auto; background: var(--surface); border-block-start: 1px solid var(--line); }
#said-bar:has(#said:empty) { background: none; border-color: transparent; }
#said-bar > div { max-width: 1120px; margin: 0 auto; padding: 8px 24px; }
#down { padding-block: 8px; color: var(--bad); }
@media (max-width: 759px) {
  header, main, #down { padding-inline: 16px; }
  #said-bar > div { padding-inline: 16px; }
  main { grid-template-columns: minmax(0, 1fr); }
  button { min-height: 40px; }
  #log .row { flex-wrap: wrap; gap: 0 12px; }
  #log .words { flex: 1 0 100%; white-space: normal; overflow-wrap: anywhere; }
  header dl { margin-inline-start: 0; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) { .state::before { forced-color-adjust: none; } }
`

const fault = (name: string, request: object, said: string) =>
  `<button data-fault='${JSON.stringify(request)}' data-said="${said}">${name}</button>`

const example = JSON.stringify(
  { type: 'note.created', stream: 'tenant:1', payload: { id: '{{uuid}}', text: 'Hello' } },
  null,
  2,
)

const body = `
<header>
  <h1>livecache mock</h1>
  <code class="muted" data-address></code>
  <dl>
    <div><dt>Clients</dt><dd id="joined">0</dd></div>
    <div><dt>Events sent</dt><dd id="sent">0</dd></div>
  </dl>
</header>
<p id="down" role="alert" hidden>The mock server does not answer. Once it runs again, this page goes on by itself.</p>
<main>
  <div class="column">
    <section aria-labelledby="scenario-title">
      <div class="head"><h2 id="scenario-title">Scenario</h2><span class="state" id="scenario-state"></span></div>
      <p id="scenario-name" class="muted"></p>
      <div class="buttons"><button id="play">Play</button><button id="restart">Begin again</button></div>
    </section>
    <section aria-labelledby="events-title">
      <h2 id="events-title">Send an event</h2>
      <div class="buttons" id="events"></div>
      <form id="own-form">
        <label for="own" class="hint">Or one of your own, or an array of them</label>
        <textarea id="own" spellcheck="false" autocomplete="off" aria-describedby="own-hint">${example}</textarea>
        <div class="foot"><button class="main">Send</button><span class="hint" id="own-hint">Ctrl or ⌘ + Enter</span></div>
      </form>
    </section>
    <section aria-labelledby="faults-title">
      <div class="head"><h2 id="faults-title">Break something</h2><span class="state" id="faults-state"></span></div>
      <div class="buttons">
        ${fault('Drop links', { drop: 'links' }, 'All links were cut.')}
        ${fault('Lose the next event', { drop: 1 }, 'The next event will be lost.')}
        ${fault('Duplicate the next', { duplicate: 1 }, 'The next event will come twice.')}
        ${fault('Reorder the next two', { reorder: 2 }, 'The next two events will change places.')}
        ${fault('Mute for 10 s', { mute: 10_000 }, 'Nothing is sent for 10 s.')}
        ${fault('Expire tokens', { expire: true }, 'All sessions ended with 4401.')}
        ${fault('Clear', { clear: true }, 'All faults were taken back.')}
      </div>
    </section>
  </div>
  <div class="column">
    <section aria-labelledby="clients-title">
      <h2 id="clients-title">Clients</h2>
      <p id="clients-empty" class="empty">Nobody is connected yet. Point your app at <code data-address></code> and it shows up here.</p>
      <ul id="clients"></ul>
    </section>
    <section aria-labelledby="log-title">
      <div class="head"><h2 id="log-title">Activity</h2><button class="quiet" id="hold" aria-pressed="false">Hold</button></div>
      <p id="log-empty" class="empty">What is sent, who joins and what breaks is listed here, newest first.</p>
      <ul id="log"></ul>
    </section>
  </div>
</main>
<div id="said-bar"><div><p id="said" role="status"></p></div></div>
`

const script = `(${runConsole.toString()})()`
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>livecache mock</title>
<link rel="icon" href="data:,">
<style>${styles}</style>
</head>
<body>${body}<script>${script}</script></body>
</html>
`

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(styles)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

export const consolePage = (): Response => new Response(page, { headers })
