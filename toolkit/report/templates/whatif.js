"use strict";
// Looks up points of a grid that was computed when the page was written, and draws them; it adds nothing up.
(() => {
  const at = (id) => document.getElementById(id);
  const data = JSON.parse(at("grid").textContent);
  const names = ["messages", "growth", "need", "downtime"];
  const own = Object.fromEntries(names.map((name) => [name, data.axes[name].own]));
  const place = () => Object.fromEntries(names.map((name) => [name, Number(at(name).value)]));

  const totals = (here, messages = here.messages) => data.total[here.growth][messages][here.downtime];
  const priced = (here, index, messages = here.messages) => data.priced[here.growth][messages][index];
  const reaching = (here) => data.strips[data.strip[here.need]].options;
  const unpriced = (here) => data.unpriced === here.downtime;

  function best(here, messages = here.messages, strip = data.strip[here.need]) {
    const index = data.best[here.growth][messages][here.downtime][strip];
    const chance = data.chance[here.growth][messages][here.downtime][strip];
    return index < 0 ? null : { index, chance, option: data.options[index] };
  }

  const usd = { style: "currency", currency: "USD" };
  const exact = new Intl.NumberFormat("en-US", usd);
  const whole = new Intl.NumberFormat("en-US", { ...usd, maximumFractionDigits: 0 });
  const cents = (total) => exact.format(total[0] / 100);
  const span = (total) => `${whole.format(total[1])} to ${whole.format(total[2])}`;
  const often = (share) => share > 0.99 && share < 1 ? "more than 99 %" : `${Math.round(share * 100)} %`;

  function answer(here) {
    const found = best(here), rivals = reaching(here).length;
    const need = data.needs[here.need] === null ? null : data.axes.need.said[here.need];
    const who = need === null ? "with a total" : `with a total whose experience reaches ${need}`;
    if (found !== null) {
      const total = totals(here)[found.index], many = `The cheapest of the ${rivals} options ${who}`;
      const told = rivals === 1 ? `The only option ${who}.` : `${many}, in ${often(found.chance)} of the draws.`;
      const left = reaching(here).filter((index) => totals(here)[index] && priced(here, index) < data.compared);
      const apart = left.map((index) => ` ${data.options[index].name} lacks a price in too many draws to be compared.`);
      const head = `${found.option.name}: ${cents(total)} over ${data.months} months.`;
      return [head, `${told} Nine of ten draws: ${span(total)}.${apart.join("")}`];
    }
    if (unpriced(here)) return ["No total.", "Nobody said what an hour of outage costs. Set the cost of downtime."];
    if (rivals > 0) return ["No option.", `Nothing known carries so many messages, of the options ${who}.`];
    return ["No option.", `There is no option ${who}. A promise is not evidence, so nothing is filled in.`];
  }

  const emptied = (id) => (at(id).replaceChildren(), at(id));

  function element(parent, name, attributes, text = null) {
    const isDrawing = parent.namespaceURI === "http://www.w3.org/2000/svg";
    const made = isDrawing ? document.createElementNS(parent.namespaceURI, name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== null) made.textContent = text;
    parent.append(made);
    return made;
  }

  function row(body, cells, numbers = 0) {
    const made = element(body, "tr", {}), isHead = body.tagName === "THEAD";
    cells.forEach((text, index) => {
      const scope = isHead ? { scope: "col" } : index === 0 ? { scope: "row" } : {};
      const kind = index > 0 && index <= numbers ? { class: "number" } : {};
      element(made, scope.scope ? "th" : "td", { ...scope, ...kind }, text);
    });
    return made;
  }

  function fillTotals(here) {
    const body = emptied("totals"), found = totals(here), within = reaching(here), first = best(here)?.index;
    const none = unpriced(here) ? "downtime has no price" : "nothing known carries it";
    const group = (index) => index === first ? 0 : within.includes(index) ? 1 : 2;
    const rank = ({ index }) => group(index) * 1e15 + (found[index]?.[0] ?? 9e14);
    const shown = data.options.map((option, index) => ({ ...option, index })).filter((option) => !option.apart);
    for (const option of shown.sort((one, other) => rank(one) - rank(other))) {
      const total = found[option.index], costs = total ? [cents(total), span(total)] : ["—", none];
      const reaches = option.reach === null ? "unknown" : within.includes(option.index) ? "yes" : "no";
      const made = row(body, ["", ...costs, option.reach ?? "—", reaches], 3);
      element(made.firstChild, "span", { class: `key o${option.hue}`, "aria-hidden": "true" }, option.letter);
      made.firstChild.append(option.name);
      const share = priced(here, option.index), partly = `has a price in ${often(share)} of the draws`;
      if (total && share < 1) element(made.children[1], "span", { class: "why" }, partly);
      if (option.index === first) made.className = "best";
    }
  }

  function fillNumbers(here) {
    const map = emptied("map-numbers"), curves = emptied("curves-numbers"), options = data.options;
    row(emptied("map-head"), ["Messages a month", ...data.strips.map((strip) => `up to ${strip.said}`)]);
    row(emptied("curves-head"), ["Messages a month", ...options.map((option) => option.name)], options.length);
    data.compact.forEach((said, messages) => {
      const leaders = data.strips.map((_, strip) => best(here, messages, strip));
      row(map, [said, ...leaders.map((one) => one === null ? "— none" : `${one.option.short}, ${often(one.chance)}`)]);
      row(curves, [said, ...totals(here, messages).map((total) => total ? cents(total) : "—")], options.length);
    });
  }

  // A column for each message volume, so that a drawing claims nothing between two of them.
  const COUNT = data.compact.length, HEIGHT = 380;
  const LOW = 1, HIGH = 5.3;  // Uptimes from one nine to a little above five.
  const UPTIMES = [0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.99999];
  const nines = (share) => Math.min(Math.max(-Math.log10(Math.max(1 - share, 1e-9)), LOW), HIGH);

  function frame(id, right) {
    const svg = emptied(id), width = Math.max(svg.parentNode.clientWidth, 280);
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const box = { svg, left: 70, right: width - right, top: 12, bottom: HEIGHT - 46 };
    box.step = (box.right - box.left) / COUNT;
    box.x = (index) => box.left + (index + 0.5) * box.step;
    const every = Math.ceil(46 / box.step);
    data.compact.forEach((said, index) => {
      if ((index - own.messages) % every === 0) write(box, "mid", box.x(index), box.bottom + 17, said);
    });
    write(box, "mid quiet", (box.left + box.right) / 2, HEIGHT - 8, "messages a month at the start");
    return box;
  }

  const write = (box, name, x, y, said) => element(box.svg, "text", { x, y, class: name }, said);
  const line = (box, name, x1, y1, x2, y2) => element(box.svg, "line", { x1, y1, x2, y2, class: name });

  function axis(box, ticks) {
    element(box.svg, "path", { d: `M${box.left} ${box.top}V${box.bottom}H${box.right}`, class: "edge" });
    for (const [y, said] of ticks) {
      write(box, "tick", box.left - 8, y + 4, said);
      line(box, "edge", box.left - 4, y, box.left, y);
    }
  }

  function drawMap(here) {
    const box = frame("map", 8), scale = (box.bottom - box.top) / (HIGH - LOW);
    const y = (share) => box.bottom - (nines(share) - LOW) * scale;
    const tops = data.strips.map((strip) => y(strip.to)), bottoms = [box.bottom, ...tops];
    const rows = tops.map((top, strip) => ({
      top, bottom: bottoms[strip], isReached: data.strips[strip].options.length > 0,
      cells: data.compact.map((_, messages) => best(here, messages, strip)),
    }));
    rows.forEach((row, strip) => fillRow(box, row, rows[strip + 1]));
    axis(box, UPTIMES.map((share) => [y(share), `${+(share * 100).toFixed(3)} %`]));
    drawTeam(box, y, here);
    nameAreas(box, rows, unpriced(here) ? "no option has a total" : "nothing known carries this");
    box.svg.setAttribute("aria-label", `Decision map of uptimes and messages. Your team: ${answer(here).join(" ")}`);
  }

  function fillRow(box, { top, bottom, cells }, above) {
    cells.forEach((found, index) => {
      const x = box.left + index * box.step, size = { width: box.step + 0.4, height: bottom - top };
      const sure = found?.chance < data.sure ? " unsure" : "";
      if (found) element(box.svg, "rect", { x, y: top, ...size, class: `area o${found.option.hue}${sure}` });
      if (index > 0 && found?.index !== cells[index - 1]?.index) line(box, "border", x, top, x, bottom);
      if (above && found?.index !== above.cells[index]?.index) line(box, "border", x, top, x + box.step, top);
    });
  }

  // The name of each option once, where it has most room; its letter where the name does not fit.
  function nameAreas(box, rows, unpaid) {
    const widest = new Map();
    for (const { top, bottom, cells, isReached } of rows.filter((row) => row.bottom - row.top > 15)) {
      for (let from = 0, to = 0; from < COUNT; from = to) {
        while (to < COUNT && cells[to]?.index === cells[from]?.index) to += 1;
        const width = (to - from) * box.step, size = width * (bottom - top), option = cells[from]?.option;
        const words = option ? [option.short, option.letter] : [isReached ? unpaid : "no option’s evidence reaches this"];
        const run = { words, width, size, x: box.left + from * box.step + width / 2, y: (top + bottom) / 2 + 4 };
        if (size > (widest.get(words[0])?.size ?? 0)) widest.set(words[0], run);
      }
    }
    for (const { words, width, x, y } of widest.values()) {
      const said = words.find((text) => text.length * 7 < width - 6);
      if (said) write(box, `mid name${words.length === 1 ? " quiet" : ""}`, x, y, said);
    }
  }

  function drawTeam(box, y, here) {
    const x = box.x(here.messages), need = data.needs[here.need];
    line(box, "team ahead", x, box.top, x, box.bottom);
    if (need === null) return;
    line(box, "team", x, y(need), box.x(data.path[here.growth][here.messages]), y(need));
    element(box.svg, "circle", { cx: x, cy: y(need), r: 7, class: "team" });
  }

  function drawCurves(here) {
    const isWide = at("curves").parentNode.clientWidth > 560, box = frame("curves", isWide ? 225 : 28);
    const points = (index) => data.compact.map((_, messages) => ({ messages, usd: totals(here, messages)[index]?.[0] / 100 }))
      .filter(({ usd }) => usd === usd);  // Not equal to itself: no total.
    const drawn = data.options.map((option, index) => ({ option, index, points: points(index) }))
      .filter((curve) => curve.points.length > 0);
    const y = dollars(box, drawn.flatMap((curve) => curve.points.map(({ usd }) => usd)));
    line(box, "team ahead", box.x(here.messages), box.top, box.x(here.messages), box.bottom);
    for (const curve of drawn) {
      const { option, index, points } = curve;
      curve.look = `o${option.hue}${reaching(here).includes(index) ? "" : " out"}`;
      const corners = points.map(({ messages, usd }) => `${box.x(messages)},${y(usd)}`).join(" ");
      element(box.svg, "polyline", { points: corners, class: `line ${curve.look}` });
      for (const { messages, usd } of points) {
        const few = priced(here, index, messages) < data.compared ? " few" : "";
        const size = { cx: box.x(messages), cy: y(usd), r: messages === here.messages ? 5 : 2.2 };
        element(box.svg, "circle", { ...size, class: `dot o${option.hue}${few}` });
      }
    }
    nameEnds(box, drawn.map((curve) => ({ ...curve, y: y(curve.points.at(-1).usd) })), isWide);
    box.svg.setAttribute("aria-label", `Cost curves of ${drawn.length} options against messages. ${answer(here).join(" ")}`);
  }

  // Whole powers of ten as the axis; what is less than a dollar lies on its foot, since a logarithm has no zero.
  function dollars(box, amounts) {
    const powers = amounts.length ? amounts.map((usd) => Math.log10(Math.max(usd, 1))) : [0];
    const low = Math.floor(Math.min(...powers)), high = Math.max(Math.ceil(Math.max(...powers)), low + 1);
    const y = (usd) => box.bottom - (Math.log10(Math.max(usd, 1)) - low) / (high - low) * (box.bottom - box.top);
    const ticks = Array.from({ length: high - low + 1 }, (_, step) => low + step);
    for (const power of ticks) line(box, "rule", box.left, y(10 ** power), box.right, y(10 ** power));
    const said = (power) => `$${10 ** (power % 3)}${["", "k", "M", "G", "T"][Math.floor(power / 3)]}`;
    axis(box, ticks.map((power) => [y(10 ** power), said(power)]));
    return y;
  }

  // Names beside the ends of their curves, pushed apart downwards and then, from the foot of the axis, upwards.
  function nameEnds(box, ends, isWide) {
    ends.sort((one, other) => one.y - other.y);
    ends.forEach((end, index) => { end.y = Math.max(end.y, index ? ends[index - 1].y + 15 : box.top); });
    ends.reverse().forEach((end, index) => { end.y = Math.min(end.y, index ? ends[index - 1].y - 15 : box.bottom); });
    for (const { option, look, y } of ends) {
      const said = option.short.length > 30 ? `${option.short.slice(0, 29)}…` : option.short;
      write(box, `end ${look}`, box.right + 6, y + 4, isWide ? `${option.letter}  ${said}` : option.letter);
    }
  }

  const draw = () => [drawMap, drawCurves].forEach((drawing) => drawing(place()));

  function show() {
    const here = place(), [head, rest] = answer(here);
    for (const name of names) {
      const said = data.axes[name].said[here[name]] + (here[name] === own[name] ? ", the scenario’s own" : "");
      at(`${name}-said`).textContent = said;
      at(name).setAttribute("aria-valuetext", said);
    }
    element(emptied("answer"), "strong", {}, head);
    at("answer").append(` ${rest}`);
    const moved = names.some((name) => here[name] !== own[name]);
    at("before").textContent = moved ? `In the scenario as it stands: ${answer(own)[0]}` : "This is the scenario as it stands.";
    at("file").textContent = names.map((name) => data.axes[name].file[here[name]]).join("\n");
    fillTotals(here);
    fillNumbers(here);
    draw();
  }

  for (const name of names) at(name).addEventListener("input", show);
  at("reset").addEventListener("click", () => {
    for (const name of names) at(name).value = own[name];
    show();
  });
  window.addEventListener("resize", draw);
  [at("still").hidden, at("live").hidden] = [true, false];
  show();
})();
