//! A course in reverse mode, in fifteen short chapters: from a slope measured with two values to how this crate is made.
//!
//! Each chapter has one idea, numbers first, and ends with a quiz. The programs in it are tests, and what its commands print
//! is compared with what they print now. On a terminal `gprime lesson` lists the chapters, and `gprime lesson 1` shows one and
//! runs its commands. This part is text; it uses no other.
//!
//! 1. [Slopes you can measure](_01_slopes_you_can_measure): nudge, and divide
//! 2. [Small steps](_02_small_steps): a formula as a list of lines
//! 3. [One node at a time](_03_one_node_at_a_time): local slopes, and those of four activations
//! 4. [Backwards by hand](_04_backwards_by_hand): the whole method, once, on paper
//! 5. [Used twice](_05_used_twice): contributions add
//! 6. [Wait your turn](_06_wait_your_turn): the order, and why a tape has it
//! 7. [Forwards instead](_07_forwards_instead): dual numbers, and which mode when
//! 8. [Corners](_08_corners): kinks, infinities, and branches that were not taken
//! 9. [Is it right?](_09_is_it_right): checking a gradient, and finding a wrong rule
//! 10. [Activations and a neuron](_10_activations_and_a_neuron): a network that learns
//! 11. [Arrays](_11_arrays): shapes, and why transposes appear
//! 12. [Second derivatives](_12_second_derivatives): one mode over the other
//! 13. [Faster](_13_faster): what a tape need not keep
//! 14. [Solvers](_14_solvers): the derivative of an answer that was searched for
//! 15. [How this crate works](_15_how_this_crate_works): where to read on

/// A chapter: what `gprime lesson` shows.
#[derive(Clone, Copy, Debug)]
pub struct Chapter {
    /// The whole of it, in Markdown: a title, then the idea in one sentence, then the rest.
    pub text: &'static str,
}

impl Chapter {
    /// The title.
    pub fn title(self) -> &'static str {
        self.text.lines().next().map_or("", |line| line.trim_start_matches("# "))
    }

    /// The idea in one sentence.
    pub fn idea(self) -> &'static str {
        self.text.lines().nth(2).unwrap_or("")
    }
}

macro_rules! chapters {
    ($($name:ident $file:literal;)*) => {
        $(pub mod $name { #![doc = include_str!($file)] })*
        /// The chapters, in order.
        pub const CHAPTERS: [Chapter; 15] = [$(Chapter { text: include_str!($file) }),*];
    };
}
chapters! {
    _01_slopes_you_can_measure "01_slopes_you_can_measure.md";
    _02_small_steps "02_small_steps.md";
    _03_one_node_at_a_time "03_one_node_at_a_time.md";
    _04_backwards_by_hand "04_backwards_by_hand.md";
    _05_used_twice "05_used_twice.md";
    _06_wait_your_turn "06_wait_your_turn.md";
    _07_forwards_instead "07_forwards_instead.md";
    _08_corners "08_corners.md";
    _09_is_it_right "09_is_it_right.md";
    _10_activations_and_a_neuron "10_activations_and_a_neuron.md";
    _11_arrays "11_arrays.md";
    _12_second_derivatives "12_second_derivatives.md";
    _13_faster "13_faster.md";
    _14_solvers "14_solvers.md";
    _15_how_this_crate_works "15_how_this_crate_works.md";
}
