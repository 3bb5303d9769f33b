//! Pages to look things up in: [which call](which_call) does what one wants and what it costs, what one wrote [elsewhere](coming_from) and writes here,
//! and what the [compiler's messages](compiler_messages) mean.
//!
//! This part is text; it uses no other. The programs in it are tests. To learn reverse mode from the beginning there is the [`guide`](crate::guide).

// the pages name items of all features
#![cfg_attr(not(feature = "linalg"), allow(rustdoc::broken_intra_doc_links))]

macro_rules! pages {
    ($($name:ident $file:literal;)*) => {
        $(pub mod $name { #![doc = include_str!($file)] })*
    };
}
pages! {
    which_call "which_call.md";
    coming_from "coming_from.md";
    compiler_messages "compiler_messages.md";
}
