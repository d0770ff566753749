// Shows the rows. Strangers' text reaches the page only as textContent: it can't become markup.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const fields = ["row", "id", "name", "fromId", "from", "toId", "to", "action", "status", "before", "kyb", "http", "code", "error",
    "cause", "advice", "request", "attempts", "finished", "same"];
  const pooled = new Set(["fromId", "from", "toId", "to", "action", "status", "before", "kyb", "code", "error", "cause", "advice"]);
  const order = ["planned", "applied", "unchanged", "failed", "conflict", "in_doubt", "refused", "invalid", "not_attempted", "unlisted"];
  const step = 200; // rows put on the page at a time

  const rows = data.rows.map((values) => {
    const r = {};
    fields.forEach((f, i) => { r[f] = pooled.has(f) ? data.texts[values[i]] : values[i]; });
    r.further = values.slice(fields.length).map((i) => data.texts[i]);
    r.text = null; // what the search looks in, made on the first search
    return r;
  });

  const textOf = (r) => r.text ??= [r.row || "", r.name, r.id, r.from, r.fromId, r.to, r.toId, r.status, r.action, r.kyb, r.code, r.error,
    r.cause, r.request, ...r.further].join("\n").toLowerCase();
  const el = (tag, className, text) => {
    const e = document.createElement(tag);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  };
  const count = (n) => n.toLocaleString("en");

  let shown = rows;   // those that the filters leave, in the order chosen
  let drawn = 0;      // how many of them are on the page
  let sort = { key: "row", down: false };

  function option(select, value, n) {
    const o = el("option", "", `${value} (${count(n)})`);
    o.value = value;
    select.append(o);
  }
  function options(id, key, sorter) {
    const seen = new Map();
    for (const r of rows) if (r[key]) seen.set(r[key], (seen.get(r[key]) || 0) + 1);
    for (const [value, n] of [...seen].sort(sorter)) option($(id), value, n);
  }

  function apply() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const [status, action, cause] = [$("status").value, $("action").value, $("cause").value];
    shown = rows.filter((r) => (!status || r.status === status) && (!action || r.action === action) && (!cause || r.cause === cause) &&
      words.every((w) => textOf(r).includes(w)));
    if (sort.key !== "row" || sort.down) shown.sort(compare);
    drawn = 0;
    $("body").replaceChildren();
    more();
    for (const t of document.querySelectorAll(".tile")) t.setAttribute("aria-pressed", String(t.dataset.status === status));
  }

  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const sorted = { row: (r) => r.row || Infinity, customer: (r) => r.name || r.id, from: (r) => r.from || r.fromId, to: (r) => r.to || r.toId,
    action: (r) => r.action, status: (r) => order.indexOf(r.status), kyb: (r) => r.kyb };
  function compare(a, b) {
    const [x, y] = [sorted[sort.key](a), sorted[sort.key](b)];
    const c = typeof x === "number" ? (x === y ? 0 : x < y ? -1 : 1) : collator.compare(x, y);
    return sort.down ? -c : c;
  }

  function more() {
    const batch = document.createDocumentFragment();
    for (const r of shown.slice(drawn, drawn + step)) batch.append(line(r));
    drawn = Math.min(drawn + step, shown.length);
    $("body").append(batch);
    $("more").hidden = drawn >= shown.length;
    $("more").textContent = `Show more (${count(shown.length - drawn)} left)`;
    const of = shown.length === rows.length ? "" : ` of ${count(rows.length)}`;
    $("count").textContent = `${count(shown.length)}${of} rows` + (drawn < shown.length ? `, the first ${count(drawn)} shown` : "");
  }

  function cell(className, label, child) {
    const td = el("td", className);
    if (label) td.dataset.label = label;
    td.append(child);
    return td;
  }
  function sub(name, id) {
    if (!id && !name) return el("span", "none", "–");
    return el("bdi", "name", name || id);
  }
  function line(r) {
    const tr = el("tr", "r");
    const open = el("button", "open");
    open.type = "button";
    open.setAttribute("aria-expanded", "false");
    open.append(el("bdi", r.name ? "name" : "name nameless", r.name || r.id || "(empty)"));
    const customer = el("th", "c-customer");
    customer.scope = "row";
    customer.append(open);
    if (r.name) customer.append(el("small", "id", r.id));
    tr.append(
      cell("num c-row", "row", document.createTextNode(r.row || "–")), customer,
      cell("c-from", "from", sub(r.from, r.fromId)), cell("c-to", "to", sub(r.to, r.toId)),
      cell("c-action", "", document.createTextNode(r.action)), cell("c-status", "", el("span", "pill s-" + r.status, r.status)),
      cell("c-kyb", "kyb", document.createTextNode(r.kyb || "–")), cell("c-message", "", el("bdi", "msg", r.error || r.cause)));
    tr.addEventListener("click", (e) => {
      if (!getSelection().isCollapsed && !(e.target instanceof HTMLButtonElement)) return; // somebody copies text
      toggle(tr, open, r);
    });
    return tr;
  }
  function toggle(tr, open, r) {
    const next = tr.nextElementSibling;
    const is = next && next.className === "detail";
    if (is) next.remove(); else tr.after(detail(r));
    open.setAttribute("aria-expanded", String(!is));
  }
  function detail(r) {
    const tr = el("tr", "detail");
    const td = el("td");
    td.colSpan = 8;
    const dl = el("dl");
    const fact = (name, value) => {
      if (value === "" || value === 0 || value === undefined) return;
      const div = el("div");
      const dd = el("dd");
      dd.append(el("bdi", "", value));
      div.append(el("dt", "", name), dd);
      dl.append(div);
    };
    fact("customer_name", r.name); fact("customer_id", r.id);
    fact("previous sub-client", [r.from, r.fromId].filter(Boolean).join("\n"));
    fact("sub-client wished", [r.to, r.toId].filter(Boolean).join("\n"));
    fact("what to do", r.advice); fact("error_code", r.code); fact("error", r.error); fact("http_status", r.http);
    fact("kyb_status before", r.before); fact("kyb_status", r.kyb); fact("request_id", r.request); fact("attempts", r.attempts);
    fact("finished_at", r.finished); fact("repeats row", r.same);
    data.columns.forEach((name, i) => fact(name, r.further[i]));
    td.append(dl);
    tr.append(td);
    return tr;
  }

  function show(status, cause) {
    $("search").value = ""; $("action").value = "";
    $("status").value = status; $("cause").value = cause || "";
    apply();
    $("rows").scrollIntoView();
    $("rows").focus({ preventScroll: true });
  }

  options("status", "status", (a, b) => order.indexOf(a[0]) - order.indexOf(b[0]));
  options("action", "action", (a, b) => b[1] - a[1] || collator.compare(a[0], b[0]));
  options("cause", "cause", (a, b) => b[1] - a[1] || collator.compare(a[0], b[0]));
  let waiting;
  $("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, rows.length > 5000 ? 150 : 0); });
  for (const id of ["status", "action", "cause"]) $(id).addEventListener("change", apply);
  $("clear").addEventListener("click", () => {
    for (const id of ["search", "status", "action", "cause"]) $(id).value = "";
    apply();
    $("search").focus();
  });
  $("more").addEventListener("click", more);
  for (const t of document.querySelectorAll(".tile")) t.addEventListener("click", () => show(t.dataset.status));
  for (const b of document.querySelectorAll("button.show")) b.addEventListener("click", () => show(b.dataset.status, b.dataset.cause));
  for (const b of document.querySelectorAll("[data-sort]")) {
    b.addEventListener("click", () => {
      sort = { key: b.dataset.sort, down: sort.key === b.dataset.sort && !sort.down };
      for (const th of document.querySelectorAll("th[aria-sort]")) th.removeAttribute("aria-sort");
      b.parentElement.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
      apply();
    });
  }
  if ("IntersectionObserver" in window) {
    new IntersectionObserver((seen) => { if (seen.some((s) => s.isIntersecting) && drawn < shown.length) more(); }, { rootMargin: "600px" })
      .observe($("more"));
  }
  addEventListener("beforeprint", () => {
    for (const d of document.querySelectorAll("details")) d.open = true;
    while (drawn < Math.min(shown.length, 2000)) more();
  });
  document.documentElement.classList.add("live");
  apply();
})();
