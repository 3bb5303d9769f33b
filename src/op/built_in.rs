//! The list of all built-in ops.

use super::{Visitor, activation, arithmetic, branch, elementary, loss, reduction};

/// Shows the built-in ops to a visitor.
pub fn visit(visitor: &mut impl Visitor) {
    arithmetic::visit(visitor);
    elementary::visit(visitor);
    activation::visit(visitor);
    reduction::visit(visitor);
    loss::visit(visitor);
    branch::visit(visitor);
}

/// Shows the activation functions to a visitor.
pub fn visit_activations(visitor: &mut impl Visitor) {
    activation::visit(visitor);
}
