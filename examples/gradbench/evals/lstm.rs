//! The loss of a recurrent network of layers of LSTM cells whose weights are diagonal, on a text of characters of `b` bits. It is
//! differentiated by its weights.

use super::{Matrix, Problem, expect_between};
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
fn sigmoid<R: Apply>(x: R) -> R {
    ((-x).exp() + 1.0).recip()
}

struct Gate;

impl Block<3, 1> for Gate {
    #[inline(always)]
    fn run<R: Apply>(&self, [x, weight, bias]: [R; 3]) -> [R; 1] {
        [sigmoid(x * weight + bias)]
    }
}

struct Change;

impl Block<3, 1> for Change {
    #[inline(always)]
    fn run<R: Apply>(&self, [x, weight, bias]: [R; 3]) -> [R; 1] {
        [(x * weight + bias).tanh()]
    }
}

struct Cell;

impl Block<4, 1> for Cell {
    #[inline(always)]
    fn run<R: Apply>(&self, [cell, forget, ingate, change]: [R; 4]) -> [R; 1] {
        [cell * forget + ingate * change]
    }
}

struct Hidden;

impl Block<2, 1> for Hidden {
    #[inline(always)]
    fn run<R: Apply>(&self, [outgate, cell]: [R; 2]) -> [R; 1] {
        [outgate * cell.tanh()]
    }
}

struct Linear;

impl Block<3, 1> for Linear {
    #[inline(always)]
    fn run<R: Apply>(&self, [x, weight, bias]: [R; 3]) -> [R; 1] {
        [x * weight + bias]
    }
}

/// Minus the mean logarithm of the probability of each bit that follows. The weights are in one list.
fn loss<R: Apply>(input: &Input, parameters: &[R]) -> R {
    let b = input.bits();
    let (layers, extra) = parameters.split_at(8 * b * input.layers());
    let (weight_in, extra) = extra.split_at(b);
    let (weight_out, bias_out) = extra.split_at(b);
    let mut state: Vec<R> = input.state.numbers.iter().map(|&x| x.into()).collect();
    let mut x = vec![R::from(0.0); b];
    let mut losses = Vec::with_capacity(input.sequence.rows);
    for t in 0..input.sequence.rows - 1 {
        for ((x, &weight), &bit) in x.iter_mut().zip(weight_in).zip(input.sequence.row(t)) {
            *x = weight * bit;
        }
        for (layer, state) in layers.chunks_exact(8 * b).zip(state.chunks_exact_mut(2 * b)) {
            let (hidden, cell) = state.split_at_mut(b);
            let part = |i: usize| &layer[i * b..][..b];
            let [forget] = R::map_block(&Gate, [&x, part(0), part(4)]);
            let [ingate] = R::map_block(&Gate, [hidden, part(1), part(5)]);
            let [outgate] = R::map_block(&Gate, [&x, part(2), part(6)]);
            let [change] = R::map_block(&Change, [hidden, part(3), part(7)]);
            let [new_cell] = R::map_block(&Cell, [cell, &forget, &ingate, &change]);
            let [new_hidden] = R::map_block(&Hidden, [&outgate, &new_cell]);
            cell.copy_from_slice(&new_cell);
            hidden.copy_from_slice(&new_hidden);
            x = new_hidden;
        }
        [x] = R::map_block(&Linear, [&x, weight_out, bias_out]);
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
    let (mut tape, parameters) = (Tape::lean(), input.parameters());
    move |g| {
        g.resize(parameters.len(), 0.0);
        tape.value_and_gradient(|x| loss(&input, x), &parameters, g);
    }
}
