//! What changed, and for each mistake that was mended what it produced.
//!
//! # 0.1.0
//!
//! The first version: numbers, rules, the two tapes, the modes, the registry, the checker, traces, drawings and the command line.
//!
//! Mistakes mended on the way:
//!
//! * A recording took two ops of one type for one if they held something that they did not list as a parameter: the second had the
//!   slope of the first. Ops with more inside than their parameters tell are now kept apart.
//! * One type of closure recorded under two names kept the first name. The values were right.
//! * Looking up an op by a key with an empty name cost a recording 200 ns a node; it is 8 ns now.
//! * Rules written with |z| had the derivative 0 at z = 0 when they were run on dual numbers, so a second opinion on σ′(0) was 0.
//! * Differences of floor agreed by chance at two wide steps and gave a slope of 1.2 with no error; a smaller step now contradicts.
//! * exp was that of `pxfm` 0.1.30, which is wrong on 1 in 25 000 arguments whose result is subnormal: exp(−708.98) was 2.6e-309 instead of
//!   1.2e-308, and so were sigmoid, softplus and whatever else ends in such a tail. It is our own now.
//! * The reverse sweep looked for NaN in the adjoints of all slots, of which only those of the inputs can differ from 0; that was a
//!   quarter of its time.
//! * A handle of three numbers went through memory, where two narrow writes before a wide read stall the processor: a product
//!   of two variables took 6.5 ns recorded and reversed, 5.6 now.
//! * sigmoid and tanh took a second exponential for their slope. They share the first now (`Op::evaluate`).
//! * The documentation of sum_terms had an example that did not compile, with a gradient of the wrong sign.
//! * A quiz ended with the number of wrong answers, so that two of them had the code of a wrong request. It ends with 1 now.
//! * The formulas of a page were made by its script alone; now they are MathML in the page.
//! * A sum of blocks multiplied a slope of 0 by an infinite one of its argument, as √x has at 0, and the gradient was NaN. It is 0 there.
//! * A block mapped over lists of which some places had no variable panicked on a lean tape, if the lists did not stand in a row.
//! * The checker asked for the value and for the slopes of a rule, and not for both at once, as a lean tape does: an op whose
//!   `evaluate` gave x as the slope of x² passed, and the tape's gradient was half of the true one.
//! * The lanes of [`Lanes`](crate::Lanes) were worked on one after the other. They are pairs of numbers in a register now, for the
//!   exponential and tanh too, with the same bits; a lean tape runs mapped blocks, and sums of blocks without data, on them.
//! * The slope of tanh was a call, and each step of a recurrence waited for its result to come through memory: 12 ns a step.
//! * A lean tape took slopes for equal if their primals were: from four equal ones on, the second derivatives of sums, means, dot products,
//!   norms, logsumexp and sums of blocks were those of the first term. The Hessian of Σx² at 0 was [[2, 2, 2, 2], [0, 0, 0, 0], ..]
//!   instead of 2·I.
//! * A recording took two ops for one if they differed in a field that they did not list as a parameter, and all their fields together were
//!   as large as the listed ones: x³ − 2x³ at 2 had the gradient 36 instead of −12. Ops are compared now: [`Op`](crate::op::Op) and
//!   [`Reduce`](crate::op::Reduce) ask for `PartialEq`, which is derived. −0 and 0 are two parameters. A reset forgets the ops if they are
//!   many; one whose parameter varied made a recording grow for ever.
//! * A tangent of an outer derivative that was used inside another one was added to the inner one: d/dx (x · d/dy (x + y)) was 2 instead
//!   of 1. `jvp`, `hvp` and `hessian` give their closures a number of their own, [`Tangent`](crate::Tangent), and such programs do
//!   not compile. What does not compile any more: naming [`Dual`](crate::Dual) in a closure of these three (write `Tangent`, or nothing);
//!   `x.primal` and `x.tangent` there (the first is `x.primal()`); outer values that enter by `Dual::constant` (write
//!   `Tangent::constant`); a generic function by its name (write `jvp(|x| f(x), ..)`, as for `gradient`).
//! * `jvp`, `hvp`, `hessian` and `index` of a recording took an output of another tape for one of their own, and a derivative by an
//!   intermediate was 0 or not symmetric. The first is an error (`None` for `index`), and an intermediate counts as an independent variable.
//! * `gradient`, `jacobian`, `vjp`, `value_and_gradient` and `values_and_jacobian` took a returned variable of another tape for one of their
//!   own; comparing or selecting between variables of two tapes went unnoticed. All of these panic, at the line of the caller, and say
//!   what to pass to `checkpoint`, `sum_terms` and `preaccumulate` where a variable was captured.
//! * `y.backward()[x]` of a constant y said "another tape"; it is 0, as `tape.backward(y)[x]` was.
//! * In the chain rule a slope of 0 passed an adjoint or a tangent of NaN on: a recorded `select` in forward mode, 0·(∛a − ∛b) + a at 0 and
//!   reverse over reverse of a branch that was not taken were NaN. A factor of exactly 0 gives 0 now, whatever the other is.
//! * A block that panicked inside `map_block` or `scan`, in either direction, left slopes on the tape that no entry owned, or no entries: the
//!   gradients after it were wrong. The tape is what it was before.
//! * The slot 2³¹ − 1 of a full tape counted as an input. A tape holds one slot less.
//! * A `checkpoint` whose step gives something else when it is asked again, a `scan` with such a block and an op that reads something which
//!   changes gave wrong gradients without a word. In builds with debug assertions they panic.
//! * Outside of their domains some ops had finite slopes where the value is NaN: ln(−1) −1, atanh(2) −⅓, asin(10¹⁶⁰) 0, xlogy(1, −1) NaN and
//!   −1; and forward and reverse mode disagreed for acosh, asin and acos. They are NaN now in every mode, which is done where a rule is called.
//!   xlogy(0, −1) was 0; it is NaN, as outside of any domain.
//! * The slopes of atan2(1, ∞) were NaN in forward mode by value, and the slope of √−0 −∞; right are 0, 0 and +∞.
//! * The second derivatives of √ at 0, asin and acos at ±1 and acosh at 1 were 0 in most modes. They are infinite.
//! * Pow had four Hessians in four modes at (0, 1), none of them symmetric, and NaN at (0, ½). They are the limits from the right.
//! * A slope that is NaN had the derivative 1 or 0 in nested modes where the rule hands its argument on, as relu's at NaN. It is NaN.
//! * Ops of several arguments had fewer digits than those of one: the slope of x^y was off by 300 ULP at (1e-300, ⅓), those of logaddexp by 370
//!   at (0.00166, −621.9) and of logsumexp by 259; the second derivatives of hypot and norm had no digits at (1, 1e-6), those of
//!   softmax_cross_entropy none where the class is unlikely; (−1)^y of an even y beyond 2⁵³ had a slope of the wrong sign. All are held to exact
//!   values now, as is every other registered op. The slope of tanhshrink was off by 3 ULP at −0.509127.
//! * logaddexp(−∞, −∞) had the slopes ½, ½, and logsumexp(−∞, −∞) 0, 0. Both have 0, 0.
//! * Sums of dual numbers, of lanes, of `Twofold` and on tapes made 0 of −0, and the dot product of nothing was −0 for plain numbers and a
//!   panic for others. A sum is that of `f64` in every type, and the dot product of nothing 0.
//! * An op made by hand with a parameter that it cannot have (`Huber { delta: NaN }`) could be registered, and huber, clamp and hard_tanh found
//!   no fault with NaN. An op could be registered under the name "".
//! * softmax_cross_entropy with a class of 2 or more, and any other reduction that refuses two arguments, crashed `trace`, `step`, `explain`,
//!   `quiz`, `page`, `graph`, `op` and `check --locate`, which wrote its formula with two. It is written with as many as it takes, and where
//!   these are too many to be read, that is said.
//! * Nobody was told that a derivative was a choice: the gradient 0 of relu(x) − relu(−x) or (√x)² at 0 looked like any other. `grad`,
//!   `check --expr` and traces name each node on a kink, a jump or the end of its domain, and 0 · ∞ on a path that was taken.
//! * `graph --dot --ascii` wrote `×2` and `…`; what was wrong with a command line, and the name of a file, were not ASCII either.
//! * U+202E and other characters that turn the order of reading or move the cursor came back raw in messages, in JSON and in the views of a trace
//!   that was read. They are escaped.
//! * `plot` of a long expression recorded it anew for each of thousands of points, and asked 50 times more wherever the curve was steep: over 60 s
//!   for 64 KB. It records it once, and asks for each point once: 3 s.
//! * `-o` wrote a file in place, so that whoever read it meanwhile, or a full disk, had half of it.
//! * A signal from outside left the terminal of `step` in raw mode.
//! * Differences took an oscillation for noise and the constant stretches of a rounded function for a slope of 0: of 96 points of
//!   `(x as f32).sin()` 0 passed at 27 and the right slope failed at 23, 0 passed everywhere on sin rounded to three decimals, and right
//!   slopes of sin 10⁸x, of ln at 10⁻¹³ and of √ at 10⁻¹⁴ failed. Noise is measured per spacing now, a staircase is told from an oscillation
//!   by its jumps, the steps go down to a unit in the last place of x, and `check::rule(..).noise(1e-7)` is for functions in single precision.
//! * A jump was any leap beyond 32 times a noise that is next to 0: a B-spline jumped by 3.9e-34 at its knot.
//! * The Hessian of prelu at z = 0 was not symmetric: ∂²/∂z∂a was 0 or 1, depending on the order.
//! * The checker's dual numbers had twice the digits and the same exponents: Swish failed at −384, where a quotient underflows on the way, and
//!   sin z / z at 10⁻³⁰, where all digits cancel. Its numbers carry a bound on what is left of them now, and are not asked where that is
//!   nothing ([`Witness`](crate::real::Witness)).
//! * They saw one branch of a comparison, so softplus as max(z, 0) + ln(1 + e^−|z|) failed at 0, and a celu whose value and slope share a
//!   wrong branch there passed. A formula is asked on both sides of a branch now.
//! * Thresholds were guessed: a sigmoid with the slope 0 between 30 and 36 passed. They are found on a recording of the rule now.
//! * (1, 1) as the slopes of a maximum at a tie passed, and one declared jump excused every other.
//! * A reduction whose slopes were wrong from the fifth number on passed; `evaluate` of a right rule failed near a root of the slope.
//! * A factor taken out of a recording was called "kinks"; an input detached among many cost 29 s to look for. It is a failure now, found
//!   along a few directions.
//! * The test that a failure printed did not compile for an op whose type is not called as its name says; it is a function of the op now.
//! * A panic in a closure ended the check; it is caught now, and its point named. `check::Options` keeps closures inside of a domain.
//! * An op that was wrong by 10⁻⁹ was said to be "1 times the slope".
//! * The checker made a kink out of two that lie within one unit in the last place (a triangle wave at −2.7·10¹⁵), and of a formula without
//!   digits (sin 10⁸x at 17.86): right rules failed for one seed of hundreds. A failing function of 1 000 inputs took 5 s to be located; an op
//!   of many arguments is tried along a few directions first.
//! * A page read the formulas of a trace as text again to draw them: those with a negative parameter (`clamp(v1, low=-1, high=1)`), or with a name
//!   that is no word (`x[0]`), were not drawn. They are printed as MathML from the graph now. A number below 0 stands in parentheses only
//!   where it must: `max(v1, −2)` was `max(v1, (−2))`.
//! * The check of a function whose gradient lies outside of a kink's sides moved all inputs at once to see what a step crosses, and named no
//!   kink of two arguments such as max(x, y) at x = y. It moves the input whose slope is outside. A wrong rule that the output does not
//!   depend on was blamed for a failure; it is not looked at now.
//! * The page that steps through a trace computed finite slopes outside of an op's domain when a slider went there; they are NaN.
//!
//! * The functions [`gradient`](crate::gradient), [`value_and_gradient`](crate::value_and_gradient) and their kin made a tape in new memory at every
//!   call, which the system cleared page by page: S2 took 1.8 times, a chain of 10⁶ ops 4.9 times, and S3 1.4 times as long as on a tape that is
//!   kept. A tape that is dropped leaves its memory to the next of its thread ([`memory`](crate::memory)), 256 MiB at the most.
//! * pow was that of `libm`: it took 3.5 times as long as the system's and was off by 608 ULP at 1.0000001664090787 to the power
//!   −4120186139.942941. ln_1p and erfc, which were those of `pxfm`, took up to 3 and 5 times as long as the system's. All three are our
//!   own now, and erf with them. The errors are below 0.52 ULP for pow and ln_1p, 0.75 for erfc and 0.9 for erf, or 1 where the result is
//!   subnormal. exp rounded twice between −708 and −700.
//!
//! * A program that branches asked for `Real + PartialOrd`, could not compare with a plain number in forward mode, and had no way from a generic
//!   number to a plain one. It asks for [`Number`](crate::function::Number) now, which has [`primal`](crate::function::Number::primal), and every
//!   number has [`detach`](crate::Real::detach). The check of a function names what was taken out by them, and its line.
//! * A Jacobian was taken in reverse whatever its shape, so that one of 500 results by 10 inputs took twenty times as long as forwards; and a
//!   Hessian one direction at a time. [`Modes`](crate::modes::Modes) of a routine choose.
//! * `hvp` was said to cost two gradients. It costs 1.4 to 4.
//! * A tape over [`Tangents`](crate::forward::Tangents) did not exist. They are a [`Scalar`](crate::Scalar) now, and are compared as other numbers
//!   are; their values of ops are no longer computed twice where both value and slopes are asked for.
//!
//! New: programs that choose their number ([`Routine`](crate::function::Routine)) and [`check::routine`](fn@crate::check::routine); the macros
//! [`routine!`](crate::routine!) and [`function!`](crate::function!), which write them and [`Function`](trait@crate::function::Function)s;
//! [`Recorder::primals`](crate::Recorder::primals). In the prelude: `Tangents`, `Ieee`, `Strong`. What may not compile any more: a comparison of a dual
//! number with `c.into()`, whose type is open now that plain numbers may stand there.
//!
//! New before: single precision as a number ([`Single`](crate::Single), and [`SingleLanes`](crate::real::SingleLanes)) wherever `f64` may be; the sum of a
//! function over lists ([`Apply::reduce_each`](crate::function::Apply::reduce_each)), and how much of a scan a tape keeps
//! ([`Keep`](crate::function::Keep)); the op `relu_squared`. On a [`Recorder`](crate::Recorder) a call of a function is one statement, however
//! much it does, and traces show it as one op for each result; [`Recorder::opened`](crate::Recorder::opened) and
//! [`Recorder::opening`](crate::Recorder::opening) have what it does instead, as all recordings had before. An op has a definition, which is printed, and an evaluation, which runs. Second
//! derivatives may differ from before in the last bits, since a value inside of a slope is that of the evaluation; so may slopes in single
//! precision, which are rounded from those in double precision at once.
//!
//! Slow without link-time optimisation, as Cargo builds by default: the evaluations of the elementary ops and of sigmoid were calls, so that a
//! gradient of a scan took 3.8 times what it takes with it and one of a sum over lists up to 3.2. A sum over lists wrote the values of each list and
//! its slopes to memory twice, and looked at each variable three times; now it runs some places at a time, and its values are added in
//! two sums, of the even places and of the odd ones: a value may differ in its last bits from what it was.
//! The inner product, what a function is given at each place, and the operations of [`Dual`](crate::Dual) were calls there too: the
//! derivative of GradBench's mixture of Gaussians took 7.8 times its value, 2.6 now. Inputs are read where the caller has their values,
//! a quarter of the memory of variables; short terms of a sum are reversed several together; a weighted sum is one run. In instructions a network
//! takes 22 % less than before, a logarithm of a sum 25 %.
//!
//! Since its memory is kept for the next one, a [`Tape`](crate::Tape) could not be sent to another thread, nor be behind a `Mutex` that threads
//! share. It can again.
//!
//! Numbers behave as numbers: they have operators with references, sums and products of references, `Default` and `Display`; ops take a plain
//! number where they take a second one (`x.max(0.5)`, `y.bce_with_logits(class)`), and there is `powf`. The intrinsics and the most usual ops are
//! methods of each type itself, so `use num_traits::Float` beside the prelude leaves `x.sin()` as it was, where it was ambiguous. What does not
//! compile any more: `x.max(0.5.into())`, and the like of other ops' later arguments (leave `.into()` out); `x > 0.5.into()` (write `x > 0.5`);
//! `std::iter::empty().sum()` without a type; a number of one's own that implements `Real` and has no `R op &R`, `Product`, `Sum<&R>`,
//! `Product<&R>` or `Default`.
//!
//! New: other libraries' generic code runs on the numbers. Behind the features `num-traits`, `nalgebra` and `ndarray` they have the traits of these
//! crates ([`border`](crate::border)): `Float` and what it asks for in every mode, so that a function of `T: Float` has a `gradient`; `RealField`
//! and `ComplexField` for [`Dual`](crate::Dual), [`Tangents`](crate::forward::Tangents) and, in reverse mode and on a recorder,
//! [`Scoped`](crate::scoped::Scoped) numbers, with a driver for Jacobians of functions of `T: RealField`; elements of arrays. `is_zero`
//! of these traits means the constant 0. With them comes the operator `%`, also against `f64`, with references and assigning, for all numbers but
//! lanes and `DoubleDouble`; on a recording guards say for which inputs its integer quotient is right. And
//! [`Expr::is_constant`](crate::Expr::is_constant).
//!
//! Solvers take routines: [`border`](crate::border) has what argmin, basin, levenberg-marquardt and nuts-rs ask of a function, each behind the feature of
//! its name. [`optim`](crate::optim) has gradient descent with momentum, Adam, and parameters by name, which the feature `safetensors` saves.
//!
//! A library that asks for a `'static` number, as nalgebra does, is differentiated in reverse mode by numbers that find their tape through the thread:
//! [`Scoped`](crate::scoped::Scoped), with [`scoped::gradient`](crate::scoped::gradient) and its kin. A number that is used outside of its scope is
//! caught in every build.
//!
//! Functions of lists have rules: [`VectorRule`](crate::function::VectorRule) and [`Apply::vector`](crate::function::Apply::vector) for what is fast in
//! `f64` alone, with derivatives of any order; [`FirstOrder`](crate::function::FirstOrder) for closures and foreign libraries, which refuses what it has
//! not; [`check::vector`](fn@crate::check::vector). On them stand, behind the feature `linalg`, products, factorisations, solutions and eigenvalues
//! (`linalg`), and the solutions of equations, fixed points and minima as functions of their parameters (`implicit`). An
//! [`Apply`](crate::function::Apply) of one's own needs `vector` now. The guide has a chapter on solvers; that on how the crate works is the fifteenth.
//!
//! The checker said "unsure" of one slope in twenty of a sum whose large terms cancel, as of a·x + b·y with a small value: over steps that the terms'
//! round-off hides the value is constant, and that was taken for what the function does. It is one to three in a hundred now.
//!
//! What is evaluated at many points is recorded once and compiled: [`Program`](crate::Program) has the value and all derivatives of a routine or a
//! recording as loops that are found again in it, for one point or many, with the same bits; a replay on another branch is an error that names the
//! comparison, and [`Cached`](crate::program::Cached) records anew. [`reassociate`](crate::Program::reassociate) makes a sum of what was written `s += term`,
//! and [`single`](crate::Program::single) computes the program in single precision. Jacobians and Hessians can be
//! [sparse](crate::program::sparse). An op of one argument maps over slices of `f64` and `f32` ([`Slices`](crate::op::Slices)), on the instructions that
//! the processor has.
//!
//! Special functions are ops ([`SpecialFunctions`](crate::op::SpecialFunctions), [`ComposedFunctions`](crate::op::ComposedFunctions)): those of the gamma
//! and beta family, of the normal distribution, and Bessel functions, with slopes of any order from one table ([`Special`](crate::real::Special)). A number of
//! one's own that implements [`Real`](crate::Real) has two methods more to write, `special` and `special2`. Softmax and other functions of lists are
//! [vector rules](crate::vector), and there are more reductions. What statisticians write first is in [`density`](crate::density): log densities, and
//! transforms of constrained parameters. A page shows the numbers of a trace with a special function as they were recorded.
//!
//! Pages to look things up in ([`howto`](crate::howto)): which call does what one wants, what one wrote elsewhere and writes here, and what the
//! compiler's messages mean.
//!
//! WebAssembly: the library always built for `wasm32-unknown-unknown` and `wasm32-wasip1`, and nothing held it to that. Examples are run under node now,
//! and print what they print elsewhere, to the byte (`.ci/wasm`).
//!
//! Gone, because nothing made or asked for them: `Error::is_shape`, `Error::is_expression`, `Twofold::hi` (`Twofold::to_f64` is the same), and
//! the rules of `Erased` for `Lanes` and `Dual<Dual>`.
//!
//! Called otherwise now; what they do is the same, and ops keep their names in the registry and on the command line:
//!
//! | old | new |
//! |---|---|
//! | `Op::value_and_slope`, `Reduce::value_and_slope` | `evaluate` |
//! | `Op::textbook`, `Reduce::textbook` | `value`, which is the definition now |
//! | `Op::textbook_slope`, `Reduce::textbook_slope` | `slope`, which is the definition now |
//! | `Op::value`, `Reduce::value`, where it was not the textbook's | `evaluate_value` |
//! | `real::Twofold` | `real::DoubleDouble` |
//! | `Real::chain` | `Real::mul_strong_zero` |
//! | `Real::choose`, `Real::decided` | `Real::select_lazy`, `Real::uniform` |
//! | `Op::fault`, `Reduce::fault`, `Erased::fault` | `validate` |
//! | `Kink::elsewhere` | `Kink::other_libraries` |
//! | `Apply::mat_mul`, `Reductions::mat_mul` | `Apply::contract`, and `matmul_nt` of a slice, since it is A·Bᵀ |
//! | `Tape::lean()`, `Tape<Lean<S>>`, `Var<'t, Lean<S>>`, `Gradient<Lean<S>>` | `Tape::new()`, `Tape<S>`, `Var<'t, S>`, `Gradient<S>` |
//! | `Tape::new()`, `Tape`, `Var<'t>`, `Gradient` of a recording | `Recorder::new()`, `Recorder`, `Expr<'t>`, `Adjoints` |
//! | `tape::Comparison` | `graph::Guard` |
//! | `op::Block`, `Apply::block`, `Apply::map_block` | `function::Function`, `Apply::run`, `Apply::map` |
//! | `Apply::sum_blocks(terms)` | `Apply::reduce_each(f, lists, data)` |
//! | `Apply::scan(block, passes, ..)` | `Apply::scan(f, Keep::Few, passes, ..)`; of one pass `Keep::Inputs` |
//! | `Apply::preaccumulate(x, f)` | `Apply::call_closure(x, f)` |
//! | `Apply::call`, `reduce`, `reduce_parts`, `dot`, `weighted_sum` | of `Call`, which `Apply` has above it |
//! | `x.apply2(y, &op)` | `R::call(&op, [x, y])` |
//! | `tape::Opaque`, `Var::unary`, `Var::binary` | `op::ClosureOp`, `op::ApplyClosure::unary`, `binary` (in the prelude) |
//! | `tape::Erased`, `tape::Fixed(op)`, `tape::Variadic(op)` | `graph::DynOp`, `graph::dyn_op(op)`, `graph::dyn_reduce(op)` |
//! | `check::erased`, `erased_at`, `Registry::register_erased` | `check::dyn_op`, `dyn_op_at`, `Registry::register_dyn` |
//! | `Recorder::trace_f32`, `check_gradient_f32`, `Plot::of_op_f32`, `of_output_f32`, `card_f32` | `trace_in::<Single>`, `check_gradient_in`, `of_op_in`, `of_output_in`, `card_in` |
//! | `tape::{gradient, ..}`, `tape::Tangents`, `tape::Tangent` | `modes::{gradient, ..}`, `forward::Tangents`, `forward::Tangent` |
//! | `tape::Zeros` with `Exact`, `Plain`, `Sparse` | `forward::ZeroPolicy` with `Strong`, `Ieee`, `Masked` |
//! | `registry::Formula`, `registry::Notation` | `export::Formula`, `export::Notation` |
//! | `registry::visible` | [`visible`](crate::visible()) |
