//! A function applied to lists: forward over any number, and in reverse.

use super::guard::Operand;
use super::recorder::{
    Body, Callee, DynOp, DynVectorRule, Expr, Form, FunctionCall, Indices, Placed, Recorder, ResultOps,
};
use super::result_op::dyn_result_op;
use super::run::{Applier, Runs, Site, Text};
use crate::error::Error;
use crate::function::TwoSums;
use crate::real::Real;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

impl Placed {
    /// A result as an op of those arguments that it may depend on.
    pub(super) fn op(&self, result: usize) -> &Arc<dyn DynOp> {
        let ops = self.ops.get_or_init(|| self.call.ops());
        match self.call.form {
            Form::Map => &ops[result / self.call.places()],
            Form::Sum | Form::Contract { .. } => &ops[0],
            Form::Scan { .. } | Form::Rule { .. } => &ops[result],
        }
    }
}

impl Callee {
    /// The function's name.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Callee::Body(body) => body.name(),
            Callee::Rule(rule) => rule.name(),
        }
    }

    /// Whether something in it is known only as closures.
    pub(super) fn is_opaque(&self) -> bool {
        match self {
            Callee::Body(body) => body.is_opaque,
            Callee::Rule(rule) => rule.is_opaque(),
        }
    }

    /// A number that is the same for equal functions.
    pub(super) fn hash(&self) -> u64 {
        match self {
            Callee::Body(body) => body.hash,
            Callee::Rule(rule) => {
                let mut hasher = DefaultHasher::new();
                rule.name().hash(&mut hasher);
                hasher.finish()
            }
        }
    }
}

impl FunctionCall {
    /// A call of lists as long as these.
    pub(super) fn new(callee: Callee, form: Form, lists: &[&[Expr<'_>]]) -> Self {
        FunctionCall { callee, form, lens: lists.iter().map(|list| list.len()).collect() }
    }

    /// How many arguments there are in all lists.
    pub(super) fn arg_count(&self) -> usize {
        self.lens.iter().sum()
    }

    /// How many results there are.
    pub(super) fn results(&self) -> usize {
        match self.form {
            Form::Map => self.body().results.len() * self.places(),
            Form::Sum => 1,
            Form::Contract { .. } => self.places(),
            Form::Scan { carried, .. } => (self.body().results.len() - carried) * self.places(),
            Form::Rule { results } => results,
        }
    }

    /// How many places there are; of a product of matrices, pairs of rows.
    pub(super) fn places(&self) -> usize {
        match self.form {
            Form::Map | Form::Sum => self.lens.iter().copied().find(|&len| len != 1).unwrap_or(1),
            Form::Contract { inner } => self.lens[0] / inner * (self.lens[1] / inner),
            Form::Scan { .. } => self.lens[0],
            Form::Rule { .. } => 1,
        }
    }

    /// What was recorded of the function.
    ///
    /// # Panics
    /// If it is a vector rule.
    fn body(&self) -> &Body {
        match &self.callee {
            Callee::Body(body) => body,
            Callee::Rule(rule) => unreachable!("{} is a vector rule and has no body", rule.name()),
        }
    }

    /// The indices of the arguments that the function is given at a place. For a scan, that of a carried number is the index of its first value.
    fn args_at(&self, place: usize, each: &mut impl FnMut(usize)) {
        if let Form::Contract { inner } = self.form {
            let columns = self.lens[1] / inner;
            let rows = [place / columns * inner, self.lens[0] + place % columns * inner];
            rows.into_iter().flat_map(|start| start..start + inner).for_each(each);
            return;
        }
        let mut start = 0;
        for &len in &self.lens {
            each(start + if len == 1 { 0 } else { place });
            start += len;
        }
    }

    /// The indices of the arguments that a result may depend on.
    pub(super) fn args_of(&self, result: usize, mut each: impl FnMut(usize)) {
        match self.form {
            Form::Map => self.args_at(result % self.places(), &mut each),
            Form::Contract { .. } => self.args_at(result, &mut each),
            Form::Sum | Form::Scan { .. } | Form::Rule { .. } => (0..self.arg_count()).for_each(each),
        }
    }

    /// The results as ops, at lists of these lengths: see [`Placed::ops`].
    pub(super) fn ops(&self) -> ResultOps {
        let count = match self.form {
            Form::Map => self.body().results.len(),
            Form::Sum | Form::Contract { .. } => 1,
            Form::Scan { .. } | Form::Rule { .. } => self.results(),
        };
        match &self.callee {
            Callee::Body(body) if matches!(self.form, Form::Map | Form::Contract { .. }) && body.one_op().is_some() => {
                body.one_op().cloned().into_iter().collect()
            }
            _ => (0..count).map(|result| dyn_result_op(self.clone(), result)).collect(),
        }
    }

    /// The results, given the arguments.
    pub(super) fn values(&self, x: &[f64]) -> Result<Vec<f64>, Error> {
        self.forward(x, None, &|op, x, _| op.evaluate_value(x))
    }

    /// The results, given the arguments and how an op is applied, which is told the site of the call, if there is one.
    pub(super) fn forward<R: Runs>(&self, x: &[R], site: Option<Site>, apply: Applier<'_, R>) -> Result<Vec<R>, Error> {
        match (&self.callee, self.form) {
            (Callee::Rule(rule), _) => return R::vector_rule(&**rule).apply(x, &self.lens),
            (_, Form::Scan { .. }) => return self.scan(x, site, apply, |_| {}),
            _ => {}
        }
        let (places, count) = (self.places(), self.body().results.len());
        let mut results = vec![R::from(0.0); count * places];
        let (mut given, mut values) = (vec![], vec![]);
        for place in 0..places {
            given.clear();
            self.args_at(place, &mut |arg| given.push(x[arg]));
            self.body().run(&given, self.site_at(place, site), apply, &mut values)?;
            (0..count).for_each(|m| results[m * places + place] = self.body().result(m, &values));
        }
        if self.form == Form::Sum {
            let mut sums = TwoSums::new();
            sums.add(&results);
            return Ok(vec![sums.total()]);
        }
        Ok(results)
    }

    /// The site of what the function does at a place.
    fn site_at(&self, place: usize, of_call: Option<Site>) -> Option<Site> {
        let place = if self.form == Form::Sum { 0 } else { place };
        of_call.map(|Site { node, line }| Site { node: node + place, line })
    }

    /// The state after the passes of a scan; `step` is told what the function is given in each.
    fn scan<R: Runs>(
        &self,
        x: &[R],
        site: Option<Site>,
        apply: Applier<'_, R>,
        mut step: impl FnMut(&[R]),
    ) -> Result<Vec<R>, Error> {
        let Form::Scan { passes, carried } = self.form else { unreachable!("only a scan has passes") };
        let (places, count) = (self.places(), self.body().results.len() - carried);
        // the arguments as they are before a step: first the state, then what is carried
        let mut now = x.to_vec();
        let carry = count * places..count * places + carried;
        let (mut given, mut values) = (vec![], vec![]);
        for _ in 0..passes {
            now[carry.clone()].copy_from_slice(&x[carry.clone()]);
            for place in 0..places {
                given.clear();
                self.args_at(place, &mut |arg| given.push(now[arg]));
                step(&given);
                self.body().run(&given, self.site_at(place, site), apply, &mut values)?;
                (0..count).for_each(|m| now[m * places + place] = self.body().result(m, &values));
                (0..carried).for_each(|k| now[carry.start + k] = self.body().result(count + k, &values));
            }
        }
        now.truncate(count * places);
        Ok(now)
    }

    /// How much work the slopes of all results are, each by its arguments: slopes, and steps of a scan.
    fn work(&self) -> usize {
        match self.form {
            Form::Map => self.results() * self.lens.len(),
            Form::Contract { inner } => self.results() * 2 * inner,
            Form::Sum => self.arg_count(),
            Form::Rule { results } => results.saturating_mul(self.arg_count()),
            Form::Scan { passes, .. } => {
                let steps = passes.saturating_mul(self.places());
                self.results().saturating_mul(steps.saturating_add(self.arg_count()))
            }
        }
    }

    /// The reverse sweep: adds to the adjoints of the arguments `x` what those of the results `y` pass on. A scan keeps what the function was given in
    /// each step: passes · places · arguments numbers.
    pub(super) fn pull_back<R: Runs>(
        &self,
        text: Text,
        x: &[R],
        y: &[R],
        of_results: &[R],
        adjoints: &mut [R],
    ) -> Result<(), Error> {
        match (&self.callee, self.form) {
            (Callee::Rule(rule), _) => return pull_back_rule(&**rule, x, y, of_results, adjoints),
            (_, Form::Scan { .. }) => return self.pull_back_scan(text, x, of_results, adjoints),
            _ => {}
        }
        let (places, count) = (self.places(), self.body().results.len());
        let (mut args, mut given, mut seeds) = (Indices::new(), vec![], vec![]);
        for place in (0..places).rev() {
            seeds.clear();
            seeds.extend((0..count).map(|m| of_results[if self.form == Form::Sum { 0 } else { m * places + place }]));
            if seeds.iter().all(R::is_zero) {
                continue;
            }
            args.clear();
            self.args_at(place, &mut |arg| args.push(arg));
            given.clear();
            given.extend(args.iter().map(|&arg| x[arg]));
            let shares = self.body().pull_back(text, &given, &seeds)?;
            args.iter().zip(shares).for_each(|(&arg, share)| adjoints[arg] = R::sum_of(adjoints[arg], share));
        }
        Ok(())
    }

    /// The reverse sweep of a scan.
    fn pull_back_scan<R: Runs>(&self, text: Text, x: &[R], of_results: &[R], adjoints: &mut [R]) -> Result<(), Error> {
        let Form::Scan { carried, .. } = self.form else { unreachable!("only a scan has passes") };
        let (places, count, arity) = (self.places(), self.body().results.len() - carried, self.body().arity);
        let mut steps = vec![];
        self.scan(x, None, &|op, x, _| R::rule(op).apply(x), |given| steps.extend_from_slice(given))?;
        // the adjoints of the state, then of what is carried, before the steps that were swept
        let mut now = of_results.to_vec();
        now.resize(count * places + carried, R::from(0.0));
        let mut seeds = vec![];
        for pass in steps.chunks_exact(places * arity).rev() {
            now[count * places..].fill(R::from(0.0));
            for (place, given) in pass.chunks_exact(arity).enumerate().rev() {
                seeds.clear();
                seeds.extend((0..count).map(|m| now[m * places + place]));
                seeds.extend_from_slice(&now[count * places..]);
                if seeds.iter().all(R::is_zero) {
                    continue;
                }
                let shares = self.body().pull_back(text, given, &seeds)?;
                (0..count).for_each(|m| now[m * places + place] = shares[m]);
                now[count * places..].copy_from_slice(&shares[count..count + carried]);
                let mut shares = shares.into_iter().enumerate();
                self.args_at(place, &mut |arg| {
                    let (k, share) = shares.next().expect("there is one for each argument");
                    if k >= count + carried {
                        adjoints[arg] = R::sum_of(adjoints[arg], share);
                    }
                });
            }
            // each pass begins with the same carry
            for k in count * places..count * places + carried {
                adjoints[k] = R::sum_of(adjoints[k], now[k]);
            }
        }
        for k in 0..count * places {
            adjoints[k] = R::sum_of(adjoints[k], now[k]);
        }
        Ok(())
    }
}

/// Adds to the adjoints of a vector rule's arguments what those of its results pass on.
fn pull_back_rule<R: Runs>(
    rule: &dyn DynVectorRule,
    x: &[R],
    y: &[R],
    of_results: &[R],
    adjoints: &mut [R],
) -> Result<(), Error> {
    if of_results.iter().all(R::is_zero) {
        return Ok(());
    }
    let mut shares = vec![R::from(0.0); x.len()];
    R::vector_rule(rule).pull_back(x, y, of_results, &mut shares)?;
    adjoints.iter_mut().zip(shares).for_each(|(adjoint, share)| *adjoint = R::sum_of(*adjoint, share));
    Ok(())
}

impl Recorder {
    /// Whether a node is a result of a function.
    pub(crate) fn is_result(&self, node: usize) -> bool {
        self.graph.borrow().call_at(node).is_some()
    }

    /// How much work the slopes of all results of functions are, each by its arguments.
    pub(crate) fn work_of_calls(&self) -> usize {
        self.graph.borrow().calls.iter().fold(0, |sum, at| sum.saturating_add(at.call.work()))
    }
}

impl Body {
    /// The function's name: that of its type, without path and parameters.
    pub(super) fn name(&self) -> &'static str {
        let (name, mut depth, mut start) = (self.type_name, 0, 0);
        for (i, c) in name.char_indices() {
            match c {
                '<' => depth += 1,
                '>' => depth -= 1,
                ':' if depth == 0 => start = i + 1,
                _ => {}
            }
        }
        let own = &name[start..];
        own.split('<').next().unwrap_or(own)
    }

    /// Runs the function; the value of every node comes to stand in `values`. Its ops are applied at the site, with their own lines; if it is a single
    /// op, which stands in the caller's code, with the line of the call.
    fn run<R: Runs>(
        &self,
        x: &[R],
        site: Option<Site>,
        apply: Applier<'_, R>,
        values: &mut Vec<R>,
    ) -> Result<(), Error> {
        let is_one_op = self.one_op().is_some();
        let at = |own: Site| match site {
            Some(call) => Site { node: call.node, line: if is_one_op { call.line } else { own.line } },
            None => own,
        };
        self.graph.run(&self.values, |node, _| x[node], &|op, x, own| apply(op, x, at(own)), |_, value| value, values)
    }

    /// A result, given the value of every node.
    fn result<R: Real>(&self, result: usize, values: &[R]) -> R {
        match self.results[result] {
            Operand::Node(node) => values[node],
            Operand::Constant(x) => x.into(),
        }
    }

    /// The adjoints of the arguments, given these and the adjoints of the results.
    fn pull_back<R: Runs>(&self, text: Text, x: &[R], of_results: &[R]) -> Result<Vec<R>, Error> {
        let mut values = vec![];
        self.run(x, None, &|op, x, _| R::rule(op).apply(x), &mut values)?;
        let mut adjoints = vec![R::from(0.0); values.len()];
        for (result, &adjoint) in self.results.iter().zip(of_results) {
            if let Operand::Node(node) = *result {
                adjoints[node] = R::sum_of(adjoints[node], adjoint);
            }
        }
        self.graph.pull_back(text, &values, &mut adjoints, |_| false)?;
        adjoints.truncate(self.arity);
        Ok(adjoints)
    }
}
