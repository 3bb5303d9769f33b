//! A function applied to lists: forward over any number, and in reverse.

use super::guard::Operand;
use super::recorder::{Body, DynOp, Form, FunctionCall, Nodes, Placed, Recorder};
use super::run::{Applier, Runs, Site, Text};
use crate::error::Error;
use crate::op::Call;
use crate::real::Real;
use std::sync::Arc;

impl Placed {
    /// A result as an op of those arguments that it depends on.
    pub(super) fn op(&self, result: usize) -> &Arc<dyn DynOp> {
        match self.call.form {
            Form::Map => &self.ops[result / self.call.steps()],
            Form::Sum | Form::Contract { .. } => &self.ops[0],
            Form::Scan { .. } => &self.ops[result],
        }
    }
}

impl FunctionCall {
    /// How many arguments there are in all lists.
    pub(super) fn args(&self) -> usize {
        self.lens.iter().sum()
    }

    /// How many results there are.
    pub(super) fn results(&self) -> usize {
        match self.form {
            Form::Map => self.body.results.len() * self.steps(),
            Form::Sum => 1,
            Form::Contract { .. } => self.steps(),
            Form::Scan { carried, .. } => (self.body.results.len() - carried) * self.steps(),
        }
    }

    /// How often the function is applied; of a scan, in each pass.
    pub(super) fn steps(&self) -> usize {
        match self.form {
            Form::Map | Form::Sum => self.lens.iter().copied().find(|&len| len != 1).unwrap_or(1),
            Form::Contract { inner } => self.lens[0] / inner * (self.lens[1] / inner),
            Form::Scan { .. } => self.lens[0],
        }
    }

    /// The places among the arguments of those that the function is given in a step. Of a scan, the carried ones are those of the first.
    fn args_of_step(&self, step: usize, each: &mut impl FnMut(usize)) {
        if let Form::Contract { inner } = self.form {
            let columns = self.lens[1] / inner;
            let rows = [step / columns * inner, self.lens[0] + step % columns * inner];
            rows.into_iter().flat_map(|start| start..start + inner).for_each(each);
            return;
        }
        let mut start = 0;
        for &len in &self.lens {
            each(start + if len == 1 { 0 } else { step });
            start += len;
        }
    }

    /// The places among the arguments of those that a result depends on.
    pub(super) fn args_of(&self, result: usize, mut each: impl FnMut(usize)) {
        match self.form {
            Form::Map => self.args_of_step(result % self.steps(), &mut each),
            Form::Contract { .. } => self.args_of_step(result, &mut each),
            Form::Sum | Form::Scan { .. } => (0..self.args()).for_each(each),
        }
    }

    /// The results, given the arguments, the node of the first result, and how an op is applied.
    pub(super) fn forward<R: Call>(&self, args: &[R], first: usize, apply: Applier<'_, R>) -> Result<Vec<R>, Error> {
        if let Form::Scan { .. } = self.form {
            return self.scan(args, first, apply, |_| {});
        }
        let (steps, count) = (self.steps(), self.body.results.len());
        let mut results = vec![R::from(0.0); count * steps];
        let (mut x, mut values) = (vec![], vec![]);
        for step in 0..steps {
            x.clear();
            self.args_of_step(step, &mut |arg| x.push(args[arg]));
            let node = if self.form == Form::Sum { first } else { first + step };
            self.body.run(&x, &|op, x, site| apply(op, x, Site { node, ..site }), &mut values)?;
            (0..count).for_each(|m| results[m * steps + step] = self.body.result(m, &values));
        }
        Ok(if self.form == Form::Sum { vec![results.into_iter().sum()] } else { results })
    }

    /// The state after the passes of a scan; `given` is told what the function is given in each step.
    fn scan<R: Call>(
        &self,
        args: &[R],
        first: usize,
        apply: Applier<'_, R>,
        mut given: impl FnMut(&[R]),
    ) -> Result<Vec<R>, Error> {
        let Form::Scan { passes, carried } = self.form else { unreachable!("only a scan has passes") };
        let (places, count) = (self.steps(), self.body.results.len() - carried);
        let carry = count..count + carried;
        let mut args = args.to_vec();
        let carry_in: Vec<R> = args[count * places..][..carried].to_vec();
        let (mut x, mut values) = (vec![], vec![]);
        for _ in 0..passes {
            args[count * places..][..carried].copy_from_slice(&carry_in);
            for place in 0..places {
                x.clear();
                self.args_of_step(place, &mut |arg| x.push(args[arg]));
                given(&x);
                let node = first + place;
                self.body.run(&x, &|op, x, site| apply(op, x, Site { node, ..site }), &mut values)?;
                (0..count).for_each(|m| args[m * places + place] = self.body.result(m, &values));
                carry.clone().for_each(|m| args[count * places + m - count] = self.body.result(m, &values));
            }
        }
        args.truncate(count * places);
        Ok(args)
    }

    /// How many arguments the results depend on, counted for each.
    fn edges(&self) -> usize {
        match self.form {
            Form::Map => self.results() * self.lens.len(),
            Form::Contract { inner } => self.results() * 2 * inner,
            Form::Sum | Form::Scan { .. } => self.results().saturating_mul(self.args()),
        }
    }

    /// Adds to the adjoints of the arguments what those of the results pass on.
    pub(super) fn pull_back<R: Runs>(
        &self,
        text: Text,
        args: &[R],
        of_results: &[R],
        adjoints: &mut [R],
    ) -> Result<(), Error> {
        if let Form::Scan { .. } = self.form {
            return self.pull_back_scan(text, args, of_results, adjoints);
        }
        let (steps, count) = (self.steps(), self.body.results.len());
        let (mut x, mut values, mut places, mut seeds) = (vec![], vec![], Nodes::new(), vec![]);
        for step in (0..steps).rev() {
            seeds.clear();
            seeds.extend((0..count).map(|m| of_results[if self.form == Form::Sum { 0 } else { m * steps + step }]));
            if seeds.iter().all(R::is_zero) {
                continue;
            }
            places.clear();
            self.args_of_step(step, &mut |arg| places.push(arg));
            x.clear();
            x.extend(places.iter().map(|&arg| args[arg]));
            self.body.run(&x, &|op, x, _| R::rule(op).apply(x), &mut values)?;
            let own = self.body.pull_back(text, &values, &seeds)?;
            places.iter().zip(own).for_each(|(&arg, adjoint)| adjoints[arg] = R::sum_of(adjoints[arg], adjoint));
        }
        Ok(())
    }

    /// As [`pull_back`](FunctionCall::pull_back), of a scan. It keeps what the function was given in each step.
    fn pull_back_scan<R: Runs>(
        &self,
        text: Text,
        args: &[R],
        of_results: &[R],
        adjoints: &mut [R],
    ) -> Result<(), Error> {
        let Form::Scan { passes, carried } = self.form else { unreachable!("only a scan has passes") };
        let (places, count) = (self.steps(), self.body.results.len() - carried);
        let mut given = vec![];
        self.scan(args, 0, &|op, x, _| R::rule(op).apply(x), |x| given.extend_from_slice(x))?;
        // the adjoints of the state, and of what is carried, as they are between two steps
        let mut state = of_results.to_vec();
        let mut values = vec![];
        for pass in (0..passes).rev() {
            let mut carry = vec![R::from(0.0); carried];
            for place in (0..places).rev() {
                let seeds: Vec<R> =
                    (0..count).map(|m| state[m * places + place]).chain(carry.iter().copied()).collect();
                let inputs = self.body.args;
                let x = &given[(pass * places + place) * inputs..][..inputs];
                self.body.run(x, &|op, x, _| R::rule(op).apply(x), &mut values)?;
                let own = self.body.pull_back(text, &values, &seeds)?;
                (0..count).for_each(|m| state[m * places + place] = own[m]);
                carry.copy_from_slice(&own[count..count + carried]);
                let (mut k, params) = (0, count + carried);
                self.args_of_step(place, &mut |arg| {
                    if k >= params {
                        adjoints[arg] = R::sum_of(adjoints[arg], own[k]);
                    }
                    k += 1;
                });
            }
            let of_carry = &mut adjoints[count * places..][..carried];
            of_carry.iter_mut().zip(carry).for_each(|(sum, own)| *sum = R::sum_of(*sum, own));
        }
        adjoints.iter_mut().zip(state).for_each(|(sum, own)| *sum = R::sum_of(*sum, own));
        Ok(())
    }
}

impl Recorder {
    /// Whether functions were called.
    pub(crate) fn has_calls(&self) -> bool {
        !self.graph.borrow().calls.is_empty()
    }

    /// Whether a node is a result of a function.
    pub(crate) fn is_result(&self, node: usize) -> bool {
        self.graph.borrow().call_at(node).is_some()
    }

    /// How many arguments all results of functions depend on, counted for each.
    pub(crate) fn edges_of_calls(&self) -> usize {
        self.graph.borrow().calls.iter().fold(0, |sum, at| sum.saturating_add(at.call.edges()))
    }
}

impl Body {
    /// Runs what the function does; the value of every node comes to stand in `values`.
    pub(super) fn run<R: Call>(&self, x: &[R], apply: Applier<'_, R>, values: &mut Vec<R>) -> Result<(), Error> {
        self.graph.run(&self.values, |node, _| x[node], apply, |_, value| value, values)
    }

    /// A result, given the value of every node.
    pub(super) fn result<R: Real>(&self, result: usize, values: &[R]) -> R {
        match self.results[result] {
            Operand::Node(node) => values[node],
            Operand::Constant(x) => x.into(),
        }
    }

    /// The adjoints of the arguments, given the value of every node and the adjoints of the results.
    fn pull_back<R: Runs>(&self, text: Text, values: &[R], of_results: &[R]) -> Result<Vec<R>, Error> {
        let mut adjoints = vec![R::from(0.0); values.len()];
        for (result, &adjoint) in self.results.iter().zip(of_results) {
            if let Operand::Node(node) = *result {
                adjoints[node] = R::sum_of(adjoints[node], adjoint);
            }
        }
        self.graph.pull_back(text, values, &mut adjoints, |_| true)?;
        adjoints.truncate(self.args);
        Ok(adjoints)
    }
}
