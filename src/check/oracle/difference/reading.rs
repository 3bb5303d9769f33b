//! One way to read the values of a function about a point: of what kind the point is, and the slopes on its sides.

use crate::check::oracle::bar::Difference;

/// What kind of point a function of one number has, as far as its values tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Class {
    /// The slopes on both sides agree.
    Smooth,
    /// There are values on the right alone: the left edge of the domain.
    RightOnly,
    /// There are values on the left alone: the right edge of the domain.
    LeftOnly,
    /// The slopes on the two sides differ.
    Kink,
    /// The value jumps; by how much, from left to right.
    Jump(f64),
    /// The slope grows without bound towards the point.
    InfiniteSlope,
    /// The function has no finite value here.
    NonFinite,
    /// The values are too rough to tell.
    Unresolved,
}

/// The derivatives of a point under one way to read its values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    pub class: Class,
    pub left: Difference,
    pub central: Difference,
    pub right: Difference,
    /// Where the value is constant: whether it is so by construction, as that of a clamp is.
    pub plateau: Option<bool>,
}

impl Reading {
    pub fn with_bars_of_at_least(self, bar: f64) -> Reading {
        let [left, central, right] = [self.left, self.central, self.right].map(|d| d.with_bar_of_at_least(bar));
        let class = match self.class {
            Class::Smooth | Class::Kink | Class::LeftOnly | Class::RightOnly if bar.is_infinite() => Class::Unresolved,
            Class::Kink if !left.differs(right) => Class::Smooth,
            class => class,
        };
        Reading { class, left, central, right, ..self }
    }

    /// This reading with bars that reach another as well.
    pub fn reaching(&self, other: &Reading) -> Reading {
        Reading {
            class: if self.class == other.class { self.class } else { Class::Unresolved },
            left: self.left.reaching(other.left),
            central: self.central.reaching(other.central),
            right: self.right.reaching(other.right),
            plateau: None,
        }
    }
}
