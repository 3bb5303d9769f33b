// What a rule is made of, where JavaScript has no operator for it; the rest of F is Math.
const F = {
  ...Object.fromEntries(Object.getOwnPropertyNames(Math).map(name => [name, Math[name]])),
  detach: x => x,
  ln: Math.log,
  ln_1p: Math.log1p,
  exp2: x => 2 ** x,
  round: x => Math.sign(x) * Math.round(Math.abs(x)),
  chain: (x, y) => x === 0 || y === 0 ? 0 : x * y,
  // the slopes of an op that is not defined everywhere: NaN where its value a is
  within: slopes => (x, a) => Number.isNaN(a) ? x.map(() => NaN) : slopes(x, a),
  sum: (...x) => x.reduce((sum, x) => sum + x),
  // x e^(-x²) Σ (2x²)ⁿ / (2n + 1)!!, whose terms have one sign
  erf: x => {
    if (Math.abs(x) > 2) return Math.sign(x) * (1 - F.erfc(Math.abs(x)));
    let term = x, sum = x;
    for (let n = 1; n < 60; n++) sum += term *= 2 * x * x / (2 * n + 1);
    return sum * Math.exp(-x * x) * 1.1283791670955126;
  },
  // Laplace's continued fraction
  erfc: x => {
    if (!(x > 1)) return 1 - F.erf(x);
    let tail = x;
    for (let n = 150; n > 0; n--) tail = x + n / 2 / tail;
    return x === Infinity ? 0 : Math.exp(-x * x) / tail * 0.5641895835477563;
  },
};
