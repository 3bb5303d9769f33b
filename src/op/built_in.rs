//! The list of all built-in ops.

use super::{Visitor, activation, arithmetic, branch, composed, elementary, loss, reduction, special};

/// Shows the built-in ops to a visitor.
pub fn visit(visitor: &mut impl Visitor) {
    arithmetic::visit(visitor);
    elementary::visit(visitor);
    activation::visit(visitor);
    reduction::visit(visitor);
    loss::visit(visitor);
    branch::visit(visitor);
    composed::visit(visitor);
    special::visit(visitor);
}

/// Shows the activation functions to a visitor.
pub fn visit_activations(visitor: &mut impl Visitor) {
    activation::visit(visitor);
}

/// Shows the special functions of one argument to a visitor.
pub(crate) fn visit_special_functions(visitor: &mut impl Visitor) {
    special::visit(visitor);
}
