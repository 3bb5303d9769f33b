//! `gprime op`, `plot`, `graph` and `page`: what is drawn.

use crate::failure::Failure;
use crate::function::{Function, without_values};
use crate::save::save;
use crate::{Output, Source, View, float, json, ops, teach};
use gprime::draw::{self, Graph, Page, Plot};
use gprime::teach::{Mistake, Trace};
use gprime::visible;
use gprime::{Recorder, Registry, Single};
use std::path::PathBuf;
use std::{fs, io};

/// Writes a text to the file, if there is one; what is left to say on stdout. A drawing becomes a PNG if the file is called so.
pub fn written(text: String, output: &Output) -> Result<String, Failure> {
    let Some(path) = &output.output else { return Ok(text) };
    let shown = path.display().to_string();
    let is_png = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"));
    let bytes = if is_png { pixels(&text)? } else { text.into_bytes() };
    save(path, &bytes).map_err(|fault| Failure::new(format!("{shown}: {fault}")))?;
    Ok(format!("{}: {} bytes\n", visible(&shown), bytes.len()))
}

#[cfg(feature = "png")]
fn pixels(text: &str) -> Result<Vec<u8>, Failure> {
    if !text.starts_with("<svg") {
        return Err(Failure::new("only a drawing can be a PNG: plot, or graph without --dot"));
    }
    Ok(draw::png(text, 2.0)?)
}

#[cfg(not(feature = "png"))]
fn pixels(_: &str) -> Result<Vec<u8>, Failure> {
    Err(Failure::new("this gprime writes no PNG: it was built without the feature png"))
}

/// The largest trace that is checked for a page, as its nodes times its inputs: each input is moved many times.
const MOST_CHECKED: usize = 1_000_000;

/// The trace that is drawn, with a check of its gradient if it shall have one and is not too large.
pub fn trace(of: &Source, single: bool, checked: bool) -> Result<Trace, Failure> {
    if let Some(path) = &of.trace {
        let shown = path.display();
        let text = if path.as_os_str() == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
        let text = text.map_err(|fault| Failure::new(format!("{shown}: {fault}")))?;
        return serde_json::from_str(&text).map_err(|fault| Failure::new(format!("{shown}: {fault}")));
    }
    let function = Function::read(of.expr.as_deref().unwrap_or_default(), &of.given.at, &of.given.lets)?;
    let mut trace = teach::account(&function, single)?;
    if checked && trace.nodes.len() * trace.inputs().count() <= MOST_CHECKED {
        let tape = Recorder::new();
        let (_, y) = function.record(&tape);
        trace.check = Some(if single { tape.check_gradient_in::<Single>(y) } else { tape.check_gradient(y) }?);
    }
    Ok(trace)
}

/// The graph of a trace, or of an expression whose variables have no values; as SVG, or in the language of Graphviz.
pub fn graph(of: &Source, mistake: Option<Mistake>, view: &View, dot: bool) -> Result<String, Failure> {
    let symbols = of.trace.is_none() && of.given.at.is_empty();
    if symbols && mistake.is_some() {
        return Err(Failure::new("a mistake is in numbers: --at must give the variables, such as x=1"));
    }
    let trace = if symbols {
        let tape = Recorder::new();
        let (_, y) = without_values(of.expr.as_deref().unwrap_or_default(), &of.given.lets, &tape)?;
        teach::account_of(&tape, y, view.f32)?
    } else {
        trace(of, view.f32, false)?
    };
    let mut graph = Graph::new(&trace).style(&view.style());
    if let Some(mistake) = mistake {
        graph = graph.mistake(mistake);
    }
    if symbols {
        graph = graph.symbols();
    }
    Ok(match () {
        () if view.format.json => graph.json(),
        () if dot => graph.dot(),
        () => graph.svg(),
    })
}

/// The page of a trace, with the text of these files of its program, and with a mistake to begin with.
pub fn page(of: &Source, sources: &[PathBuf], mistake: Option<Mistake>, view: &View) -> Result<String, Failure> {
    let trace = trace(of, view.f32, true)?;
    if view.format.json {
        return Ok(json::line(&trace, &view.format));
    }
    if view.format.ascii {
        return Err(Failure::new("a page is not ASCII: it has formulas; trace --ascii and explain --ascii are"));
    }
    let mut page = Page::new(&trace).digits(view.style().digits);
    if let Some(mistake) = mistake {
        page = page.mistake(mistake);
    }
    for path in sources {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|fault| Failure::new(format!("{shown}: {fault}")))?;
        page = page.source(shown, text);
    }
    Ok(page.html())
}

/// A number of the command line.
fn number(text: &str) -> Result<f64, Failure> {
    float::read(text.trim()).ok_or_else(|| Failure::new(format!("{text:?} is not a number")))
}

pub fn card(name: &str, params: &[String], at: &[String], view: &View) -> Result<String, Failure> {
    let at = at.iter().map(|text| number(text)).collect::<Result<Vec<_>, _>>()?;
    let op = ops::find(name, params)?;
    if view.format.json {
        return ops::one_json(&*op, &at, view);
    }
    let card = if view.f32 { draw::card_in::<Single> } else { draw::card };
    Ok(card(&*op, &at, &view.style())?)
}

/// The drawing of an op, if there is one of this name, or else of an expression along its first variable.
pub fn plot(
    what: &str,
    at: &[String],
    lets: &[String],
    params: &[String],
    ends: Option<(String, String)>,
    view: &View,
) -> Result<String, Failure> {
    let ends = ends.map(|(from, to)| Ok::<_, Failure>(number(&from)?..number(&to)?)).transpose()?;
    let drawn = |plot: Plot<'_>| {
        let plot = match ends {
            Some(ends) => plot.between(ends)?,
            None => plot,
        };
        let plot = plot.style(&view.style());
        Ok(if view.format.json { plot.json() } else { plot.svg() })
    };
    if Registry::new().get(what).is_some() {
        let at = at.iter().map(|text| number(text)).collect::<Result<Vec<_>, _>>()?;
        let of_op = if view.f32 { Plot::of_op_in::<Single> } else { Plot::of_op };
        return drawn(of_op(&*ops::find(what, params)?, &at)?);
    }
    if !params.is_empty() {
        return Err(Failure::new(format!("there is no op named {what}, which --param could be of")));
    }
    let function = Function::read(what, at, lets)?;
    let Some(&argument) = function.names.first() else {
        return Err(Failure::new(
            "--at must give the variables, such as x=1; the first is the one along which is drawn",
        ));
    };
    let mut title = what.split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, x) in function.names.iter().zip(&function.point).skip(1) {
        title += &format!(", {name} = {x}");
    }
    let tape = Recorder::new();
    let (inputs, y) = function.record(&tape);
    drawn(match tape.index(y) {
        None => {
            let value = if view.f32 { Single::from(y.value()).to_f64() } else { y.value() };
            Plot::of(title, argument, function.point[0], move |_| [value, 0.0])
        }
        Some(_) if view.f32 => Plot::of_output_in::<Single>(title, argument, &tape, y, inputs[0])?,
        Some(_) => Plot::of_output(title, argument, &tape, y, inputs[0])?,
    })
}
