// The passes over a trace: forwards, backwards, and tangents.
const passes = (D, nodes) => {
  const rounded = D.single ? Math.fround : x => x;
  const needed = nodes.map(() => false);
  needed[D.out] = true;
  for (const node of [...nodes].reverse()) {
    if (needed[node.i]) for (const arg of node.args) if (arg.node != null) needed[arg.node] = true;
  }

  const forward = (R, given) => {
    const value = [], partials = [];
    for (const node of nodes) {
      if (node.op < 0) {
        value.push(rounded(given[node.i]));
        partials.push([]);
        continue;
      }
      const x = node.args.map(arg => arg.node == null ? rounded(arg.x) : value[arg.node]);
      const [f, slopes] = R[node.op];
      const a = +f(x);
      value.push(rounded(a));
      partials.push(slopes(x, rounded(a)).map(slope => rounded(+slope)));
    }
    return {value, partials};
  };

  // Backwards, as the tape does it or with a mistake: the steps and what every adjoint comes to.
  const backward = ({partials}, mistake) => {
    const adjoint = nodes.map(() => 0), steps = [];
    let before = [];
    const seed = () => {
      steps.push({kind: 'seed', node: D.out});
      adjoint[D.out] = D.seed;
    };
    const contribute = (from, argument) => {
      const to = nodes[from].args[argument].node;
      if (to == null) return null;
      const upstream = adjoint[from], local = partials[from][argument], product = rounded(F.chain(upstream, local));
      const amount = mistake === 'local-only' ? local : product;
      adjoint[to] = rounded(mistake === 'overwrite' ? product : adjoint[to] + amount);
      steps.push({kind: 'pass', from, argument, to, upstream, local, amount, sum: adjoint[to]});
      return to;
    };
    const sweep = () => {
      for (let i = D.out; i >= 0; i--) {
        if (!needed[i] || nodes[i].op < 0) continue;
        if (adjoint[i] === 0) steps.push({kind: 'skip', node: i});
        else nodes[i].args.forEach((_, argument) => contribute(i, argument));
      }
    };
    const recurse = () => {
      const open = [[D.out, 0]];
      while (open.length && steps.length < 20000) {
        const top = open[open.length - 1];
        if (top[1] === nodes[top[0]].args.length) open.pop();
        else {
          const to = contribute(top[0], top[1]++);
          if (to != null) open.push([to, 0]);
        }
      }
    };
    seed();
    if (mistake === 'order') recurse();
    else sweep();
    if (mistake === 'stale') {
      before = adjoint.map((x, i) => needed[i] ? x : null);
      steps.length = 0;
      seed();
      sweep();
    }
    const left = nodes.map(() => 0);
    for (const step of [...steps].reverse()) if (step.kind === 'pass') step.waiting = left[step.to]++;
    return {steps, before, total: left, adjoint: adjoint.map((x, i) => needed[i] ? x : null)};
  };

  const tangents = ({partials}, by) => {
    const depends = nodes.map(() => false), tangent = [];
    for (const node of nodes) {
      const moving = node.args.map(arg => arg.node != null && depends[arg.node]);
      depends[node.i] = node.i === by || moving.includes(true);
      tangent.push(node.i === by ? 1 : node.args.reduce((sum, arg, k) =>
        moving[k] ? rounded(sum + rounded(F.chain(tangent[arg.node], partials[node.i][k]))) : sum, 0));
    }
    return tangent.map((x, i) => depends[i] ? x : null);
  };

  // Whether the rules here find the numbers of the trace: to 10⁻¹² of what cancels in them.
  const agrees = (R, given) => {
    const here = forward(R, given), mine = backward(here).adjoint;
    const near = (x, y, size) => Object.is(x, y) || x === y || Math.abs(x - y) <= (D.single ? 1e-6 : 1e-12) * size;
    const size = [], weight = nodes.map(() => 0);
    weight[D.out] = 1;
    for (const {i, value, args, partials} of nodes) {
      const through = args.reduce((sum, arg, k) => sum + (arg.node == null ? 0 : F.chain(size[arg.node], Math.abs(partials[k]))), 0);
      size.push(Math.max(Math.abs(value), through));
    }
    for (const {i, args, partials} of [...nodes].reverse()) {
      args.forEach((arg, k) => { if (arg.node != null) weight[arg.node] += F.chain(weight[i], Math.abs(partials[k])); });
    }
    return nodes.every(({i, value, adjoint}) => near(value, here.value[i], size[i])
      && (adjoint == null ? mine[i] == null : near(adjoint, mine[i], weight[i])));
  };

  return {forward, backward, tangents, agrees};
};
