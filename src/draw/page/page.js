const run = rules => {
  const el = id => document.getElementById(id);
  const D = JSON.parse(el('data').textContent);
  const read = x => typeof x === 'string' ? {nan: NaN, inf: Infinity, '-inf': -Infinity}[x] : x;
  const nodes = D.nodes.map(([op, args, partials, value, adjoint, name, kink], i) => ({
    i, op, kink, name: name || `v${i + 1}`, value: read(value), adjoint: read(adjoint), partials: partials.map(read),
    args: args.map(arg => Array.isArray(arg) ? {x: read(arg[0])} : {node: arg}),
  }));
  const inputs = nodes.filter(node => node.op < 0);
  const {forward, backward, tangents, agrees} = passes(D, nodes);
  const id = i => `v${i + 1}`;

  // numbers, as the rest of the page has them
  const minus = text => text.replace('e+', 'e').replaceAll('-', '−');
  const small = 10 ** -Math.trunc((Math.min(D.digits, 8) + 1) / 2);
  const num = x => minus(Number.isNaN(x) ? 'NaN' : !Number.isFinite(x) ? (x < 0 ? '-∞' : '∞')
    : x === 0 || Math.abs(x) >= small && Math.abs(x) < 1e7 ? x.toFixed(D.digits) : x.toExponential(D.digits));
  const short = x => Number.isInteger(x) && Math.abs(x) < 1e7 ? minus(`${x}`) : num(x);
  const brief = x => minus(Number.isFinite(x) ? `${+x.toPrecision(Math.min(4, D.digits))}` : num(x));
  const plus = (x, text) => (x < 0 || Number.isNaN(x) ? '' : '+') + text;
  const factor = x => x < 0 ? `(${short(x)})` : short(x);
  const known = x => x == null ? '·' : plus(x, num(x));

  const live = {value: nodes.map(n => n.value), partials: nodes.map(n => n.partials), moved: false};

  let R = null, fault = D.fault;
  try {
    if (rules) {
      R = rules(F);
      if (!agrees(R, live.value)) throw 0;
    }
  } catch {
    R = null;
    fault = 'the rules as JavaScript give other numbers than the trace has';
  }

  // ---- formulas: MathML, of which the page has the parts

  const escape = text => text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);
  const math = (...parts) => `<math>${parts.join('')}</math>`, times = '<mo>·</mo>';
  const marked = mark => i => `<msub><mover><mi>v</mi><mo>${mark}</mo></mover><mn>${i + 1}</mn></msub>`;
  const bar = marked('¯'), dot = marked('˙');
  // a formula and what it is here, unless it is that number
  const valued = (formula, x) => {
    const own = bare(formula);
    return own.replace(/<[^>]*>/g, '') === short(x) ? short(x) : `${math(own)} = ${short(x)}`;
  };
  const formulaIn = part => part.querySelector('math')?.lastElementChild.outerHTML ?? '';
  const bare = formula => formula.replace(/^<mrow><mo>\(<\/mo>(.*)<mo>\)<\/mo><\/mrow>$/, '$1');

  // ---- what is shown

  const rows = nodes.map((_, i) => el(`r${i + 1}`)), cells = rows.map(row => row.cells);
  const figures = nodes.map((_, i) => el(`n${i + 1}`));
  const rule = cells.map(cell => formulaIn(cell[1]));
  // an edge may be drawn between the nodes that others were joined to
  const group = [];
  figures.forEach((figure, i) => group.push(figure ? i : group[i - 1] ?? i));
  const terms = new Map();
  document.querySelectorAll('[data-e]').forEach(p => {
    terms.set(p.dataset.e, {p, numbers: p.querySelector('i'), formula: formulaIn(p)});
  });
  const formulaOf = (user, argument) => terms.get(`${user + 1}.${argument}`)?.formula
    ?? `<mtext>∂${id(user)}/∂${id(nodes[user].args[argument].node)}</mtext>`;
  const lines = [...document.querySelectorAll('#code li')].map(li => [li, li.dataset.n.split(' ').map(Number)]);

  let mode = 'reverse', by = inputs[0]?.i ?? 0, mistake = '', pass, right, tangent, steps = [], at = 0, selected = D.out;

  const compute = () => {
    right = backward(live, '');
    pass = mistake && mode === 'reverse' ? backward(live, mistake) : right;
    tangent = tangents(live, by);
    const ahead = nodes.map(node => ({kind: mode === 'forward' ? 'tangent' : 'value', node: node.i}));
    const share = steps.length ? at / steps.length : 1;
    const fresh = mode === 'forward' ? ahead : ahead.concat(pass.steps);
    at = fresh.length === steps.length ? at : Math.round(share * fresh.length);
    steps = fresh;
    el('scrub').max = steps.length;
  };

  // What is known after the first `at` steps.
  const state = () => {
    const now = {value: [], adjoint: mode === 'forward' ? [] : [...pass.before], left: [...pass.total], made: new Map()};
    for (const step of steps.slice(0, at)) {
      if (step.kind === 'value' || step.kind === 'tangent') {
        now.value[step.node] = live.value[step.node];
        if (step.kind === 'tangent') now.adjoint[step.node] = tangent[step.node];
      } else if (step.kind === 'seed') now.adjoint[step.node] = D.seed;
      else if (step.kind === 'pass') {
        now.adjoint[step.to] = step.sum;
        now.left[step.to]--;
        now.made.set(`${step.from + 1}.${step.argument}`, step);
      } else for (const arg of nodes[step.node].args) if (arg.node != null) now.adjoint[arg.node] ??= 0;
    }
    return now;
  };

  const wrong = (i, x) => {
    const y = right.adjoint[i];
    return mode === 'reverse' && mistake && at === steps.length && x !== y
      && !(Math.abs(x - y) <= (D.single ? 1e-5 : 1e-9) * Math.max(Math.abs(x), Math.abs(y)));
  };
  const waits = left => left > 0 && mode === 'reverse' && at > nodes.length ? ` waits for ${left}` : '';

  const inNumbers = formula => formula.replace(/<msub><mi>v<\/mi><mn>(\d+)<\/mn><\/msub>/g, (word, n) => {
    const x = live.value[n - 1];
    return x === undefined ? word : `<mn>${formula === word ? num(x) : factor(x)}</mn>`;
  });

  const sentence = step => {
    const b = text => `<b>${escape(text)}</b>`;
    if (!step) return mode === 'forward' ? 'Nothing is known yet. Forward mode carries a derivative along with every value.'
      : 'Nothing is known yet. First the values, from the inputs on.';
    const node = nodes[step.node ?? step.from], own = rule[node.i];
    const value = () => node.op < 0 ? `${b(id(node.i))}${own && ` = ${math(own)}`} = ${num(live.value[node.i])} is given.`
      : `${b(id(node.i))} = ${math(own)} = ${math(inNumbers(own))} = ${b(num(live.value[node.i]))}`;
    if (step.kind === 'value') return value();
    if (step.kind === 'tangent') {
      const x = tangent[node.i];
      const parts = node.args.flatMap((arg, k) => arg.node != null && tangent[arg.node] != null
        ? [`${math(dot(arg.node), times, formulaOf(node.i, k))} = ${short(tangent[arg.node])}·${factor(live.partials[node.i][k])}`] : []);
      return `${value()}<br>` + (x == null ? `It does not depend on ${escape(nodes[by].name)}.`
        : node.i === by ? `The seed: ${math(dot(node.i))} = ${b('1')}` : `${math(dot(node.i))}: ${parts.join(' and ')} makes ${b(num(x))}`);
    }
    if (step.kind === 'seed') return `The seed: ${math(bar(node.i))} = ∂${escape(D.y)}/∂${escape(D.y)} = ${b(num(D.seed))}. Now the adjoints, from the output back.`;
    if (step.kind === 'skip') return `${math(bar(node.i))} = 0, and 0 times any slope is 0: nothing is passed on.`;
    const early = mistake === 'order' && state().left[step.from] > 0 ? ` <span class=bad>✗ too early: ${id(step.from)} still waits.</span>` : '';
    const local = valued(formulaOf(step.from, step.argument), step.local);
    return `${b(id(step.from))} tells ${b(id(step.to))}: upstream ${num(step.upstream)} × local ${local} → ${b(plus(step.amount, num(step.amount)))}${early}<br>`
      + (step.waiting ? `${id(step.to)} waits for ${step.waiting} more.` : `${math(bar(step.to))} = ${num(step.sum)} is complete.`);
  };

  const draw = () => {
    const now = state(), step = steps[at - 1];
    const touched = step ? [step.node ?? step.from, step.to].filter(i => i != null) : [];
    nodes.forEach(({i, args}) => {
      const x = now.adjoint[i], bad = x != null && wrong(i, x), mark = bad ? ' ✗' : '';
      const value = now.value[i] == null ? '·' : num(now.value[i]);
      const hot = touched.includes(i);
      const [, , v, a, sum] = cells[i];
      v.textContent = value;
      v.title = now.value[i] ?? '';
      a.textContent = known(x) + mark;
      a.title = x ?? '';
      a.className = mode === 'forward' ? 'a t' : bad ? 'a bad' : 'a';
      rows[i].classList.toggle('hot', hot);
      rows[i].classList.toggle('sel', i === selected);
      sum.querySelectorAll('.way').forEach(p => p.remove());
      for (const p of sum.children) p.hidden = mode === 'forward';
      if (mode === 'forward' && now.adjoint[i] != null) args.forEach((arg, k) => {
        if (arg.node == null || tangent[arg.node] == null) return;
        const p = document.createElement('p');
        p.className = 'way';
        p.innerHTML = `+ ${math(dot(arg.node), times, formulaOf(i, k))} <i>${plus(tangent[arg.node], short(tangent[arg.node]))}·${factor(live.partials[i][k])}</i>`;
        sum.append(p);
      });
      const figure = figures[i];
      if (!figure) return;
      figure.classList.toggle('hot', touched.some(t => group[t] === i));
      figure.classList.toggle('sel', group[selected] === i);
      const [above, below] = ['.value', '.adjoint'].map(name => figure.querySelector(name));
      if (!above) return;
      above.textContent = value;
      below.textContent = known(x) + mark + waits(now.left[i]);
      below.setAttribute('class', `adjoint${mode === 'forward' ? ' t' : bad ? ' bad' : ''}`);
    });
    for (const [key, {p, numbers}] of terms) {
      const made = now.made.get(key);
      p.classList.toggle('off', !made);
      numbers.textContent = made ? (mistake === 'local-only' ? factor(made.local) : `${plus(made.upstream, short(made.upstream))}·${factor(made.local)}`) : '';
    }
    document.querySelectorAll('.edges .hot,.locals .hot').forEach(edge => edge.classList.remove('hot'));
    const pairs = step?.kind === 'pass' ? [[step.to, step.from]]
      : touched.length ? nodes[touched[0]].args.filter(arg => arg.node != null && !['seed', 'skip'].includes(step.kind)).map(arg => [arg.node, touched[0]]) : [];
    for (const [from, to] of pairs) for (const kind of 'el') el(`${kind}${group[from] + 1}-${group[to] + 1}`)?.classList.add('hot');
    nodes.forEach(node => labels(node.i));
    for (const [li, own] of lines) li.classList.toggle('hot', touched.some(i => own.includes(i + 1)));
    el('say').innerHTML = sentence(step);
    el('scrub').value = at;
    el('which').textContent = mode === 'forward' ? `tangent by ${nodes[by].name} ↓` : 'adjoint ↑';
    document.querySelector('.legend .a').hidden = mode === 'forward';
    document.querySelector('.legend .t').hidden = mode !== 'forward';
    el('count').textContent = `step ${at} of ${steps.length}`;
    el('first').disabled = el('back').disabled = at === 0;
    el('last').disabled = el('next').disabled = at === steps.length;
    const n = inputs.length, s = n === 1 ? '' : 's';
    el('sweeps').textContent = mode === 'reverse'
      ? `Reverse mode: 1 sweep gives the derivatives by all ${n} input${s}. Forward mode needs ${n} sweep${s}, one for each.`
      : `Forward mode: this sweep gives the derivative by ${nodes[by].name} alone; all of them need ${n} sweep${s}. Reverse mode needs 1.`;
    detail(now);
  };

  // the derivatives on the edges to a node, which sliders change
  const labels = i => {
    const to = new Map();
    nodes[i].args.forEach((arg, k) => { if (arg.node != null) to.set(arg.node, [...to.get(arg.node) || [], brief(live.partials[i][k])]); });
    for (const [from, slopes] of to) {
      const label = el(`l${from + 1}-${i + 1}`);
      // a count is of edges that were joined
      if (label && !label.textContent.startsWith('×')) label.textContent = slopes.join(' + ').replace('+ −', '− ').slice(0, 14);
    }
  };

  const detail = now => {
    const i = selected, node = nodes[i], op = D.ops[node.op], list = [];
    const add = (term, html) => list.push(`<dt>${term}<dd>${html}`);
    const own = rule[i];
    if (op) {
      add(id(i), `${math(own)} = ${math(inNumbers(own))} = <span class=v>${now.value[i] == null ? '·' : num(now.value[i])}</span>`);
      const slopes = op[3].map(slope => math(slope)).join(', ');
      add('op', `${escape(op[0])}${op[1] ? ` (${escape(op[1])})` : ''}${op[2] ? `: <span class=v>a = ${math(op[2])}</span>, slope${op[3].length > 1 ? 's' : ''} <span class=a>${slopes}</span>` : ''}`);
      node.args.forEach((arg, k) => {
        if (arg.node == null || k > 7) return;
        add(`∂${id(i)}/∂${id(arg.node)}`, valued(formulaOf(i, k), live.partials[i][k]));
      });
    } else add(id(i), `${escape(node.name)} = <span class=v>${now.value[i] == null ? '·' : num(now.value[i])}</span>, an input`);
    if (mode === 'forward') add(math(dot(i)), `<span class=t>${known(now.adjoint[i])}</span>`);
    else {
      const made = [...now.made.values()].filter(step => step.to === i);
      const sum = made.map(step => plus(step.amount, num(step.amount))).join(' ');
      const more = now.left[i] && at > nodes.length ? `, waits for ${now.left[i]} more` : '';
      add(math(bar(i)), `${sum ? `${sum} = ` : ''}<span class=a>${known(now.adjoint[i])}</span>${i === D.out && now.adjoint[i] != null ? ', the seed' : more}`);
      if (now.adjoint[i] != null && wrong(i, now.adjoint[i])) add('right', `<span class=bad>✗</span> it is ${known(right.adjoint[i])}`);
    }
    const [, what, said] = !live.moved && node.kink && node.kink.match(/^(\w+): (.*)$/s) || [];
    if (said) add(what, `<span class=t>${escape(said)}</span>`);
    el('detail').innerHTML = `<dl>${list.join('')}</dl>${op && R && node.args.length === 1 ? plot(node) : ''}`;
  };

  // An op of one argument about its operand: value, slope and tangent.
  const plot = node => {
    const arg = node.args[0], x0 = arg.node == null ? arg.x : live.value[arg.node];
    if (!Number.isFinite(x0)) return '';
    const [f, slopes] = R[node.op], reach = Math.max(4, Math.abs(x0) / 4), [w, h] = [320, 170];
    const points = Array.from({length: 161}, (_, k) => {
      const x = x0 + reach * (k / 80 - 1), a = +f([x]);
      return [x, a, +slopes([x], a)[0]];
    });
    const a0 = +f([x0]), slope = +slopes([x0], a0)[0];
    const ys = points.flatMap(([, a, s]) => [a, s]).filter(y => Math.abs(y - a0) < 2 * reach);
    if (!ys.length || !Number.isFinite(a0 + slope)) return '';
    const low = Math.min(...ys), high = Math.max(...ys, low + 1e-9), pad = 0.06 * (high - low);
    const px = x => (10 + (x - x0 + reach) / reach / 2 * (w - 20)).toFixed(1), py = y => (h - 20 - (y - low + pad) / (high - low + 2 * pad) * (h - 30)).toFixed(1);
    const path = k => {
      let out = '', pen = false;
      for (const p of points) {
        const fits = p[k] >= low - pad && p[k] <= high + pad;
        if (fits) out += `${pen ? 'L' : 'M'}${px(p[0])} ${py(p[k])}`;
        pen = fits;
      }
      return out;
    };
    const t = 0.5 * reach / Math.hypot(1, slope * 2 * reach / (high - low));
    const zero = low < 0 && high > 0 ? `<line x1=10 x2=${w - 10} y1=${py(0)} y2=${py(0)} />` : '';
    const axis = x0 - reach < 0 && x0 + reach > 0 ? `<line y1=10 y2=${h - 20} x1=${px(0)} x2=${px(0)} />` : '';
    return `<figure><svg class=plot width=${w} height=${h} viewBox="0 0 ${w} ${h}" role=img aria-label="value, slope and tangent">${zero}${axis}<path class=pa d="${path(2)}"/><path class=pv d="${path(1)}"/><path class=pt d="M${px(x0 - t)} ${py(a0 - slope * t)}L${px(x0 + t)} ${py(a0 + slope * t)}"/><circle class=pp r=4 cx=${px(x0)} cy=${py(a0)} /><text x=10 y=${h - 5}>${brief(x0 - reach)}</text><text x=${w - 10} y=${h - 5} text-anchor=end>${brief(x0 + reach)}</text></svg><figcaption>value, slope (dotted) and the tangent at ${brief(x0)}: slope ${brief(slope)}</figcaption></figure>`;
  };

  // ---- what the user does

  const show = i => {
    const box = figures[group[i]]?.closest('.scroll'), calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (!box || box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight) return;
    const a = figures[group[i]].getBoundingClientRect(), b = box.getBoundingClientRect();
    if (a.left < b.left || a.right > b.right || a.top < b.top || a.bottom > b.bottom) {
      box.scrollBy({left: a.left + a.width / 2 - b.left - b.width / 2, top: a.top + a.height / 2 - b.top - b.height / 2, behavior: calm ? 'auto' : 'smooth'});
    }
  };
  const go = to => {
    at = Math.max(0, Math.min(steps.length, to));
    const step = steps[at - 1];
    if (step) show(selected = step.to ?? step.node);
    draw();
  };
  const select = i => {
    selected = Math.max(0, Math.min(nodes.length - 1, i));
    show(selected);
    draw();
  };
  el('first').onclick = () => go(0);
  el('back').onclick = () => go(at - 1);
  el('next').onclick = () => go(at + 1);
  el('last').onclick = () => go(steps.length);
  el('scrub').oninput = event => go(+event.target.value);
  document.addEventListener('keydown', event => {
    const moves = {ArrowRight: () => go(at + 1), ArrowLeft: () => go(at - 1), Home: () => go(0), End: () => go(steps.length),
      ArrowUp: () => select(selected - 1), ArrowDown: () => select(selected + 1)};
    if (event.target.matches('input,select,textarea') || event.ctrlKey || event.altKey || event.metaKey || !moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });
  rows.forEach((row, i) => { row.onclick = () => select(i); });
  figures.forEach((figure, i) => { if (figure) figure.onclick = () => select(i); });
  for (const node of inputs) el('by').add(new Option(node.name, node.i));
  el('mode').onchange = () => {
    mode = document.querySelector('[name=mode]:checked').value;
    by = +el('by').value;
    el('mistake').disabled = mode === 'forward';
    compute();
    go(at);
  };
  el('mistake').onchange = () => {
    mistake = document.querySelector('[name=mistake]:checked').value;
    compute();
    go(at);
  };

  // Where the program would branch another way, of which the recording knows nothing.
  const relations = {'<': (x, y) => x < y, '≤': (x, y) => x <= y, '>': (x, y) => x > y, '≥': (x, y) => x >= y, '=': (x, y) => x === y};
  const astray = () => {
    const side = arg => Array.isArray(arg) ? read(arg[0]) : live.value[arg];
    const shown = arg => Array.isArray(arg) ? short(read(arg[0])) : nodes[arg].name;
    const branch = D.branches.find(([relation, held, , x, y]) => relations[relation]?.(side(x), side(y)) !== held);
    return branch && `With these inputs the program would branch another way${branch[2]}, where ${shown(branch[3])} ${branch[0]} ${shown(branch[4])} was ${branch[1] ? 'true' : 'false'}. What is shown is the way that was recorded.`;
  };
  const fields = [];
  const move = () => {
    const given = nodes.map(node => node.value);
    for (const {i, box} of fields) given[i] = box.value === '' ? NaN : +box.value;
    live.moved = fields.some(({i}) => given[i] !== nodes[i].value);
    Object.assign(live, live.moved ? forward(R, given) : {value: nodes.map(n => n.value), partials: nodes.map(n => n.partials)});
    el('reset').disabled = !live.moved;
    const note = live.moved && astray();
    el('notice').hidden = !note;
    el('notice').textContent = note || '';
    compute();
    draw();
  };
  if (R) {
    for (const {i, name, value} of inputs.filter(node => Number.isFinite(node.value)).slice(0, 24)) {
      const line = document.createElement('label'), reach = Math.max(4, 2 * Math.abs(value));
      line.className = 'slider';
      line.innerHTML = '<span></span><input type=range step=any><input type=number step=any>';
      const [text, range, box] = line.children;
      text.textContent = text.title = name;
      range.setAttribute('aria-label', `slider of ${name}`);
      Object.assign(range, {min: value - reach, max: value + reach, value});
      box.value = value;
      range.oninput = () => { box.value = +(+range.value).toPrecision(6); move(); };
      box.oninput = () => { range.value = box.value; move(); };
      fields.push({i, box, range});
      el('sliders').append(line);
    }
    if (fields.length < inputs.length) el('sliders').append(`${inputs.length - fields.length} more inputs have no slider`);
  } else {
    el('notice').hidden = false;
    el('notice').textContent = `There are no sliders: ${fault}.`;
  }
  el('reset').hidden = !R;
  el('reset').disabled = true;
  el('reset').onclick = () => {
    for (const {i, box, range} of fields) range.value = box.value = nodes[i].value;
    move();
  };
  document.querySelectorAll('.live').forEach(part => { part.hidden = false; });
  mistake = document.querySelector('[name=mistake]:checked').value;
  compute();
  at = steps.length;
  draw();
};
