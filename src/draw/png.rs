//! From SVG to pixels, by `resvg`.

use crate::error::{Error, Kind};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Family, Query};
use resvg::usvg::{Options, Tree};

/// The most pixels across or down.
const MOST_PIXELS: f32 = 16_384.0;

/// A drawing as a PNG, so many times as large. Its letters are those of the fonts that the machine has.
///
/// # Errors
/// If it is no SVG, or too large, or the machine has no font for the texts in it.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, Error> {
    let failed = |message: String| Error::new(Kind::Drawing, message);
    let mut options = Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_system_fonts();
    choose_families(fonts);
    if svg.contains("<text") && fonts.is_empty() {
        return Err(failed("there is no font on this machine; an SVG needs none".to_owned()));
    }
    let tree = Tree::from_str(svg, &options).map_err(|fault| failed(fault.to_string()))?;
    let [width, height] = [tree.size().width(), tree.size().height()].map(|size| (size * scale).ceil());
    if !(width <= MOST_PIXELS && height <= MOST_PIXELS) {
        return Err(failed(format!("{width} × {height} pixels are too many for a PNG; an SVG has no limit")));
    }
    let mut pixels =
        Pixmap::new(width as u32, height as u32).ok_or_else(|| failed("the drawing has no size".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|fault| failed(fault.to_string()))
}

/// Gives the generic names of fonts to some that are there.
fn choose_families(fonts: &mut Database) {
    let missing = |family: Family<'_>| fonts.query(&Query { families: &[family], ..Query::default() }).is_none();
    let first = |monospaced: bool| {
        let mut names: Vec<&String> = fonts
            .faces()
            .filter(|face| face.monospaced == monospaced)
            .filter_map(|face| face.families.first().map(|family| &family.0))
            .collect();
        names.sort();
        // names of symbols and emoji come in between
        names.iter().find(|name| name.contains("Sans")).or(names.first()).map(|name| (*name).clone())
    };
    let sans = first(false).filter(|_| missing(Family::SansSerif));
    let mono = first(true).filter(|_| missing(Family::Monospace));
    if let Some(family) = sans {
        fonts.set_sans_serif_family(family);
    }
    if let Some(family) = mono {
        fonts.set_monospace_family(family);
    }
}
