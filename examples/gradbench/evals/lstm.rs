//! The loss of a recurrent network of layers of LSTM cells whose weights are diagonal, on a text of characters of `b` bits. It is
//! differentiated by its weights.

use super::compiled::Compiled;
use super::{Matrix, Problem, expect_between};
use gprime::Error;
use gprime::prelude::*;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub struct Input {
    /// Of each layer the weights and then the biases: a row each, of 4b numbers, for the forget, input, output and change gates.
    pub main_params: Matrix,
    /// The weights of the input, and the weights and biases of the output.
    pub extra_params: Matrix,
    /// Of each layer the hidden state and then the cell, before the first character.
    pub state: Matrix,
    /// The bits of each character.
    pub sequence: Matrix,
}

impl Input {
    fn layers(&self) -> usize {
        self.state.rows / 2
    }

    fn bits(&self) -> usize {
        self.sequence.columns
    }

    fn parameters(&self) -> Vec<f64> {
        [&*self.main_params.numbers, &*self.extra_params.numbers].concat()
    }
}

impl Problem for Input {
    fn check(&self) -> Result<(), String> {
        expect_between("the number of bits", self.bits(), 1, 10_000)?;
        expect_between("the number of characters", self.sequence.rows, 2, 10_000_000)?;
        expect_between("the number of layers", self.layers(), 1, 1000)?;
        let work = self.sequence.numbers.len().saturating_mul(self.layers());
        expect_between("bits times characters times layers", work, 1, 20_000_000)?;
        let (layers, bits) = (self.layers(), self.bits());
        self.main_params.expect_shape("main_params", 2 * layers, 4 * bits)?;
        self.extra_params.expect_shape("extra_params", 3, bits)?;
        self.state.expect_shape("state", 2 * layers, bits)
    }
}

/// The definition: the crate's own `sigmoid` has more digits, which the loss does not need.
#[inline(always)]
fn sigmoid<R: Apply>(x: R) -> R {
    ((-x).exp() + 1.0).recip()
}

function! {
    /// The next cell, from the layer's input, hidden state and cell, and weights and biases of three gates.
    struct Cell;
    |[x, hidden, cell, w0, w1, w3, b0, b1, b3]| -> [R; 1] {
        let forget = sigmoid(x * w0 + b0);
        let ingate = sigmoid(hidden * w1 + b1);
        let change = (hidden * w3 + b3).tanh();
        [cell * forget + ingate * change]
    }
}

function! {
    /// The next hidden state, from the layer's input, weight and bias of the output gate, and the next cell. On the other weights it
    /// depends through the cell alone, so that in a block of its own it has fewer slopes.
    struct Hidden;
    |[x, w2, b2, cell]| [sigmoid(x * w2 + b2) * cell.tanh()]
}

function! {
    struct Linear;
    |[x, weight, bias]| [x * weight + bias]
}

/// Minus the mean logarithm of the probability of each bit that follows. The weights are in one list.
fn loss<R: Apply>(input: &Input, parameters: &[R]) -> R {
    let b = input.bits();
    let (layers, extra) = parameters.split_at(8 * b * input.layers());
    let (weight_in, extra) = extra.split_at(b);
    let (weight_out, bias_out) = extra.split_at(b);
    let list = |i| input.state.row(i).iter().map(|&x| x.into()).collect();
    let mut state: Vec<[Vec<R>; 2]> = (0..input.layers()).map(|i| [list(2 * i), list(2 * i + 1)]).collect();
    let mut first = vec![R::from(0.0); b];
    let mut losses = Vec::with_capacity(input.sequence.rows);
    for t in 0..input.sequence.rows - 1 {
        for ((x, &weight), &bit) in first.iter_mut().zip(weight_in).zip(input.sequence.row(t)) {
            *x = weight * bit;
        }
        let mut x = &first;
        for (layer, [hidden, cell]) in layers.chunks_exact(8 * b).zip(&mut state) {
            let part = |i: usize| &layer[i * b..][..b];
            [*cell] = R::map(&Cell, [x, hidden, cell, part(0), part(1), part(3), part(4), part(5), part(7)]);
            [*hidden] = R::map(&Hidden, [x, part(2), part(6), cell]);
            x = hidden;
        }
        let [x] = R::map(&Linear, [x, weight_out, bias_out]);
        let next = input.sequence.row(t + 1);
        let log_sum = (x.iter().map(|x| x.exp()).sum::<R>() + 2.0).ln();
        losses.push(log_sum * next.iter().sum::<f64>() - x.weighted_sum(next));
    }
    losses.sum() / (losses.len() * b) as f64
}

pub fn objective(input: Input) -> impl FnMut(&mut f64) {
    let parameters = input.parameters();
    move |y| *y = loss(&input, &parameters)
}

pub fn jacobian(input: Input) -> impl FnMut(&mut Vec<f64>) {
    let (mut tape, parameters) = (Tape::new(), input.parameters());
    move |g| {
        g.resize(parameters.len(), 0.0);
        tape.value_and_gradient(|x| loss(&input, x), &parameters, g);
    }
}

pub fn compiled(input: Input) -> Result<impl FnMut(&mut Vec<f64>), Error> {
    let compiled = Compiled::new(&routine!([input: &Input = &input] |x| loss(input, x)), &input.parameters(), &[])?;
    Ok(move |g: &mut Vec<f64>| compiled.gradient(g))
}
