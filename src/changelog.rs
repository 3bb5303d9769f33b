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
//! * sigmoid and tanh took a second exponential for their slope. They share the first now (`Op::value_and_slope`).
//! * The documentation of sum_terms had an example that did not compile, with a gradient of the wrong sign.
//! * A quiz ended with the number of wrong answers, so that two of them had the code of a wrong request. It ends with 1 now.
//! * The formulas of a page were made by its script alone; now they are MathML in the page.
//! * A sum of blocks multiplied a slope of 0 by an infinite one of its argument, as √x has at 0, and the gradient was NaN. It is 0 there.
//! * A block mapped over lists of which some places had no variable panicked on a lean tape, if the lists did not stand in a row.
//! * The checker asked for the value and for the slopes of a rule, and not for both at once, as a lean tape does: an op whose
//!   `value_and_slope` gave x as the slope of x² passed, and the tape's gradient was half of the true one.
//! * The lanes of [`Lanes`](crate::Lanes) were worked on one after the other. They are pairs of numbers in a register now, for the
//!   exponential and tanh too, with the same bits; a lean tape runs mapped blocks, and sums of blocks without data, on them.
//! * The slope of tanh was a call, and each step of a recurrence waited for its result to come through memory: 12 ns a step.
//! * The checker's dual numbers had twice the digits and the same exponents: Swish failed at −384, where a quotient underflows on the way, and
//!   sin z / z at 10⁻³⁰, where all digits cancel. Its numbers carry a bound on what is left of them now, and are not asked where that is
//!   nothing ([`Witness`](crate::real::Witness)).
//! * They saw one branch of a comparison, so softplus as max(z, 0) + ln(1 + e^−|z|) failed at 0, and a celu whose value and slope share a
//!   wrong branch there passed. A formula is asked on both sides of a branch now.
//! * Thresholds were guessed: a sigmoid with the slope 0 between 30 and 36 passed. They are found on a recording of the rule now.
//! * (1, 1) as the slopes of a maximum at a tie passed, and one declared jump excused every other.
//! * A reduction whose slopes were wrong from the fifth number on passed; `value_and_slope` of a right rule failed near a root of the slope.
//! * A factor taken out of a recording was called "kinks"; an input detached among many cost 29 s to look for. It is a failure now, found
//!   along a few directions.
//! * The test that a failure printed did not compile for an op whose type is not called as its name says; it is a function of the op now.
//! * A panic in a closure ended the check; it is caught now, and its point named. `check::Options` keeps closures inside of a domain.
//! * An op that was wrong by 10⁻⁹ was said to be "1 times the slope".
