//! Colourings of the columns of a Jacobian.

use super::choice::Choice;
use super::coloring::{Coloring, NONE, fewest, in_order, most_steps};
use super::order::Order;
use super::palette::Palettes;
use super::pattern::Pattern;

impl Pattern {
    /// A colouring in which two columns that have an entry in a common row have different colours: the product of the matrix and the sum of the
    /// unit vectors of a colour has each entry of those columns, alone. The best of all [orders](Order), as far as they take no more than some
    /// seconds.
    ///
    /// There are at least as many colours as the longest row has entries; where the count is that, as it is for bands, no colouring has fewer.
    /// For reverse mode, which has rows, colour the columns of the [transpose](Pattern::transpose).
    ///
    /// O(rows + columns + entries · colours) time at most, and O(entries) memory.
    pub fn column_coloring(&self) -> Coloring {
        let transpose = self.transpose();
        let orders: Vec<Order> =
            Order::ALL.into_iter().filter(|order| order.steps(self) <= most_steps(self.len())).collect();
        let order = |order: Order| order.of_columns(self, &transpose);
        fewest(&orders, [self.longest_row(), self.len()], order, |order, choice| {
            greedy(self, &transpose, order, choice)
        })
    }

    /// A colouring of the columns as [`column_coloring`](Pattern::column_coloring), by one order.
    pub fn column_coloring_in(&self, order: Order) -> Coloring {
        let transpose = self.transpose();
        in_order(order.of_columns(self, &transpose), |order, choice| greedy(self, &transpose, order, choice))
    }
}

/// The greedy colouring of the columns, or `None` where there is no colour left to choose.
fn greedy(pattern: &Pattern, transpose: &Pattern, order: &[u32], choice: &mut Choice) -> Option<Coloring> {
    let mut colors = vec![NONE; pattern.columns()];
    let mut palettes = Palettes::new(pattern);
    for &column in order {
        choice.begin(column);
        for row in transpose.row(column as usize) {
            if choice.is_settled() {
                break;
            }
            palettes.forbid(row, choice);
        }
        let color = choice.color()?;
        for row in transpose.row(column as usize) {
            palettes.note(row, color, NONE);
        }
        colors[column as usize] = color;
    }
    Some(Coloring::of_greedy(colors))
}
