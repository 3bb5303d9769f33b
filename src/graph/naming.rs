//! Names and scopes of a recorder.

use super::recorder::{Expr, Recorder};

/// What an output without a name is called: y, or f if one of the nodes has the name y.
pub(crate) fn unnamed_output(mut names: impl Iterator<Item = impl AsRef<str>>) -> &'static str {
    if names.any(|name| name.as_ref() == "y") { "f" } else { "y" }
}

impl Recorder {
    /// Gives a variable a name, for whoever looks at the recording; a later name replaces it. A constant is no node and takes none.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let tape = Recorder::new();
    /// let x = tape.named("x", tape.var(2.0));
    /// let u = tape.named("u", x * x);
    /// assert_eq!(tape.name(u).as_deref(), Some("u"));
    /// ```
    ///
    /// # Panics
    /// If the variable is of another recorder.
    pub fn named<'t>(&self, name: impl Into<String>, x: Expr<'t>) -> Expr<'t> {
        if let Some(recorder) = x.recorder {
            assert!(recorder.stamp().0 == self.stamp().0, "a variable of another recorder is none of this one to name");
            self.labels.borrow_mut().names.insert(x.index, name.into());
        }
        x
    }

    /// The name of a variable, if it is of this recorder and has one.
    pub fn name(&self, x: Expr<'_>) -> Option<String> {
        x.recorder.filter(|own| own.stamp().0 == self.stamp().0).and_then(|_| self.name_at(x.index as usize))
    }

    /// The name of a node, by its index.
    pub(crate) fn name_at(&self, index: usize) -> Option<String> {
        self.labels.borrow().names.get(&(index as u32)).cloned()
    }

    /// Runs a part of the program in a scope: the nodes that it records belong to `name`, inside of the scopes around it.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let tape = Recorder::new();
    /// let x = tape.var(2.0);
    /// let y = tape.scope("layer", || tape.scope("activation", || x.tanh()));
    /// assert_eq!(tape.trace(y)?.nodes[1].scope.as_deref(), Some("layer/activation"));
    /// # Ok::<(), gprime::Error>(())
    /// ```
    pub fn scope<T>(&self, name: impl Into<String>, part: impl FnOnce() -> T) -> T {
        /// Leaves the scope, even if the part panics.
        struct Leave<'a>(&'a Recorder);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                let node = self.0.len() as u32;
                let labels = &mut *self.0.labels.borrow_mut();
                labels.open.pop();
                labels.mark(node);
            }
        }
        {
            let labels = &mut *self.labels.borrow_mut();
            labels.open.push(name.into());
            labels.mark(self.len() as u32);
        }
        let _leave = Leave(self);
        part()
    }

    /// The scope of a node, by its index; the names of scopes in scopes are joined by `/`.
    pub(crate) fn scope_at(&self, index: usize) -> Option<String> {
        let scopes = &self.labels.borrow().scopes;
        let holds = scopes.partition_point(|(from, _)| *from as usize <= index).checked_sub(1)?;
        Some(scopes[holds].1.clone()).filter(|scope| !scope.is_empty())
    }
}
