//! S5, the LSTM objective of ADBench: diagonal weights, and a log-likelihood of each next character's bits.

use super::{Workload, sigmoid, uniform, unit};
use gprime::prelude::*;

const BITS: usize = 14;

/// The point is, for each layer, weights and biases of the forget gate, the input gate, the output gate and the change;
/// then the weights of the input, and weights and biases of the output.
#[derive(Clone)]
pub struct Lstm {
    /// For each layer, hidden state and cells.
    pub state: Vec<f64>,
    pub characters: Vec<[f64; BITS]>,
    /// What the hand-written gradient keeps of each unit of each layer in each step,
    units: Vec<Unit>,
    /// and of each step's outputs: the last hidden state, and the slope by the prediction.
    outputs: Vec<[[f64; BITS]; 2]>,
    /// The adjoints of hidden state and cells.
    adjoints: Vec<[[f64; BITS]; 2]>,
}

#[derive(Clone)]
struct Unit {
    input: f64,
    hidden: f64,
    cell: f64,
    forget: f64,
    ingate: f64,
    outgate: f64,
    change: f64,
    tanh: f64,
}

function! {
    /// The next cell of one unit, from the layer's input, hidden state and cell, and weights and biases of three gates.
    struct Cell;
    |[x, hidden, cell, w0, w1, w3, b0, b1, b3]| -> [R; 1] {
        let forget = x.mul_add(w0, b0).sigmoid();
        let ingate = hidden.mul_add(w1, b1).sigmoid();
        let change = hidden.mul_add(w3, b3).tanh();
        [cell.mul_add(forget, ingate * change)]
    }
}

function! {
    /// Its next hidden state, from the layer's input, weight and bias of the output gate, and the next cell. Of the other weights it
    /// depends through the cell alone, so that in a block of its own it has fewer slopes.
    struct Hidden;
    |[x, w2, b2, cell]| [x.mul_add(w2, b2).sigmoid() * cell.tanh()]
}

impl Lstm {
    pub fn new(layers: usize, length: usize) -> Self {
        let bits: Vec<f64> = unit(8, length * BITS).map(|u| (u > 0.5).into()).collect();
        Lstm {
            state: uniform(7, 2 * layers * BITS).collect(),
            characters: bits.chunks(BITS).map(|bits| bits.try_into().unwrap()).collect(),
            units: vec![],
            outputs: vec![],
            adjoints: vec![[[0.0; BITS]; 2]; layers],
        }
    }

    fn layers(&self) -> usize {
        self.adjoints.len()
    }

    fn predictions(&self) -> f64 {
        ((self.characters.len() - 1) * BITS) as f64
    }
}

impl Workload for Lstm {
    fn name(&self) -> &'static str {
        "S5"
    }

    fn ops(&self) -> usize {
        (self.characters.len() - 1) * (BITS * (26 * self.layers() + 8) + 1) + 1
    }

    fn point(&self) -> Vec<f64> {
        uniform(5, 8 * self.layers() * BITS).chain(unit(6, 3 * BITS).map(|u| 0.5 + u)).collect()
    }

    fn program<R: Number>(&self, p: &[R]) -> R {
        let (main, extra) = p.split_at(8 * self.layers() * BITS);
        let list = |values: &[f64]| values.iter().map(|&s| s.into()).collect();
        let mut state: Vec<[Vec<R>; 2]> =
            self.state.chunks_exact(2 * BITS).map(|state| [list(&state[..BITS]), list(&state[BITS..])]).collect();
        let mut total = R::from(0.0);
        for pair in self.characters.windows(2) {
            let input: Vec<R> = extra.iter().zip(&pair[0]).map(|(&weight, &bit)| weight * bit).collect();
            let mut x = &input;
            for (p, [hidden, cell]) in main.chunks_exact(8 * BITS).zip(&mut state) {
                let part = |k: usize| &p[k * BITS..][..BITS];
                let [w0, w1, w2, w3, b0, b1, b2, b3] = std::array::from_fn(part);
                [*cell] = R::map(&Cell, [x, hidden, cell, w0, w1, w3, b0, b1, b3]);
                [*hidden] = R::map(&Hidden, [x, w2, b2, cell]);
                x = hidden;
            }
            let y: [R; BITS] = std::array::from_fn(|i| x[i].mul_add(extra[BITS + i], extra[2 * BITS + i]));
            let lse = (y.iter().map(|y| y.exp()).sum::<R>() + 2.0).ln();
            // Σ bit (y − lse)
            total += y.weighted_sum(&pair[1]) - lse * pair[1].iter().sum::<f64>();
        }
        -total / self.predictions()
    }

    fn scalars<R: Number>(&self, p: &[R]) -> R {
        let (main, extra) = p.split_at(8 * self.layers() * BITS);
        let mut state: Vec<R> = self.state.iter().map(|&s| s.into()).collect();
        let mut total = R::from(0.0);
        for pair in self.characters.windows(2) {
            let mut x: [R; BITS] = std::array::from_fn(|i| extra[i] * pair[0][i]);
            for (p, state) in main.chunks_exact(8 * BITS).zip(state.chunks_exact_mut(2 * BITS)) {
                let (w, b) = p.split_at(4 * BITS);
                let (hidden, cell) = state.split_at_mut(BITS);
                for i in 0..BITS {
                    let gate = |k: usize, x: R| x * w[k * BITS + i] + b[k * BITS + i];
                    let forget = gate(0, x[i]).sigmoid();
                    let ingate = gate(1, hidden[i]).sigmoid();
                    let outgate = gate(2, x[i]).sigmoid();
                    let change = gate(3, hidden[i]).tanh();
                    cell[i] = cell[i] * forget + ingate * change;
                    hidden[i] = outgate * cell[i].tanh();
                    x[i] = hidden[i];
                }
            }
            let y: [R; BITS] = std::array::from_fn(|i| x[i] * extra[BITS + i] + extra[2 * BITS + i]);
            let mut sum = R::from(2.0);
            for y in y {
                sum += y.exp();
            }
            let lse = sum.ln();
            for (y, bit) in y.into_iter().zip(pair[1]) {
                total += (y - lse) * bit;
            }
        }
        -total / self.predictions()
    }

    fn plain(&self, p: &[f64]) -> f64 {
        let (main, extra) = p.split_at(8 * self.layers() * BITS);
        let mut state = self.state.clone();
        let mut total = 0.0;
        for pair in self.characters.windows(2) {
            let mut x: [f64; BITS] = std::array::from_fn(|i| extra[i] * pair[0][i]);
            for (p, state) in main.chunks_exact(8 * BITS).zip(state.chunks_exact_mut(2 * BITS)) {
                let (w, b) = p.split_at(4 * BITS);
                let (hidden, cell) = state.split_at_mut(BITS);
                for i in 0..BITS {
                    let gate = |k: usize, x: f64| x * w[k * BITS + i] + b[k * BITS + i];
                    let forget = sigmoid(gate(0, x[i]));
                    let ingate = sigmoid(gate(1, hidden[i]));
                    let outgate = sigmoid(gate(2, x[i]));
                    let change = f64::tanh(gate(3, hidden[i]));
                    cell[i] = cell[i] * forget + ingate * change;
                    hidden[i] = outgate * f64::tanh(cell[i]);
                    x[i] = hidden[i];
                }
            }
            let y: [f64; BITS] = std::array::from_fn(|i| x[i] * extra[BITS + i] + extra[2 * BITS + i]);
            let lse = f64::ln(y.iter().map(|y| f64::exp(*y)).sum::<f64>() + 2.0);
            for (y, bit) in y.into_iter().zip(pair[1]) {
                total += (y - lse) * bit;
            }
        }
        -total / self.predictions()
    }

    fn hand(&mut self, p: &[f64], g: &mut [f64]) -> f64 {
        let layers = self.layers();
        let (main, extra) = p.split_at(8 * layers * BITS);
        let mut state = self.state.clone();
        let mut total = 0.0;
        self.units.clear();
        self.outputs.clear();
        for pair in self.characters.windows(2) {
            let mut x: [f64; BITS] = std::array::from_fn(|i| extra[i] * pair[0][i]);
            for (p, state) in main.chunks_exact(8 * BITS).zip(state.chunks_exact_mut(2 * BITS)) {
                let (w, b) = p.split_at(4 * BITS);
                for i in 0..BITS {
                    let (input, hidden, cell) = (x[i], state[i], state[BITS + i]);
                    let forget = sigmoid(input * w[i] + b[i]);
                    let ingate = sigmoid(hidden * w[BITS + i] + b[BITS + i]);
                    let outgate = sigmoid(input * w[2 * BITS + i] + b[2 * BITS + i]);
                    let change = f64::tanh(hidden * w[3 * BITS + i] + b[3 * BITS + i]);
                    state[BITS + i] = cell * forget + ingate * change;
                    let tanh = f64::tanh(state[BITS + i]);
                    state[i] = outgate * tanh;
                    x[i] = state[i];
                    self.units.push(Unit { input, hidden, cell, forget, ingate, outgate, change, tanh });
                }
            }
            let (mut e, mut sum, mut ones) = ([0.0; BITS], 2.0, 0.0);
            for i in 0..BITS {
                let y = x[i] * extra[BITS + i] + extra[2 * BITS + i];
                total += pair[1][i] * y;
                ones += pair[1][i];
                e[i] = f64::exp(y);
                sum += e[i];
            }
            total -= ones * f64::ln(sum);
            self.outputs.push([x, std::array::from_fn(|i| pair[1][i] - ones * e[i] / sum)]);
        }

        g.fill(0.0);
        let (g_main, g_extra) = g.split_at_mut(8 * layers * BITS);
        let factor = -1.0 / self.predictions();
        self.adjoints.fill([[0.0; BITS]; 2]);
        let steps = self.characters.iter().zip(&self.outputs).zip(self.units.chunks_exact(layers * BITS));
        for ((character, [output, slope]), units) in steps.rev() {
            let mut gx = [0.0; BITS];
            for i in 0..BITS {
                let gy = factor * slope[i];
                g_extra[BITS + i] += gy * output[i];
                g_extra[2 * BITS + i] += gy;
                gx[i] = gy * extra[BITS + i];
            }
            for (k, [g_hidden, g_cell]) in self.adjoints.iter_mut().enumerate().rev() {
                let w = &main[8 * BITS * k..8 * BITS * (k + 1)];
                let g = &mut g_main[8 * BITS * k..8 * BITS * (k + 1)];
                let units = &units[BITS * k..BITS * (k + 1)];
                for i in 0..BITS {
                    let u = &units[i];
                    let gh = gx[i] + g_hidden[i];
                    let gc = g_cell[i] + gh * u.outgate * (1.0 - u.tanh * u.tanh);
                    let forget = gc * u.cell * u.forget * (1.0 - u.forget);
                    let ingate = gc * u.change * u.ingate * (1.0 - u.ingate);
                    let outgate = gh * u.tanh * u.outgate * (1.0 - u.outgate);
                    let change = gc * u.ingate * (1.0 - u.change * u.change);
                    g_cell[i] = gc * u.forget;
                    g[i] += forget * u.input;
                    g[BITS + i] += ingate * u.hidden;
                    g[2 * BITS + i] += outgate * u.input;
                    g[3 * BITS + i] += change * u.hidden;
                    g[4 * BITS + i] += forget;
                    g[5 * BITS + i] += ingate;
                    g[6 * BITS + i] += outgate;
                    g[7 * BITS + i] += change;
                    gx[i] = forget * w[i] + outgate * w[2 * BITS + i];
                    g_hidden[i] = ingate * w[BITS + i] + change * w[3 * BITS + i];
                }
            }
            for i in 0..BITS {
                g_extra[i] += gx[i] * character[i];
            }
        }
        -total / self.predictions()
    }
}
